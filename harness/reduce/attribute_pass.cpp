#include "harness/reduce/attribute_edit.hpp"
#include "harness/reduce/attribute_neutral.hpp"
#include "harness/reduce/case_cost.hpp"
#include "harness/reduce/case_edit.hpp"
#include "harness/reduce/passes.hpp"
#include "harness/reduce/settle.hpp"
#include "harness/reduce/simpler_values.hpp"

#include <fmt/format.h>

#include <cmath>

namespace difftest::harness {
namespace {

using graph::Case;
using graph::NodeId;

std::optional<Case> with_entries(const Case& value, const std::vector<AttributeEntry>& entries,
                                 const std::vector<double>& values) {
    Case result = value;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        set_attribute(result.graph.nodes[static_cast<std::size_t>(entries[i].node)].operation, entries[i], values[i]);
    }
    return settle(result);
}

void offer(std::vector<Opportunity>& list, const Case& value, std::string what, std::vector<AttributeEntry> entries,
           std::vector<double> values) {
    list.push_back({std::move(what), [&value, entries = std::move(entries), values = std::move(values)] {
                        return with_entries(value, entries, values);
                    }});
}

/// Switches and enumerations back to their first value.
struct Plainer {
    bool changed = false;

    template <typename Member>
    void operator()(std::string_view name, Member& member) {
        if constexpr (std::is_enum_v<Member> || std::is_same_v<Member, bool>) {
            changed = changed || (!is_structural(name) && member != Member{});
            member = is_structural(name) ? member : Member{};
        }
    }
};

class AttributePass : public Pass {
public:
    std::string_view name() const override { return "attributes"; }

    std::vector<Opportunity> opportunities(const Case& value, const PassContext& /*context*/) const override {
        std::vector<Opportunity> result;
        for (std::size_t i = 0; i < value.graph.nodes.size(); ++i) {
            offer_slots(result, value, static_cast<NodeId>(i));
        }
        const std::vector<AttributeEntry> entries = attribute_entries(value.graph);
        offer_all_of_a_kind(result, value, entries);
        for (const AttributeEntry& entry : entries) {
            offer_entry(result, value, entry);
        }
        for (std::size_t i = 0; i < value.graph.nodes.size(); ++i) {
            offer_plain(result, value, static_cast<NodeId>(i));
        }
        return result;
    }

private:
    static void offer_slots(std::vector<Opportunity>& list, const Case& value, NodeId id) {
        const graph::Node& node = value.graph.node(id);
        const auto slots = graph::slots_of(node.operation);
        for (std::size_t slot = 0; slot < slots.size(); ++slot) {
            if (slots[slot].optional && node.inputs[slot] != graph::kAbsent) {
                list.push_back({fmt::format("{}.{}", node.name, slots[slot].name),
                                [&value, id, slot] { return without_input(value, id, slot); }});
            }
        }
    }

    /// All paddings of a node at once, all of its strides, ...
    static void offer_all_of_a_kind(std::vector<Opportunity>& list, const Case& value,
                                    const std::vector<AttributeEntry>& entries) {
        for (std::size_t begin = 0; begin < entries.size();) {
            std::vector<AttributeEntry> kind;
            std::vector<double> neutral;
            const AttributeEntry& first = entries[begin];
            const bool padding = first.name.starts_with("pads");
            for (; begin < entries.size() && entries[begin].node == first.node &&
                   (entries[begin].name == first.name || (padding && entries[begin].name.starts_with("pads")));
                 ++begin) {
                if (entries[begin].value != entries[begin].neutral) {
                    kind.push_back(entries[begin]);
                    neutral.push_back(entries[begin].neutral);
                }
            }
            if (kind.size() > 1) {
                offer(list, value, fmt::format("{}.{}", value.graph.node(first.node).name, first.name), std::move(kind),
                      std::move(neutral));
            }
        }
    }

    static void offer_entry(std::vector<Opportunity>& list, const Case& value, const AttributeEntry& entry) {
        if (entry.value == entry.neutral) {
            return;
        }
        const std::string what = attribute_text(value.graph, entry);
        offer(list, value, what, {entry}, {entry.neutral});
        if (entry.is_float) {
            for (const double simpler : simpler_values(entry.value, graph::DataType::f32)) {
                offer(list, value, what, {entry}, {simpler});
            }
            return;
        }
        const double distance = entry.value - entry.neutral;
        if (std::fabs(distance) > 3) {
            offer(list, value, what, {entry}, {entry.neutral + std::trunc(distance / 2)});
        }
        if (std::fabs(distance) > 1) {
            offer(list, value, what, {entry}, {entry.value - std::copysign(1.0, distance)});
        }
    }

    static void offer_plain(std::vector<Opportunity>& list, const Case& value, NodeId id) {
        graph::Operation operation = value.graph.node(id).operation;
        Plainer plainer;
        std::visit([&plainer](auto& op) { graph::visit_attributes(op, plainer); }, operation);
        if (plainer.changed) {
            list.push_back({fmt::format("the mode of {}", value.graph.node(id).name), [&value, id, operation] {
                                Case result = value;
                                result.graph.nodes[static_cast<std::size_t>(id)].operation = operation;
                                return settle(result);
                            }});
        }
    }
};

}  // namespace

std::unique_ptr<Pass> make_attribute_pass() {
    return std::make_unique<AttributePass>();
}

}  // namespace difftest::harness
