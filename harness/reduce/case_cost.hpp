#pragma once

#include "reference/graph/case.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

namespace difftest::harness {

/// How much there is to read in a case. Compared member by member, in this order; a reduction accepts only what costs
/// less, and every member is bounded by 0, so that every reduction ends.
struct CaseCost {
    std::int64_t nodes = 0;
    std::int64_t rank = 0;        ///< dimensions of the tensor with the most
    std::int64_t elements = 0;    ///< of inputs and constants
    std::int64_t attributes = 0;  ///< that are not neutral, optional inputs that are used, and deconvolutions
    std::int64_t magnitude = 0;   ///< how far strides, dilations, paddings and the like are from neutral
    std::int64_t produced = 0;    ///< elements of the results of nodes
    std::int64_t dimensions = 0;  ///< of inputs and constants, in sum
    std::int64_t types = 0;       ///< how unusual they are: u8 before s8, s32 and f32 before f16 and bf16
    std::int64_t nonzero = 0;     ///< values of inputs and constants that are not 0
    std::int64_t complexity = 0;  ///< how long these values are
    std::int64_t execution = 0;   ///< how far plan, ISA and threads are from the simplest
    std::int64_t names = 0;       ///< names that are not those of name_pass

    friend auto operator<=>(const CaseCost&, const CaseCost&) = default;
};

/// `isa_ladder`: the rungs of the backend, highest first; the lowest is the simplest.
CaseCost cost_of(const graph::Case& value, const std::vector<std::string>& isa_ladder = {});

/// How long a value is for a reader: 0 for 0, and 1 before -1, powers of two and short decimals before the rest.
std::int64_t complexity_of(double value, graph::DataType type);

/// "3 nodes, 16 elements in, 1 out".
std::string size_text(const graph::Case& value);

}  // namespace difftest::harness
