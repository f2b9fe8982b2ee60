#pragma once

#include "reference/graph/case.hpp"
#include "reference/oracle/oracle.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace difftest::harness {

/// A constant or input that takes part in a step, at the element that is read there.
struct TraceOperand {
    std::string slot;
    graph::DataType type = graph::DataType::f32;
    double value = 0;
};

/// One node on the way to an element: what its result may be, at the coordinates that the element reads.
struct TraceStep {
    std::string node;
    std::string operation;  ///< "fake_quantize levels=256", "binary multiply"
    std::string tensor;
    graph::DataType type = graph::DataType::f32;
    std::vector<std::int64_t> coordinates;
    oracle::AllowedSet allowed;
    std::vector<TraceOperand> operands;
    std::optional<double> got;  ///< the backend's value, where the tensor is an output of the graph
};

/// The steps from the accumulator (or the input) to one element, in graph order.
using Trace = std::vector<TraceStep>;

/// Follows the element of `tensor` at row-major `index` back through the element-wise nodes, up to and including the
/// accumulators of the convolutions it comes from. Branches that join are followed both.
/// `got` holds what the backend returned, by tensor.
Trace trace_element(const graph::Case& value, const oracle::Evaluation& evaluation, graph::TensorId tensor,
                    std::int64_t index, const std::map<graph::TensorId, graph::TensorData>& got);

}  // namespace difftest::harness
