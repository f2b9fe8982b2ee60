#include "harness/reduce/case_cost.hpp"

#include "harness/compare/element_text.hpp"
#include "harness/reduce/attribute_neutral.hpp"
#include "harness/reduce/canonical_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace difftest::harness {
namespace {

using graph::DataType;

std::int64_t type_cost(DataType type) {
    switch (type) {
        case DataType::u8:
        case DataType::s32:
        case DataType::f32: return 0;
        case DataType::s8: return 1;
        case DataType::f16:
        case DataType::bf16: return 2;
    }
    return 0;
}

struct AttributeCost {
    CaseCost& cost;

    void operator()(std::string_view name, const std::vector<std::int64_t>& values) const {
        if (is_structural(name)) {
            return;
        }
        for (const std::int64_t value : values) {
            (*this)(name, value);
        }
    }

    void operator()(std::string_view name, std::int64_t value) const {
        if (!is_structural(name) && value != neutral_integer(name)) {
            ++cost.attributes;
            cost.magnitude += std::abs(value - neutral_integer(name));
        }
    }

    void operator()(std::string_view name, float value) const {
        const float neutral = name == "scale" ? 1 : 0;
        if (value != neutral) {
            ++cost.attributes;
            cost.complexity += complexity_of(value, DataType::f32);
        }
    }

    void operator()(std::string_view name, bool value) const { cost.attributes += !is_structural(name) && value; }

    template <typename Enumeration>
    requires std::is_enum_v<Enumeration>
    void operator()(std::string_view name, Enumeration value) const {
        cost.attributes += is_structural(name) || value == Enumeration{} ? 0 : 1;
    }
};

void add_node(CaseCost& cost, const graph::Node& node) {
    ++cost.nodes;
    cost.attributes += std::holds_alternative<graph::Deconvolution>(node.operation) ? 1 : 0;  // harder to think of
    std::visit([&cost](const auto& op) { graph::visit_attributes(op, AttributeCost{cost}); }, node.operation);
    const auto slots = graph::slots_of(node.operation);
    for (std::size_t i = 0; i < slots.size(); ++i) {
        cost.attributes += slots[i].optional && node.inputs[i] != graph::kAbsent ? 1 : 0;
    }
}

void add_values(CaseCost& cost, const graph::TensorData& data) {
    cost.elements += data.size();
    for (std::int64_t i = 0; i < data.size(); ++i) {
        const std::int64_t complexity = complexity_of(data.at(i), data.type());
        cost.nonzero += complexity > 0 ? 1 : 0;
        cost.complexity += complexity;
    }
}

std::int64_t execution_cost(const graph::ExecutionRequest& execution, const std::vector<std::string>& ladder) {
    std::int64_t cost = execution.plans == std::vector<std::string>{"split"} ? 0 : 1;
    if (!execution.isas.empty()) {
        cost += ladder.end() - std::find(ladder.begin(), ladder.end(), execution.isas.front());
    }
    return cost + (execution.threads == 1 ? 0 : 1);
}

}  // namespace

std::int64_t complexity_of(double value, DataType type) {
    if (value == 0) {
        return std::signbit(value) ? 1 : 0;
    }
    if (!std::isfinite(value)) {
        return 100'000;
    }
    const std::string text = value_text(std::fabs(value), type);
    const std::string_view digits = std::string_view(text).substr(text.starts_with("0.") ? 2 : 0);
    int exponent = 0;
    const bool power_of_two = std::frexp(std::fabs(value), &exponent) == 0.5;
    const std::int64_t distance_from_one = std::min(std::abs(exponent - 1), 99);
    // A power of two counts as one digit, however long its decimal form is: its arithmetic is exact.
    const auto length = power_of_two ? std::size_t{1} : digits.size() + 1;
    return static_cast<std::int64_t>(length) * 1000 + distance_from_one * 10 + (value < 0 ? 5 : 0);
}

CaseCost cost_of(const graph::Case& value, const std::vector<std::string>& isa_ladder) {
    CaseCost cost;
    for (const graph::Node& node : value.graph.nodes) {
        add_node(cost, node);
    }
    for (std::size_t i = 0; i < value.graph.tensors.size(); ++i) {
        const graph::Tensor& tensor = value.graph.tensors[i];
        const auto rank = static_cast<std::int64_t>(tensor.shape.size());
        cost.rank = std::max(cost.rank, rank);
        cost.types += type_cost(tensor.type);
        if (tensor.role == graph::TensorRole::intermediate) {
            cost.produced += graph::element_count(tensor.shape).value_or(0);
        } else {
            cost.dimensions += rank;
            add_values(cost, value.data[i]);
        }
    }
    cost.execution = execution_cost(value.execution, isa_ladder);
    cost.names = names_to_change(value);
    return cost;
}

std::string size_text(const graph::Case& value) {
    const CaseCost cost = cost_of(value);
    std::int64_t results = 0;
    for (const graph::TensorId id : value.graph.outputs) {
        results += graph::element_count(value.graph.tensor(id).shape).value_or(0);
    }
    return fmt::format("{} {}, {} elements in, {} out", cost.nodes, cost.nodes == 1 ? "node" : "nodes", cost.elements,
                       results);
}

}  // namespace difftest::harness
