#pragma once

#include "reference/contract/contract.hpp"
#include "reference/faults/faulty_evaluation.hpp"
#include "reference/oracle/oracle.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace difftest::faults {

/// An output element at which a fault would be seen.
struct Witness {
    std::size_t output = 0;  ///< index into Graph::outputs
    std::int64_t element = 0;
    double faulty_value = 0;
    std::int64_t elements = 0;  ///< how many output elements would leave their allowed sets
};

struct Exposure {
    Placement placement;
    std::optional<Witness> witness;  ///< nothing: this case would not expose it
};

/// Which of the applicable faults this case would expose: their outputs leave the allowed set.
struct Sharpness {
    std::vector<Exposure> exposures;

    std::size_t applicable() const { return exposures.size(); }
    std::size_t exposed() const;
};

/// `allowed` is the oracle's evaluation of the same case under the contract in question.
Sharpness sharpness(const graph::Case& value, const oracle::Evaluation& allowed);

/// Whether the case would expose the fault in a kernel that has it at every node where it plays a part.
bool exposes(const graph::Case& value, const oracle::Evaluation& allowed, const Fault& fault);

/// As sharpness, but only up to the first fault that would be exposed: tells whether there is any.
Sharpness sharpness_up_to_first(const graph::Case& value, const oracle::Evaluation& allowed);

}  // namespace difftest::faults
