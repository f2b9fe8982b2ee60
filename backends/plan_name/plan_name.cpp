#include "backends/plan_name/plan_name.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>

namespace difftest::backends {
namespace {

constexpr std::string_view kCut = "cut";

}  // namespace

PlanName parts_of_plan_name(std::string_view name) {
    PlanName parts;
    const std::size_t plus = name.find('+');
    parts.base = name.substr(0, plus);
    if (const std::size_t at = parts.base.find('@'); at != std::string_view::npos) {
        parts.implementation = parts.base.substr(at + 1);
        parts.base = parts.base.substr(0, at);
    }
    for (std::size_t begin = plus; begin != std::string_view::npos;) {
        const std::size_t end = name.find('+', begin + 1);
        parts.deviations.push_back(name.substr(begin + 1, end - begin - 1));
        begin = end;
    }
    return parts;
}

std::optional<std::size_t> plan_number_from(std::string_view text) {
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    return whole && !text.starts_with('0') ? std::optional(number) : std::nullopt;
}

std::optional<std::size_t> plan_number_after(std::string_view word, std::string_view text, std::size_t most) {
    if (!text.starts_with(word)) {
        return std::nullopt;
    }
    const std::optional<std::size_t> number = plan_number_from(text.substr(word.size()));
    return number && *number <= most ? number : std::nullopt;
}

std::optional<std::vector<std::size_t>> cuts_from(std::string_view base) {
    if (!base.starts_with(kCut)) {
        return std::nullopt;
    }
    base.remove_prefix(kCut.size());
    std::vector<std::size_t> cuts;
    for (;;) {
        const std::size_t point = base.find('.');
        const std::optional<std::size_t> cut = plan_number_from(base.substr(0, point));
        if (!cut || (!cuts.empty() && *cut <= cuts.back())) {
            return std::nullopt;
        }
        cuts.push_back(*cut);
        if (point == std::string_view::npos) {
            return cuts;
        }
        base.remove_prefix(point + 1);
    }
}

std::string cut_base(const std::vector<std::size_t>& cuts) {
    return fmt::format("{}{}", kCut, fmt::join(cuts, "."));
}

}  // namespace difftest::backends
