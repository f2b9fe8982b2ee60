#pragma once

#include "harness/report/explanation.hpp"
#include "reference/graph/case.hpp"

#include <optional>
#include <string>
#include <vector>

namespace difftest::harness {

struct ExplainRequest {
    graph::Case value;
    std::vector<std::int64_t> element;  ///< coordinates in the output
    std::string output;                 ///< an output's name; may be empty when there is one output
    std::string contract = "strict";
    std::optional<double> got;  ///< what a backend gave there
};

/// Traces one output element through the graph. Throws InputError for an element, output or contract that is not there.
Explanation explain_element(const ExplainRequest& request);

}  // namespace difftest::harness
