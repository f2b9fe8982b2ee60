#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The grammar of plan names, for every backend whose plans are named so:
///
///     BASE[@IMPLEMENTATION]{+DEVIATION}
///
/// BASE says how the graph is cut into partitions; "cut2.5" is a base of each: full fusion, but the second and the
/// fifth result that it keeps inside a partition go through memory. What the other words mean is the backend's.
namespace difftest::backends {

/// Views into the name, which must outlive them.
struct PlanName {
    std::string_view base;
    std::optional<std::string_view> implementation;
    std::vector<std::string_view> deviations;
};

PlanName parts_of_plan_name(std::string_view name);

/// A number from 1, without a leading zero, and nothing else.
std::optional<std::size_t> plan_number_from(std::string_view text);

/// 7 of "threads7" when the word is "threads" and the number is at most `most`.
std::optional<std::size_t> plan_number_after(std::string_view word, std::string_view text, std::size_t most);

/// 2 and 5 of "cut2.5", which ascend; nothing when the text is no such base.
std::optional<std::vector<std::size_t>> cuts_from(std::string_view base);

/// The inverse.
std::string cut_base(const std::vector<std::size_t>& cuts);

/// The plan with this name, or nothing. `Meaning` gives the words their meaning:
///
///     std::optional<Specification> base(std::string_view) const;
///     bool choose(Specification&, std::string_view implementation) const;    false: there is none of that name
///     bool deviate(Specification&, std::string_view deviation) const;        the same, or that part is set already
///     std::string name(const Specification&) const;
///
/// Each plan has one name: deviations in the order in which `name` writes them.
template <typename Meaning>
auto read_plan(std::string_view text, const Meaning& meaning) -> decltype(meaning.base(text)) {
    const PlanName parts = parts_of_plan_name(text);
    auto specification = meaning.base(parts.base);
    if (!specification || (parts.implementation && !meaning.choose(*specification, *parts.implementation))) {
        return std::nullopt;
    }
    for (const std::string_view deviation : parts.deviations) {
        if (!meaning.deviate(*specification, deviation)) {
            return std::nullopt;
        }
    }
    return meaning.name(*specification) == text ? specification : std::nullopt;
}

}  // namespace difftest::backends
