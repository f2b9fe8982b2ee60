#include "harness/export/expected_ranges.hpp"

#include "harness/compare/element_text.hpp"
#include "harness/export/cpp_names.hpp"
#include "harness/export/reproducer.hpp"

namespace difftest::harness {

ExpectedRanges expected_ranges(const oracle::AllowedTensor& allowed) {
    const graph::DataType type = allowed.type();
    const bool is_integer = graph::is_integer(type);
    const auto literal = [type, is_integer](double value) {
        const std::string text = value_text(value, type);
        return is_integer ? text : float_literal(text);
    };
    ExpectedRanges ranges;
    for (std::int64_t i = 0; i < allowed.size(); ++i) {
        const oracle::AllowedSet set = allowed.at(i);
        const bool is_free = set.unconstrained || set.intervals.empty();
        if (set.may_be_nan || (is_free && !is_integer)) {
            throw NotExpressible("an element may be something that is no range of numbers");
        }
        ranges.lowest.push_back(
            literal(is_free ? static_cast<double>(graph::lowest_of(type)) : set.intervals.front().lo));
        ranges.highest.push_back(
            literal(is_free ? static_cast<double>(graph::highest_of(type)) : set.intervals.back().hi));
    }
    return ranges;
}

std::string python_list(const std::vector<std::string>& literals) {
    std::vector<std::string> numbers;
    for (std::string each : literals) {
        if (each.ends_with("INFINITY")) {
            each = each.front() == '-' ? "-inf" : "inf";
        }
        if (each.ends_with('f') && !each.ends_with("inf")) {
            each.pop_back();
        }
        numbers.push_back(std::move(each));
    }
    std::string text = braced(numbers);
    text.front() = '[';
    text.back() = ']';
    return text;
}

}  // namespace difftest::harness
