#include "harness/export/onnx_reproducer.hpp"

#include "harness/export/expected_ranges.hpp"
#include "harness/export/onnx_file.hpp"
#include "harness/report/template_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace difftest::harness {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kMostElements = 4096;  ///< of an output whose ranges the script holds

/// A tensor of values that are right: the least of each element.
graph::TensorData lowest_values(const oracle::AllowedTensor& allowed) {
    graph::TensorData values(allowed.type(), allowed.shape());
    for (std::int64_t i = 0; i < allowed.size(); ++i) {
        const oracle::AllowedSet set = allowed.at(i);
        values.set(i, set.intervals.empty() ? 0 : set.intervals.front().lo);
    }
    return values;
}

}  // namespace

ReproducerFiles onnx_model(const ExportSubject& subject) {
    if (subject.outputs.empty()) {
        throw NotExpressible("a crash: there is no output that another runtime could be compared by");
    }
    const graph::Graph& graph = subject.value.graph;
    for (const graph::Tensor& tensor : graph.tensors) {
        if (tensor.type == graph::DataType::bf16) {
            throw NotExpressible("NumPy, which holds the test data, has no bf16");
        }
    }
    ReproducerFiles files = {{"model.onnx", onnx_model_bytes(subject.value, onnx_graph(subject.value))}};
    std::size_t inputs = 0;
    for (std::size_t i = 0; i < graph.tensors.size(); ++i) {
        if (graph.tensors[i].role == graph::TensorRole::input) {
            files.push_back({fmt::format("test_data_set_0/input_{}.pb", inputs++),
                             onnx_tensor_bytes(graph.tensors[i].name, subject.value.data[i])});
        }
    }
    Json outputs = Json::array();
    for (const ExportedOutput& output : subject.outputs) {
        if (output.allowed.size() > kMostElements) {
            throw NotExpressible(fmt::format("'{}' has too many elements to be read", output.name));
        }
        const ExpectedRanges ranges = expected_ranges(output.allowed);
        files.push_back({fmt::format("test_data_set_0/output_{}.pb", outputs.size()),
                         onnx_tensor_bytes(output.name, lowest_values(output.allowed))});
        outputs.push_back({{"name", Json(output.name).dump()},
                           {"lowest", python_list(ranges.lowest)},
                           {"highest", python_list(ranges.highest)}});
    }
    const Json view = {{"title", subject.title}, {"outputs", std::move(outputs)}};
    files.push_back({"check.py", fill_template("onnx.py.mustache", view, Escaping::none)});
    return files;
}

}  // namespace difftest::harness
