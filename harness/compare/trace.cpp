#include "harness/compare/trace.hpp"

#include "reference/graph/enumeration_names.hpp"
#include "reference/graph/operation_attributes.hpp"

#include <fmt/format.h>

#include <set>
#include <type_traits>
#include <utility>

namespace difftest::harness {
namespace {

template <typename Attribute>
std::string attribute_text(std::string_view name, const Attribute& attribute) {
    if constexpr (std::is_same_v<Attribute, graph::EltwiseAlgorithm> ||
                  std::is_same_v<Attribute, graph::BinaryAlgorithm>) {
        return std::string(graph::name_of_value(attribute));
    } else if constexpr (std::is_enum_v<Attribute>) {
        // The usual way of rounding, saturating, ... is not worth the room.
        return attribute == Attribute{} ? "" : fmt::format("{}={}", name, graph::name_of_value(attribute));
    } else if constexpr (std::is_arithmetic_v<Attribute>) {
        return fmt::format("{}={}", name, attribute);
    } else {
        return "";
    }
}

/// Whether the algorithm reads alpha and beta, as far as one can tell from their values.
bool has_parameters(const graph::Operation& operation) {
    const auto* eltwise = std::get_if<graph::Eltwise>(&operation);
    return eltwise == nullptr || eltwise->alpha != 0 || eltwise->beta != 0;
}

std::string operation_text(const graph::Operation& operation) {
    std::string text(graph::name_of(operation));
    const bool parameters = has_parameters(operation);
    const auto append = [&text, parameters](std::string_view name, const auto& attribute) {
        const std::string each = attribute_text(name, attribute);
        if (!each.empty() && (parameters || name == "algorithm")) {
            text.append(" ").append(each);
        }
    };
    std::visit(
        [&append](const auto& op) {
            using Op = std::decay_t<decltype(op)>;
            if constexpr (!std::is_same_v<Op, graph::Convolution> && !std::is_same_v<Op, graph::Deconvolution>) {
                graph::visit_attributes(op, append);
            }
        },
        operation);
    return text;
}

class Tracer {
public:
    Tracer(const graph::Case& value, const oracle::Evaluation& evaluation,
           const std::map<graph::TensorId, graph::TensorData>& got)
        : case_(value), evaluation_(evaluation), got_(got) {}

    void follow(graph::TensorId tensor, std::int64_t index) {
        const graph::Tensor& result = case_.graph.tensor(tensor);
        if (result.producer < 0 || !seen_.insert({tensor, index}).second) {
            return;
        }
        const graph::Node& node = case_.graph.node(result.producer);
        TraceStep step;
        step.node = node.name;
        step.operation = operation_text(node.operation);
        step.tensor = result.name;
        step.type = result.type;
        step.coordinates = graph::coordinates_of(index, result.shape);
        step.allowed = evaluation_.of(tensor).at(index);
        if (const auto found = got_.find(tensor); found != got_.end()) {
            step.got = found->second.at(index);
        }
        if (!graph::is_contraction(node.operation)) {
            visit_inputs(node, result, step);
        }
        steps_.push_back(std::move(step));
    }

    Trace take() { return std::move(steps_); }

private:
    void visit_inputs(const graph::Node& node, const graph::Tensor& result, TraceStep& step) {
        const auto slots = graph::slots_of(node.operation);
        for (std::size_t slot = 0; slot < node.inputs.size(); ++slot) {
            const graph::TensorId input = node.inputs[slot];
            if (input == graph::kAbsent) {
                continue;
            }
            const graph::Tensor& tensor = case_.graph.tensor(input);
            const std::int64_t index = source_index(tensor.shape, result.shape, step.coordinates);
            if (tensor.role == graph::TensorRole::intermediate) {
                follow(input, index);
            } else {
                step.operands.push_back({std::string(slots[slot].name), tensor.type, case_.data_of(input).at(index)});
            }
        }
    }

    static std::int64_t source_index(const graph::Shape& from, const graph::Shape& target,
                                     const std::vector<std::int64_t>& coordinates) {
        const std::vector<std::int64_t> strides = graph::broadcast_strides(from, target);
        std::int64_t index = 0;
        for (std::size_t dimension = 0; dimension < strides.size(); ++dimension) {
            index += strides[dimension] * coordinates[dimension];
        }
        return index;
    }

    const graph::Case& case_;
    const oracle::Evaluation& evaluation_;
    const std::map<graph::TensorId, graph::TensorData>& got_;
    std::set<std::pair<graph::TensorId, std::int64_t>> seen_;
    Trace steps_;
};

}  // namespace

Trace trace_element(const graph::Case& value, const oracle::Evaluation& evaluation, graph::TensorId tensor,
                    std::int64_t index, const std::map<graph::TensorId, graph::TensorData>& got) {
    Tracer tracer(value, evaluation, got);
    tracer.follow(tensor, index);
    return tracer.take();
}

}  // namespace difftest::harness
