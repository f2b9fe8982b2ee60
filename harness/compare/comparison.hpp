#pragma once

#include "reference/graph/tensor_data.hpp"
#include "reference/oracle/allowed_tensor.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace difftest::harness {

/// One output element whose value no admissible evaluation yields.
struct OutsideElement {
    std::int64_t index = 0;                 ///< row-major
    std::vector<std::int64_t> coordinates;  ///< one per dimension
    oracle::AllowedSet expected;
    double got = 0;
    double distance = 0;  ///< to the nearest allowed value; infinite for a NaN that is not allowed
};

/// Where the outside elements of one tensor lie. The first that fits, in this order.
enum class ErrorPattern : std::uint8_t {
    none,             ///< no element is outside
    single_element,   ///< exactly one
    everywhere,       ///< every judged element
    constant_offset,  ///< several, each off by the same amount
    single_channel,   ///< all in one index of dimension 1, of several
    border_only,      ///< all at the first or last position of some spatial dimension (2 and up)
    scattered,        ///< none of these
};

std::string_view name_of(ErrorPattern pattern);

/// How far the outside elements of a tensor lie from their sets, in steps of its type: error_steps.hpp.
struct ErrorDistances {
    std::map<int, std::int64_t> counts;     ///< elements, by bucket_of
    double most = 0;                        ///< steps of the farthest element
    std::optional<OutsideElement> largest;  ///< that element, the first of several
};

/// A backend's output tensor held against the allowed sets of its elements.
/// elements == judged + unconstrained; outside and ambiguous count judged elements; judged - outside - allowed are
/// exact.
struct Comparison {
    std::string tensor;
    graph::DataType type = graph::DataType::f32;
    std::int64_t elements = 0;
    std::int64_t judged = 0;
    std::int64_t outside = 0;
    std::int64_t ambiguous = 0;           ///< the allowed set has more than one value
    std::int64_t allowed = 0;             ///< of these, with one of them
    std::int64_t unconstrained = 0;       ///< outside the contract: any value passes, so nothing was judged
    bool constant = false;                ///< every element that the backend gave is the same
    std::optional<OutsideElement> worst;  ///< largest distance; the first of several
    std::vector<OutsideElement> first;    ///< the first outside elements, at most kFirstOutside
    ErrorPattern pattern = ErrorPattern::none;
    ErrorDistances distances;
};

inline constexpr std::size_t kFirstOutside = 8;

/// Throws std::invalid_argument when type or shape differ: that is a fault of the harness, not of the backend.
Comparison compare(std::string_view tensor, const graph::TensorData& got, const oracle::AllowedTensor& expected);

}  // namespace difftest::harness
