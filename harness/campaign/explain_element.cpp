#include "harness/campaign/explain_element.hpp"

#include "harness/campaign/input_error.hpp"
#include "harness/compare/element_text.hpp"
#include "reference/oracle/oracle.hpp"
#include "reference/oracle/taps.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace difftest::harness {
namespace {

graph::TensorId find_output(const ExplainRequest& request) {
    const graph::Graph& graph = request.value.graph;
    std::vector<std::string> names;
    for (const graph::TensorId id : graph.outputs) {
        names.push_back(graph.tensor(id).name);
        if (names.back() == request.output) {
            return id;
        }
    }
    if (request.output.empty() && names.size() == 1) {
        return graph.outputs.front();
    }
    throw InputError(fmt::format("{}: --output '{}' is not an output (there are: {})", request.value.name,
                                 request.output, fmt::join(names, ", ")));
}

std::int64_t index_of(const ExplainRequest& request, const graph::Shape& shape) {
    std::int64_t index = 0;
    bool inside = request.element.size() == shape.size();
    for (std::size_t d = 0; inside && d < shape.size(); ++d) {
        inside = request.element[d] >= 0 && request.element[d] < shape[d];
        index = index * shape[d] + request.element[d];
    }
    if (!inside) {
        throw InputError(fmt::format("{}: --element {} is not inside the output's shape {}", request.value.name,
                                     coordinates_text(request.element), graph::to_string(shape)));
    }
    return index;
}

}  // namespace

Explanation explain_element(const ExplainRequest& request) {
    const auto contract = contract::Contract::parse(request.contract);
    if (!contract) {
        throw InputError(
            fmt::format("--contract {}: no such contract (see: difftest list contracts)", request.contract));
    }
    const graph::Graph& graph = request.value.graph;
    const graph::TensorId output = find_output(request);
    const std::int64_t index = index_of(request, graph.tensor(output).shape);
    const oracle::Evaluation evaluation = oracle::evaluate(request.value, *contract);
    Explanation result;
    result.case_name = request.value.name;
    result.contract = contract->to_string();
    result.tensor = graph.tensor(output).name;
    result.type = graph.tensor(output).type;
    result.coordinates = request.element;
    result.allowed = evaluation.of(output).at(index);
    result.got = request.got;
    result.trace = trace_element(request.value, evaluation, output, index, {});
    result.notes = evaluation.metrics.notes;
    if (request.got) {
        result.needed = needed_values(request.value, result.trace, *request.got);
    }
    for (const TraceStep& step : result.trace) {
        const graph::NodeId node = *graph.find_node(step.node);
        std::int64_t at = 0;
        for (std::size_t d = 0; d < step.coordinates.size(); ++d) {
            at = at * graph.tensor(graph.node(node).output).shape[d] + step.coordinates[d];
        }
        std::vector<oracle::Tap> taps = oracle::taps_of(request.value, node, at);
        if (!taps.empty()) {
            result.taps.emplace(step.node, std::move(taps));
        }
    }
    return result;
}

}  // namespace difftest::harness
