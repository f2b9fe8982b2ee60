#pragma once

#include "backends/backend.hpp"
#include "reference/graph/case_builder.hpp"

#include <string>
#include <vector>

/// Small graphs with their values, written down in tests, and their execution in this process.
namespace difftest::backends::onednn {

/// graph::CaseBuilder for tests that need no names: tensors and nodes are numbered.
class CaseBuilder {
public:
    using Values = std::vector<double>;

    graph::TensorId input(graph::DataType type, const graph::Shape& shape, const Values& values);
    graph::TensorId constant(graph::DataType type, const graph::Shape& shape, const Values& values);
    graph::TensorId scalar(float value) { return constant(graph::DataType::f32, {1}, {static_cast<double>(value)}); }

    /// Appends a node. Inputs follow the operation's slots; missing trailing ones are unused. Throws
    /// std::invalid_argument when the result has not the shape that the test expects.
    graph::TensorId node(graph::Operation operation, std::vector<graph::TensorId> inputs, graph::DataType type,
                         const graph::Shape& shape);

    /// fake_quantize with scalar ranges.
    graph::TensorId fake_quantize(graph::TensorId data, std::int64_t levels, const std::vector<float>& ranges,
                                  graph::DataType type);

    /// The case with these outputs.
    const graph::Case& finish(const std::vector<graph::TensorId>& outputs);
    const graph::Case& value() const { return case_; }

private:
    graph::CaseBuilder builder_{"case"};
    graph::Case case_;
};

/// What a plan gave for one case.
struct Run {
    std::vector<CaseBuilder::Values> outputs;
    std::vector<PartitionReport> partitions;
    contract::Contract contract;
};

/// The plan of that name; fails the test when it is not offered.
Plan offered_plan(Backend& backend, const graph::Case& value, const std::string& name);
bool offers_plan(Backend& backend, const graph::Case& value, const std::string& name);

/// Writes the case into the folder that DIFFTEST_KEEP_FAILING names, if it names one: `difftest run --case` goes on
/// there.
void keep_failing(const graph::Case& value);

/// Prepares and executes twice, with outputs filled with different patterns before; the executions must agree.
Run run(Backend& backend, const graph::Case& value, const std::string& plan);

}  // namespace difftest::backends::onednn
