#pragma once

#include "reference/graph/graph.hpp"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace difftest::harness {

/// Numbers about a node and the partition that it runs in, by name. Some have one value for each spatial axis of the
/// node's data, outermost first; the others have one.
///
/// For each axis: kernel, stride, dilation, pad_begin, pad_end, padding (the sum of both), output_padding, size (of the
/// data), result_size, axis_from_end (1 is the innermost). Once: groups, depthwise, in_channels, out_channels,
/// in_per_group, out_per_group, batch, spatial_dims, spatial_elements (of the result), data_spatial_elements,
/// data_zero_point, weights_zero_point, bias (1 where the slot is used), followers (nodes behind it in its partition),
/// operands (of itself and its followers, besides the data and weights), of these channel_operands (with one value for
/// each channel, or more), spatial_operands (whose values differ along a spatial axis), batch_operands (that vary over
/// the batch) and varying_operands (with more than one value), comparisons (binary ones, among itself and its
/// followers), same_operands (1 where its first two inputs are one tensor), infinite_input (1
/// where an element of the first may be an infinity), rank and last_extent (of the result).
using NodeFacts = std::map<std::string, std::vector<std::int64_t>, std::less<>>;

/// `infinite`: the tensors of the case that may hold an infinity, as the oracle says.
NodeFacts facts_of(const graph::Graph& graph, const graph::Node& node, std::span<const std::string> partition,
                   std::span<const std::string> infinite = {});

/// The names that a condition may use.
std::vector<std::string> fact_names();

/// "kernel < stride", "out_per_group % 16 != 0", "groups > 1": a comparison (< <= > >= == !=) of two terms, each a
/// name, a number, or a name % number or % name ("size % stride == 0").
class IssueCondition {
public:
    /// Throws std::invalid_argument that says what is wrong.
    explicit IssueCondition(std::string_view text);

    const std::string& text() const { return text_; }

    /// On one spatial axis; 0 for a node without any.
    bool holds(const NodeFacts& facts, std::size_t axis) const;

private:
    struct Term {
        std::string name;  ///< empty: the number alone
        std::int64_t number = 0;
        std::int64_t modulus = 0;  ///< 0: none
        std::string modulus_name;  ///< empty: the number
    };

    static Term parse_term(std::string_view text);
    static std::int64_t value(const Term& term, const NodeFacts& facts, std::size_t axis);

    std::string text_;
    Term left_;
    Term right_;
    std::string comparison_;
};

/// Whether all conditions hold for the node, those about axes on one and the same axis.
bool all_hold(std::span<const IssueCondition> conditions, const NodeFacts& facts);

}  // namespace difftest::harness
