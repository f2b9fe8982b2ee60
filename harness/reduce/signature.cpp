#include "harness/reduce/signature.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace difftest::harness {
namespace {

/// Values that are wrong, whichever way it shows: memory that was never written holds anything.
bool is_wrong_value(Verdict verdict) {
    return verdict == Verdict::violation || verdict == Verdict::nondeterministic || verdict == Verdict::unwritten;
}

template <typename T>
bool contains(const std::vector<T>& list, const T& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

bool same_values_wrong(const Signature& original, const Signature& candidate) {
    if (original.decided && !candidate.decided && candidate.verdict == Verdict::violation) {
        return false;
    }
    if (!original.rules.empty()) {
        return std::any_of(candidate.rules.begin(), candidate.rules.end(),
                           [&](const std::string& rule) { return contains(original.rules, rule); });
    }
    return candidate.verdict != Verdict::violation || original.error != ErrorSize::gross ||
           candidate.error == ErrorSize::gross;
}

}  // namespace

std::string implementation_family(std::string_view implementation) {
    constexpr std::array<std::string_view, 4> kSets = {"sse", "avx", "amx", "uni"};
    const std::size_t colon = implementation.rfind(':');
    if (colon == std::string_view::npos) {
        return std::string(implementation);
    }
    const std::string_view last = implementation.substr(colon + 1);
    const bool is_isa = std::any_of(kSets.begin(), kSets.end(), [&](auto set) { return last.starts_with(set); });
    return std::string(is_isa ? implementation.substr(0, colon) : implementation);
}

bool same_bug(const Signature& original, const Signature& candidate) {
    if (!is_failure(candidate.verdict)) {
        return false;
    }
    const bool wrong_values = is_wrong_value(original.verdict);
    if (wrong_values != is_wrong_value(candidate.verdict) || (!wrong_values && original.verdict != candidate.verdict)) {
        return false;
    }
    if (original.known_issue != candidate.known_issue || original.crash != candidate.crash ||
        (candidate.unconstrained && !original.unconstrained)) {
        return false;
    }
    if (!std::all_of(candidate.implementations.begin(), candidate.implementations.end(),
                     [&](const std::string& name) { return contains(original.implementations, name); })) {
        return false;
    }
    if (!original.suspected.empty() &&
        std::none_of(candidate.suspected.begin(), candidate.suspected.end(),
                     [&](const std::string& name) { return contains(original.suspected, name); })) {
        return false;
    }
    return !wrong_values || same_values_wrong(original, candidate);
}

bool stands(const Signature& signature) {
    return is_pass(signature.verdict) || (signature.verdict == Verdict::vacuous && !signature.unconstrained);
}

std::string signature_text(const Signature& signature) {
    std::string text(name_of(signature.verdict));
    if (!signature.implementations.empty()) {
        text += fmt::format(" in {}", fmt::join(signature.implementations, " + "));
    }
    if (signature.error != ErrorSize::none) {
        text += signature.error == ErrorSize::gross ? ", gross" : ", by rounding";
    }
    if (!signature.rules.empty()) {
        text += fmt::format(", {}", fmt::join(signature.rules, " or "));
    }
    if (!signature.crash.empty()) {
        text += ", " + signature.crash;
    }
    if (signature.known_issue) {
        text += fmt::format(", known issue {}", *signature.known_issue);
    }
    return text;
}

}  // namespace difftest::harness
