#pragma once

#include "reference/graph/case.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace difftest::harness {

/// The elements [begin, end) along one axis.
struct AxisRange {
    std::int64_t begin = 0;
    std::int64_t end = 0;
    std::int64_t size() const { return end - begin; }
    friend bool operator==(const AxisRange&, const AxisRange&) = default;
};
using Region = std::vector<AxisRange>;

Region whole(const graph::Shape& shape);

/// The case that computes only that region of its single output, every element from the same values as before: inputs
/// and constants are cut to what the region needs, paddings and groups follow. Nothing when an operation on the way
/// cannot be cut like that, or the case has several outputs.
std::optional<graph::Case> crop(const graph::Case& value, const Region& region);

}  // namespace difftest::harness
