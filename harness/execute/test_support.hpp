#pragma once

#include "backends/backend.hpp"
#include "harness/execute/worker.hpp"
#include "reference/graph/case.hpp"
#include "test_paths.hpp"

#include <string>
#include <vector>

/// What the tests of this room run: an addition of two f32 tensors, in a worker that misbehaves on request.
namespace difftest::harness {

/// data + addend in f32. The misbehaving worker misbehaves when `node` is "bad".
inline graph::Case addition(const std::string& node, const std::vector<double>& data,
                            const std::vector<double>& addend) {
    const graph::Shape shape{static_cast<std::int64_t>(data.size())};
    graph::Case value;
    value.name = "addition " + node;
    value.graph.tensors = {{"data", graph::DataType::f32, shape, graph::TensorRole::input, -1},
                           {"addend", graph::DataType::f32, shape, graph::TensorRole::constant, -1},
                           {"sum", graph::DataType::f32, shape, graph::TensorRole::intermediate, 0}};
    value.graph.nodes = {{node, graph::Binary{graph::BinaryAlgorithm::add}, {0, 1}, 2}};
    value.graph.outputs = {2};
    value.data = {graph::TensorData(graph::DataType::f32, shape, data),
                  graph::TensorData(graph::DataType::f32, shape, addend), graph::TensorData()};
    return value;
}

inline graph::Case bad_addition() {
    return addition("bad", {1, 2, 3}, {10, 20, 30});
}

inline graph::Case good_addition() {
    return addition("good", {4, 5, 6, 7}, {0.5, 0.25, 0.125, 100});
}

inline backends::Plan fused_plan() {
    return {"fused", {{{"node"}, "addition"}}, {}, {}};
}

inline WorkerSpec misbehaving(const std::string& behaviour) {
    WorkerSpec spec;
    spec.program = DIFFTEST_BINARY_DIR "/tests/workers/difftest-worker-misbehaving";
    spec.arguments = {behaviour};
    spec.limits.answer = std::chrono::milliseconds(1000);
    spec.limits.memory_bytes = std::uint64_t{512} << 20;
    return spec;
}

}  // namespace difftest::harness
