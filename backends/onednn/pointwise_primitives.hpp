#pragma once

#include "backends/onednn/partition_primitive.hpp"

#include <functional>

/// Eltwise and binary primitives in a row.
namespace difftest::backends::onednn {

/// The value that the first primitive reads, in the output's shape.
struct FlowingSource {
    /// Row-major in its own type; nothing when it must be repeated or converted first.
    std::optional<dnnl::memory> own;
    graph::DataType type = graph::DataType::f32;
    std::function<dnnl::memory()> as_f32;  ///< row-major
};

/// Appends the primitives; between them the values are f32. The last writes the output tensor.
ImplementationName add_pointwise_primitives(Program& program, std::span<const PrimitiveSteps> primitives,
                                            const FlowingSource& source, graph::TensorId output);

}  // namespace difftest::backends::onednn
