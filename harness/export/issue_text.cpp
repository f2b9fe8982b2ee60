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

// The text is to be under a page: at most so many lines of each part.
constexpr std::size_t kMostWrong = 3;  ///< elements
constexpr std::size_t kMostCalls = 19;
constexpr std::size_t kMostObserved = 4;
constexpr std::size_t kMostConditions = 3;
constexpr std::size_t kLongestLine = 140;

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        lines.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return lines;
}

std::string shortened(const std::string& line) {
    return line.size() <= kLongestLine ? line : line.substr(0, kLongestLine) + " ...";
}

/// What the program asks of the library: the statements of its main function up to where the results are compared,
/// without what every program has.
std::vector<std::string> calls_of(const std::string& program) {
    std::vector<std::string> calls;
    bool is_inside = false;
    for (const std::string& line : lines_of(program)) {
        const auto has = [&line](std::string_view text) { return line.find(text) != std::string::npos; };
        if (is_inside && (has("queue.wait(") || has("int wrong"))) {
            break;
        }
        const bool is_everywhere = has("setenv(") || has("engine cpu(") || has("stream queue(") || has("printf(");
        if (is_inside && !is_everywhere && line.find_first_not_of(' ') != std::string::npos) {
            calls.push_back(shortened(line.starts_with("    ") ? line.substr(4) : line));
        }
        is_inside = is_inside || has("int main(");
    }
    for (const std::string_view buffers : {"std::vector<", "memory "}) {  // what is created and executed says more
        if (calls.size() > kMostCalls) {
            std::erase_if(calls, [buffers](const std::string& line) { return line.starts_with(buffers); });
        }
    }
    if (calls.size() > kMostCalls) {
        const std::size_t left = calls.size() - kMostCalls + 1;
        calls.resize(kMostCalls - 1);
        calls.push_back(fmt::format("// ... and {} more lines", left));
    }
    return calls;
}

/// The last lines of what the reproducer printed.
std::vector<std::string> end_of(const std::string& observed) {
    std::vector<std::string> lines = lines_of(observed);
    std::transform(lines.begin(), lines.end(), lines.begin(), shortened);
    lines.erase(lines.begin(), lines.end() - std::min(std::ssize(lines), std::ptrdiff_t{kMostObserved}));
    return lines;
}

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

/// What diagnosis and reduction found out, a line each. Only conditions with values on both sides say where the border
/// is.
std::vector<std::string> analysis_of(const Json& finding) {
    std::vector<std::string> lines;
    const Json diagnosis = finding.value("diagnosis", Json());
    for (const Json& named : diagnosis.is_object() ? diagnosis.at("named") : Json::array()) {
        lines.push_back("It computes what a kernel would that breaks this rule: " + named.get<std::string>());
    }
    if (finding.contains("passing") && finding.at("passing").is_string()) {
        lines.push_back("The smallest change that makes it pass: " + finding.at("passing").get<std::string>());
    }
    std::size_t conditions = 0;
    for (const Json& each : finding.value("conditions", Json::array())) {
        if (!each.at("fails").empty() && !each.at("passes").empty() && conditions++ < kMostConditions) {
            lines.push_back(each.at("what").get<std::string>() + ": " + each.at("text").get<std::string>());
        }
    }
    if (const auto certificate = finding.value("certificate", ""); !certificate.empty()) {
        lines.push_back("The case is " + certificate);
    }
    return lines;
}

/// From the registry of known issues where one explains the failure; else no more than what was seen.
std::string versions_of(const ExportSubject& subject, const Json& finding) {
    const Json known = finding.value("known_issue", Json());
    const auto affected = finding.value("affected", "");
    if (known.is_string() && !affected.empty()) {
        return fmt::format("{} (difftest's registry, `{}`); seen with {}", affected, known.get<std::string>(),
                           subject.library);
    }
    return fmt::format("seen with {}; others were not tried", subject.library);
}

const ReportedReproducer* find(const std::vector<ReportedReproducer>& reproducers, std::string_view kind) {
    const auto found = std::find_if(reproducers.begin(), reproducers.end(), [kind](const auto& each) {
        return each.kind == kind && (each.status == "verified" || each.status == "not_run");
    });
    return found == reproducers.end() || found->files.empty() ? nullptr : &*found;
}

/// The line of the library's own tester, and how the program is built and run.
std::vector<std::string> commands_of(const std::vector<ReportedReproducer>& reproducers) {
    std::vector<std::string> commands;
    if (const ReportedReproducer* const line = find(reproducers, "benchdnn")) {
        for (const std::string& each : lines_of(line->files.front().text)) {
            if (!each.empty()) {
                commands.push_back(each + (line->status == "not_run" ? "  (not run here)" : ""));
            }
        }
    }
    for (const ReportedReproducer& each : reproducers) {
        if (each.status == "verified" && each.kind != "benchdnn" && !each.command.empty()) {
            commands.push_back(fmt::format("(cd repro/{} && {})", each.kind, each.command));
            break;
        }
    }
    return commands;
}

}  // namespace

std::string issue_text(const ExportSubject& subject, const std::string& finding_text,
                       const std::vector<ReportedReproducer>& reproducers) {
    const Json finding = Json::parse(finding_text);
    const ReportedReproducer* const program = find(reproducers, "cpp");
    const auto implementations = finding.value("implementations", std::vector<std::string>());
    const Json wrong = wrong_elements(subject);
    const std::vector<std::string> calls =
        program == nullptr ? std::vector<std::string>() : calls_of(program->files.front().text);
    const std::vector<std::string> observed =
        program == nullptr || !wrong.empty() ? std::vector<std::string>() : end_of(program->observed);
    const std::vector<std::string> analysis = analysis_of(finding);
    const std::vector<std::string> commands = commands_of(reproducers);
    const Json view = {{"what", subject.outputs.empty() ? subject.verdict : "wrong result"},
                       {"operations", operations_of(subject.value.graph)},
                       {"implementations", fmt::format("{}", fmt::join(implementations, " + "))},
                       {"library", subject.library},
                       {"versions", versions_of(subject, finding)},
                       {"isa", subject.isa},
                       {"plan", subject.plan},
                       {"threads", subject.value.execution.threads ? Json(*subject.value.execution.threads) : Json()},
                       {"tensors", tensors_of(subject.value.graph)},
                       {"reason", subject.reason},
                       {"has_commands", !commands.empty()},
                       {"commands", commands},
                       {"has_wrong", !wrong.empty()},
                       {"wrong", wrong},
                       {"has_observed", !observed.empty()},
                       {"observed", observed},
                       {"has_calls", !calls.empty()},
                       {"program", program == nullptr ? "" : "repro/cpp/" + program->files.front().name},
                       {"calls", calls},
                       {"has_analysis", !analysis.empty()},
                       {"analysis", analysis}};
    return single_blank_lines(fill_template("issue.md.mustache", view, Escaping::none));
}

}  // namespace difftest::harness
