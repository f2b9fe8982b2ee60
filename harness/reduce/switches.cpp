#include "harness/reduce/switches.hpp"

#include "harness/reduce/case_edit.hpp"
#include "harness/reduce/settle.hpp"
#include "reference/graph/enumeration_names.hpp"
#include "reference/graph/operation_attributes.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace difftest::harness {
namespace {

using graph::Case;
using graph::DataType;
using graph::NodeId;
using graph::TensorId;

template <typename Member>
concept Enumeration = std::is_enum_v<Member>;

/// The operation with one attribute exchanged, and how that reads.
struct OtherOperation {
    std::string property;
    std::string own;
    std::string other;
    graph::Operation operation;
};

/// Visits the attributes of an operation and collects what they could be instead.
template <typename Op>
class OtherAttributes {
public:
    OtherAttributes(const Op& own, const std::string& node, std::vector<OtherOperation>& others)
        : own_(own), node_(node), others_(others) {}

    template <Enumeration Member>
    void operator()(std::string_view name, const Member& member) const {
        for (const auto& each : graph::names_of<Member>()) {
            if (each.value != member) {
                add(name, each.value, each.name, graph::name_of_value(member));
            }
        }
    }

    void operator()(std::string_view name, bool member) const { add(name, !member, !member, member); }

    void operator()(std::string_view name, std::int64_t member) const {
        constexpr std::array<std::int64_t, 4> kLevels{255, 256, 16, 65536};
        for (const std::int64_t levels : kLevels) {
            if (name == "levels" && levels != member) {
                add(name, levels, levels, member);
            }
        }
    }

    void operator()(std::string_view name, float member) const {
        for (const float other : {0.0F, 1.0F, -member}) {
            if (other != member) {
                add(name, other, other, member);
            }
        }
    }

    void operator()(std::string_view /*name*/, const std::vector<std::int64_t>& /*member*/) const {}  // sizes

private:
    template <typename Member, typename Text, typename OwnText>
    void add(std::string_view name, const Member& value, const Text& text, const OwnText& own_text) const {
        Op other = own_;
        graph::visit_attributes(other, [&](std::string_view each, auto& member) {
            if constexpr (std::is_same_v<std::remove_reference_t<decltype(member)>, Member>) {
                member = each == name ? value : member;
            }
        });
        others_.push_back({fmt::format("{}.{}", node_, name), fmt::format("{}", own_text), fmt::format("{}", text),
                           std::move(other)});
    }

    const Op& own_;
    const std::string& node_;
    std::vector<OtherOperation>& others_;
};

void offer_attributes(std::vector<Switch>& list, const Case& value, NodeId id) {
    const graph::Node& node = value.graph.node(id);
    std::vector<OtherOperation> others;
    std::visit(
        [&](const auto& op) {
            graph::visit_attributes(op, OtherAttributes<std::remove_cvref_t<decltype(op)>>(op, node.name, others));
        },
        node.operation);
    for (OtherOperation& other : others) {
        list.push_back({std::move(other.property), std::move(other.own), std::move(other.other),
                        [&value, id, operation = std::move(other.operation)] {
                            Case result = value;
                            result.graph.nodes[static_cast<std::size_t>(id)].operation = operation;
                            return settle(result);
                        }});
    }
}

void offer_absent_inputs(std::vector<Switch>& list, const Case& value, NodeId id) {
    const graph::Node& node = value.graph.node(id);
    const auto slots = graph::slots_of(node.operation);
    for (std::size_t slot = 0; slot < slots.size() && slot < node.inputs.size(); ++slot) {
        if (slots[slot].optional && node.inputs[slot] != graph::kAbsent) {
            list.push_back({fmt::format("{}.{}", node.name, slots[slot].name), "there", "absent",
                            [&value, id, slot] { return without_input(value, id, slot); }});
        }
    }
}

void offer_end(std::vector<Switch>& list, const Case& value, NodeId id) {
    const graph::Node& node = value.graph.node(id);
    const std::vector<NodeId> readers = value.graph.consumers_of(node.output);
    if (readers.empty()) {
        return;
    }
    const std::string own(graph::name_of(value.graph.node(readers.front()).operation));
    list.push_back({fmt::format("behind {}", node.name), own, "nothing", [&value, output = node.output] {
                        Case result = value;
                        result.graph.outputs = {output};
                        return settle(result);
                    }});
}

/// The number as the type holds it; nothing where it does not.
std::optional<double> held(double number, DataType type) {
    if (!graph::is_integer(type)) {
        return number;
    }
    const double integer = std::nearbyint(number);
    const bool fits = integer >= static_cast<double>(graph::lowest_of(type)) &&
                      integer <= static_cast<double>(graph::highest_of(type));
    return fits ? std::optional(integer) : std::nullopt;
}

void offer_types(std::vector<Switch>& list, const Case& value, TensorId id) {
    const graph::Tensor& tensor = value.graph.tensor(id);
    for (const DataType type : {DataType::u8, DataType::s8, DataType::s32, DataType::f32, DataType::bf16}) {
        if (type != tensor.type) {
            list.push_back({fmt::format("the type of {}", tensor.name), std::string(graph::name_of(tensor.type)),
                            std::string(graph::name_of(type)), [&value, id, type] {
                                return with_type(value, id, type, [type](double number) { return held(number, type); });
                            }});
        }
    }
}

/// The first of several parameters for all.
void offer_single_parameter(std::vector<Switch>& list, const Case& value, TensorId id) {
    const graph::Tensor& tensor = value.graph.tensor(id);
    const bool operand = [&] {
        for (const NodeId reader : value.graph.consumers_of(id)) {
            if (graph::is_contraction(value.graph.node(reader).operation) || value.graph.node(reader).inputs[0] == id) {
                return true;
            }
        }
        return false;
    }();
    if (operand || tensor.role != graph::TensorRole::constant || value.data_of(id).size() < 2) {
        return;
    }
    list.push_back({tensor.name, "several values", "one for all", [&value, id] {
                        Case result = value;
                        set_leaf(result, id,
                                 graph::TensorData(value.data_of(id).type(), {}, {value.data_of(id).at(0)}));
                        return settle(result);
                    }});
}

}  // namespace

std::vector<Switch> switches_of(const Case& value) {
    std::vector<Switch> list;
    for (std::size_t i = 0; i < value.graph.nodes.size(); ++i) {
        const auto id = static_cast<NodeId>(i);
        offer_attributes(list, value, id);
        offer_absent_inputs(list, value, id);
        offer_end(list, value, id);
    }
    for (std::size_t i = 0; i < value.graph.tensors.size(); ++i) {
        offer_types(list, value, static_cast<TensorId>(i));
        offer_single_parameter(list, value, static_cast<TensorId>(i));
    }
    return list;
}

}  // namespace difftest::harness
