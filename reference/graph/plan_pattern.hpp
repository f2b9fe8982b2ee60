#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace difftest::graph {

/// Whether a plan's name fits a pattern of ExecutionRequest::plans: "all" fits every name, "*" stands for any text,
/// everything else for itself.
inline bool matches_plan(std::string_view pattern, std::string_view name) {
    const std::size_t star = pattern.find('*');
    if (pattern == "all" || star == std::string_view::npos) {
        return pattern == "all" || pattern == name;
    }
    const std::string_view rest = pattern.substr(star + 1);
    if (rest.empty() || !name.starts_with(pattern.substr(0, star))) {
        return name.starts_with(pattern.substr(0, star));
    }
    for (std::size_t begin = star; begin <= name.size(); ++begin) {
        if (matches_plan(rest, name.substr(begin))) {
            return true;
        }
    }
    return false;
}

/// Whether it fits one of the patterns; every name fits an empty list.
inline bool matches_plan(const std::vector<std::string>& patterns, std::string_view name) {
    return patterns.empty() || std::any_of(patterns.begin(), patterns.end(),
                                           [name](const std::string& pattern) { return matches_plan(pattern, name); });
}

}  // namespace difftest::graph
