#include "harness/export/issue_text.hpp"

#include "harness/compare/element_text.hpp"
#include "harness/report/template_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace difftest::harness {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostWrong = 4;  ///< elements that the text shows

std::string operations_of(const graph::Graph& graph) {
    std::vector<std::string> names;
    for (const graph::Node& node : graph.nodes) {
        names.emplace_back(graph::name_of(node.operation));
    }
    return fmt::format("{}", fmt::join(names, " -> "));
}

/// "u8 [1,1,1,2], s8 [1,1,1,1] -> f32 [1,1,1,2]"
std::string tensors_of(const graph::Graph& graph) {
    std::string text;
    for (const graph::Tensor& tensor : graph.tensors) {
        const bool is_given = tensor.role == graph::TensorRole::input || tensor.role == graph::TensorRole::constant;
        if (is_given) {
            text += fmt::format("{}{} {} [{}]", text.empty() ? "" : ", ", tensor.name, graph::name_of(tensor.type),
                                fmt::join(tensor.shape, ","));
        }
    }
    for (const graph::TensorId id : graph.outputs) {
        const graph::Tensor& tensor = graph.tensor(id);
        text += fmt::format(" -> {} {} [{}]", tensor.name, graph::name_of(tensor.type), fmt::join(tensor.shape, ","));
    }
    return text;
}

Json wrong_elements(const ExportSubject& subject) {
    Json rows = Json::array();
    for (const ExportedOutput& output : subject.outputs) {
        for (std::int64_t i = 0; i < output.allowed.size() && rows.size() < kMostWrong; ++i) {
            const double got = output.got.at(i);
            if (!output.allowed.contains(i, got)) {
                const graph::DataType type = output.allowed.type();
                rows.push_back(
                    {{"at", output.name + coordinates_text(graph::coordinates_of(i, output.allowed.shape()))},
                     {"expected", set_text(output.allowed.at(i), type)},
                     {"got", value_text(got, type)}});
            }
        }
    }
    return rows;
}

/// Only conditions with values on both sides say where the border is.
Json conditions_of(const Json& finding) {
    Json rows = Json::array();
    for (const Json& each : finding.value("conditions", Json::array())) {
        if (!each.at("fails").empty() && !each.at("passes").empty() && rows.size() < 5) {
            rows.push_back({{"what", each.at("what")}, {"text", each.at("text")}});
        }
    }
    return rows;
}

}  // namespace

std::string issue_text(const ExportSubject& subject, const std::string& finding_text,
                       const std::vector<ReportedReproducer>& reproducers) {
    const Json finding = Json::parse(finding_text);
    const auto find = [&reproducers](const std::string& kind) -> const ReportedReproducer* {
        const auto found = std::find_if(reproducers.begin(), reproducers.end(), [&kind](const auto& each) {
            return each.kind == kind && (each.status == "verified" || each.status == "not_run");
        });
        return found == reproducers.end() ? nullptr : &*found;
    };
    const ReportedReproducer* const program = find("cpp");
    const ReportedReproducer* const line = find("benchdnn");
    const Json diagnosis = finding.value("diagnosis", Json());
    const bool diagnosed = diagnosis.is_object() && !diagnosis.at("named").empty();
    const auto implementations = finding.value("implementations", std::vector<std::string>());
    const Json view = {{"verdict", subject.verdict},
                       {"operations", operations_of(subject.value.graph)},
                       {"implementations", fmt::format("{}", fmt::join(implementations, " + "))},
                       {"library", subject.library},
                       {"isa", subject.isa},
                       {"plan", subject.plan},
                       {"threads", subject.value.execution.threads ? Json(*subject.value.execution.threads) : Json()},
                       {"tensors", tensors_of(subject.value.graph)},
                       {"reason", subject.reason},
                       {"wrong", wrong_elements(subject)},
                       {"is_crash", subject.outputs.empty()},
                       {"program", program == nullptr ? Json() : Json(program->files.front().text)},
                       {"command", program == nullptr ? Json() : Json(program->command)},
                       {"observed", program == nullptr ? Json() : Json(program->observed)},
                       {"line", line == nullptr ? Json() : Json(line->files.front().text)},
                       {"line_not_run", line != nullptr && line->status == "not_run"},
                       {"named", diagnosed ? diagnosis.at("named") : Json::array()},
                       {"neighbour", finding.contains("passing") ? finding.at("passing") : Json()},
                       {"conditions", conditions_of(finding)},
                       {"certificate", finding.value("certificate", "")},
                       {"known_issue", finding.contains("known_issue") ? finding.at("known_issue") : Json()}};
    return fill_template("issue.md.mustache", view, Escaping::none);
}

}  // namespace difftest::harness
