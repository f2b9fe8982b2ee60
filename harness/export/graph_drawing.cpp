#include "harness/export/graph_drawing.hpp"

#include "harness/export/verification.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>

namespace difftest::harness {
namespace {

constexpr std::chrono::seconds kLimit{60};

/// A text between quotation marks; Graphviz itself makes it safe for SVG.
std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            result += '\\';
        }
        result += c == '\n' ? ' ' : c;
    }
    return result + "\"";
}

std::string without_ids(const std::string& svg) {
    constexpr std::string_view kId = " id=\"";
    std::string result;
    std::size_t from = 0;
    for (std::size_t at = svg.find(kId); at != std::string::npos; at = svg.find(kId, from)) {
        result += svg.substr(from, at - from);
        from = svg.find('"', at + kId.size()) + 1;
    }
    return result + svg.substr(from);
}

std::string label_of(const graph::Tensor& tensor) {
    return fmt::format("{} [{}]", graph::name_of(tensor.type), fmt::join(tensor.shape, ","));
}

}  // namespace

std::string graph_dot(const graph::Case& value, const std::vector<std::string>& broken) {
    const graph::Graph& graph = value.graph;
    std::string text =
        "digraph {\nbgcolor=transparent\nrankdir=TB\nnode [fontname=\"sans-serif\" fontsize=11]\n"
        "edge [fontname=\"sans-serif\" fontsize=9]\n";
    const auto is_given = [](const graph::Tensor& tensor) {
        return tensor.role == graph::TensorRole::input || tensor.role == graph::TensorRole::constant;
    };
    for (std::size_t id = 0; id < graph.tensors.size(); ++id) {
        const graph::Tensor& tensor = graph.tensors[id];
        const bool is_output = graph.is_output(static_cast<graph::TensorId>(id));
        if (is_given(tensor) || is_output) {
            text += fmt::format("t{} [shape={} label={}]\n", id, is_output ? "box style=rounded" : "plaintext",
                                quoted(tensor.name + "\n" + label_of(tensor)));
        }
    }
    for (std::size_t id = 0; id < graph.nodes.size(); ++id) {
        const graph::Node& node = graph.nodes[id];
        const bool is_broken = std::find(broken.begin(), broken.end(), node.name) != broken.end();
        text += fmt::format("n{} [shape=box class={} label={}]\n", id, is_broken ? "broken" : "whole",
                            quoted(fmt::format("{} ({})", node.name, graph::name_of(node.operation))));
        for (const graph::TensorId input : node.inputs) {
            if (input == graph::kAbsent) {
                continue;
            }
            const graph::Tensor& tensor = graph.tensor(input);
            const std::string from = is_given(tensor) ? fmt::format("t{}", input) : fmt::format("n{}", tensor.producer);
            text += fmt::format("{} -> n{}{}\n", from, id,
                                is_given(tensor) ? "" : fmt::format(" [label={}]", quoted(label_of(tensor))));
        }
        if (graph.is_output(node.output)) {
            text += fmt::format("n{} -> t{}\n", id, node.output);
        }
    }
    return text + "}\n";
}

std::vector<std::string> graph_drawings(const std::vector<std::string>& graphs) {
    std::vector<std::string> drawings(graphs.size());
    if (graphs.empty()) {
        return drawings;
    }
    const TemporaryFolder folder;
    {
        std::ofstream file(folder.path() / "graphs.dot", std::ios::binary);
        for (const std::string& graph : graphs) {
            file << graph;
        }
    }
    const CommandResult result = run_in(folder.path(), "dot -Tsvg graphs.dot 2>/dev/null", kLimit);
    std::size_t begin = result.exit_status == 0 ? result.output.find("<svg") : std::string::npos;
    for (std::string& drawing : drawings) {
        if (begin == std::string::npos) {
            return std::vector<std::string>(graphs.size());
        }
        const std::size_t end = result.output.find("</svg>", begin);
        drawing = without_ids(result.output.substr(begin, end - begin)) + "</svg>";
        begin = result.output.find("<svg", end);
    }
    return drawings;
}

}  // namespace difftest::harness
