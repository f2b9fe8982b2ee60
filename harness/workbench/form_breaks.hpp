#pragma once

#include "harness/workbench/equivalent_forms.hpp"
#include "reference/graph/case.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Where an equivalent form stops being one: searched with the oracle, from the smallest problem on.
namespace difftest::harness {

/// How one form of a case compares with the case itself, under the strict contract.
struct FormComparison {
    std::string reason;          ///< empty: the same set in every element
    std::int64_t differing = 0;  ///< elements of the convolution's result whose allowed set is another one
    /// Of the first of them, the lower ends of its sets; nothing where an s32 overflowed.
    std::optional<double> expected, got;
    bool beyond_f32 = false;  ///< a tensor of the form holds a magnitude above 2^24
};

/// Reasons: "s32 overflow" (an accumulator of the form), "2^24 in f32", "border taps", "s8 saturation", "u8
/// saturation".
FormComparison compare_form(const graph::Case& value, graph::NodeId node, EquivalentForm form);

/// The smallest problem on which the form breaks for a reason: fewest taps, then the least |x|, then the least |w|.
struct FormBreak {
    EquivalentForm form = EquivalentForm::native;
    std::string reason;
    std::int64_t taps = 0;      ///< of the convolution: channels of a pointwise one, or the kernel's extent at a border
    std::int64_t x = 0, w = 0;  ///< every datum and every weight
    std::int64_t data_zero_point = 0, weights_zero_point = 0;
    std::optional<double> expected, got;
    graph::Case smallest;
};

/// One for each reason that occurs among problems like the node's: its types and zero points (the first of each), up to
/// 2^17 taps. Takes seconds.
std::vector<FormBreak> find_breaks(const graph::Case& value, graph::NodeId node, EquivalentForm form);

}  // namespace difftest::harness
