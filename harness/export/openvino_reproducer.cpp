#include "harness/export/openvino_reproducer.hpp"

#include "harness/export/expected_ranges.hpp"
#include "harness/export/npy_file.hpp"
#include "harness/export/openvino_file.hpp"
#include "harness/report/template_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace difftest::harness {

using Json = nlohmann::ordered_json;

ReproducerFiles openvino_reproducer(const ExportSubject& subject) {
    if (subject.outputs.empty()) {
        throw NotExpressible("a crash: there is no output that another runtime could be compared by");
    }
    const graph::Graph& graph = subject.value.graph;
    OpenvinoModel model = openvino_model(subject.value, onnx_graph(subject.value, ModelDialect::openvino));
    ReproducerFiles files = {{"model.xml", std::move(model.xml)}, {"model.bin", std::move(model.constants)}};
    std::string inputs;
    for (std::size_t i = 0; i < graph.tensors.size(); ++i) {
        if (graph.tensors[i].role == graph::TensorRole::input) {
            const std::string file = fmt::format("input_{}.npy", files.size() - 2);
            files.push_back({file, npy_bytes(subject.value.data[i])});
            inputs += fmt::format("{}numpy.load(\"{}\")", inputs.empty() ? "" : ", ", file);
        }
    }
    Json outputs = Json::array();
    for (const ExportedOutput& output : subject.outputs) {
        const ExpectedRanges ranges = expected_ranges(output.allowed);
        outputs.push_back({{"name", Json(output.name).dump()},
                           {"lowest", python_list(ranges.lowest)},
                           {"highest", python_list(ranges.highest)}});
    }
    const Json view = {{"title", subject.title}, {"inputs", inputs}, {"outputs", std::move(outputs)}};
    files.push_back({"run.py", fill_template("openvino.py.mustache", view, Escaping::none)});
    return files;
}

}  // namespace difftest::harness
