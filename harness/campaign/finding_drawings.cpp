#include "harness/campaign/finding_drawings.hpp"

#include "harness/export/graph_drawing.hpp"
#include "reference/graph/case_file.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace difftest::harness {
namespace {

constexpr std::size_t kMostDrawn = 200;  ///< nodes; a minimal case that has more is nobody's, and would take minutes

/// The nodes that diagnosis names ("RULE at NODE, NODE"); where it names none, those of the partition that wrote the
/// first wrong values.
std::vector<std::string> broken_nodes(const ReportedFinding& finding, const graph::Graph& graph) {
    const nlohmann::json document = nlohmann::json::parse(finding.finding, nullptr, false);
    std::vector<std::string> nodes;
    const auto diagnosis = document.is_object() ? document.find("diagnosis") : document.end();
    if (diagnosis != document.end() && diagnosis->is_object()) {
        for (const auto& named : diagnosis->at("named")) {
            const auto text = named.get<std::string>();
            const std::string places = text.substr(std::min(text.rfind(" at "), text.size()));
            for (const graph::Node& node : graph.nodes) {
                const std::size_t at = places.find(" " + node.name);
                const std::size_t end = at + 1 + node.name.size();
                if (at != std::string::npos && (end == places.size() || places[end] == ',')) {
                    nodes.push_back(node.name);
                }
            }
        }
    }
    const nlohmann::json observation = nlohmann::json::parse(finding.observation, nullptr, false);
    if (!nodes.empty() || !observation.is_object() || !observation.at("minimal").is_object()) {
        return nodes;
    }
    const nlohmann::json& minimal = observation.at("minimal");
    const auto wrong = minimal.at("first_wrong").is_string()
                           ? graph.find_tensor(minimal.at("first_wrong").get<std::string>())
                           : std::nullopt;
    const graph::NodeId producer = wrong ? graph.tensor(*wrong).producer : -1;
    for (const auto& partition : minimal.at("partitions")) {
        const auto members = partition.at("nodes").get<std::vector<std::string>>();
        const bool is_it = producer < 0 ||  // not known, or an input: whoever wrote that, no partition did
                           std::find(members.begin(), members.end(), graph.node(producer).name) != members.end();
        nodes.insert(nodes.end(), members.begin(), is_it ? members.end() : members.begin());
    }
    return nodes;
}

}  // namespace

void draw_findings(ToleranceReport& report, const std::filesystem::path& folder) {
    std::vector<ReportedFinding*> drawn;
    std::vector<std::string> graphs;
    for (ReportedFinding& finding : report.findings) {
        if (finding.minimal.empty()) {
            continue;
        }
        try {
            const graph::Case value = graph::read_case(folder / finding.folder / "minimal.json");
            if (value.graph.nodes.size() > kMostDrawn) {
                continue;
            }
            graphs.push_back(graph_dot(value, broken_nodes(finding, value.graph)));
            drawn.push_back(&finding);
        } catch (const graph::CaseError& unreadable) {
            report.warnings.emplace_back(unreadable.what());
        } catch (const nlohmann::json::exception& unreadable) {  // members that are not as difftest writes them
            finding.finding.clear();
            finding.observation.clear();
            report.warnings.push_back(fmt::format("{}: {}", finding.folder, unreadable.what()));
        }
    }
    const std::vector<std::string> drawings = graph_drawings(graphs);
    for (std::size_t i = 0; i < drawn.size(); ++i) {
        drawn[i]->graph_drawing = drawings[i];
    }
}

}  // namespace difftest::harness
