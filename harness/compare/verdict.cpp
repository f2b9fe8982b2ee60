#include "harness/compare/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

namespace difftest::harness {
namespace {

struct NamedVerdict {
    Verdict verdict;
    std::string_view name;
};

constexpr std::array<NamedVerdict, 11> kVerdicts{{
    {Verdict::exact, "exact"},
    {Verdict::allowed, "allowed"},
    {Verdict::violation, "violation"},
    {Verdict::crash, "crash"},
    {Verdict::hang, "hang"},
    {Verdict::unwritten, "unwritten"},
    {Verdict::overrun, "overrun"},
    {Verdict::nondeterministic, "nondeterministic"},
    {Verdict::unsupported, "unsupported"},
    {Verdict::vacuous, "vacuous"},
    {Verdict::harness_error, "harness_error"},
}};

std::int64_t total(std::span<const Comparison> comparisons, std::int64_t Comparison::*count) {
    return std::accumulate(comparisons.begin(), comparisons.end(), std::int64_t{0},
                           [count](std::int64_t value, const Comparison& each) { return value + each.*count; });
}

std::optional<std::string> vacuous_reason(std::span<const Comparison> comparisons,
                                          const std::optional<Sharpness>& sharpness) {
    if (total(comparisons, &Comparison::judged) == 0) {
        return "no element could be judged";
    }
    const bool constant = std::all_of(comparisons.begin(), comparisons.end(),
                                      [](const Comparison& each) { return each.constant || each.elements == 0; });
    if (constant && sharpness && sharpness->exposed == 0) {
        return fmt::format("the output is constant and none of the {} applicable faults would change it",
                           sharpness->applicable);
    }
    return std::nullopt;
}

}  // namespace

std::string_view name_of(Verdict verdict) {
    return std::find_if(kVerdicts.begin(), kVerdicts.end(),
                        [verdict](const NamedVerdict& each) { return each.verdict == verdict; })
        ->name;
}

std::optional<Verdict> verdict_from(std::string_view name) {
    for (const NamedVerdict& each : kVerdicts) {
        if (each.name == name) {
            return each.verdict;
        }
    }
    return std::nullopt;
}

bool is_failure(Verdict verdict) {
    return verdict >= Verdict::violation && verdict <= Verdict::nondeterministic;
}

bool is_pass(Verdict verdict) {
    return verdict == Verdict::exact || verdict == Verdict::allowed;
}

Judgement judge_values(std::span<const Comparison> comparisons, const std::optional<Sharpness>& sharpness) {
    if (const std::int64_t count = total(comparisons, &Comparison::outside); count > 0) {
        std::string reason = fmt::format("{} of {} judged elements are outside their allowed set", count,
                                         total(comparisons, &Comparison::judged));
        if (comparisons.size() > 1) {
            const auto first = std::find_if(comparisons.begin(), comparisons.end(),
                                            [](const Comparison& each) { return each.outside > 0; });
            reason += fmt::format(", first in '{}'", first->tensor);
        }
        return {Verdict::violation, std::move(reason)};
    }
    if (auto reason = vacuous_reason(comparisons, sharpness)) {
        return {Verdict::vacuous, *reason};
    }
    const bool pinned =
        total(comparisons, &Comparison::ambiguous) == 0 && total(comparisons, &Comparison::unconstrained) == 0;
    return {pinned ? Verdict::exact : Verdict::allowed, ""};
}

}  // namespace difftest::harness
