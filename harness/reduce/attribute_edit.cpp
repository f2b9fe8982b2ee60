#include "harness/reduce/attribute_edit.hpp"

#include "harness/reduce/attribute_neutral.hpp"

#include <fmt/format.h>

namespace difftest::harness {
namespace {

class Collector {
public:
    Collector(std::vector<AttributeEntry>& entries, graph::NodeId node) : entries_(entries), node_(node) {}

    void operator()(std::string_view name, const std::vector<std::int64_t>& values) const {
        for (std::size_t i = 0; i < values.size() && !is_structural(name); ++i) {
            entries_.push_back({node_, std::string(name), i, static_cast<double>(values[i]),
                                static_cast<double>(neutral_integer(name)), false});
        }
    }

    void operator()(std::string_view name, std::int64_t value) const {
        if (!is_structural(name)) {
            entries_.push_back({node_, std::string(name), std::nullopt, static_cast<double>(value),
                                static_cast<double>(neutral_integer(name)), false});
        }
    }

    void operator()(std::string_view name, float value) const {
        entries_.push_back({node_, std::string(name), std::nullopt, value, name == "scale" ? 1.0 : 0.0, true});
    }

    template <typename Other>
    void operator()(std::string_view /*name*/, const Other& /*value*/) const {}

private:
    std::vector<AttributeEntry>& entries_;
    graph::NodeId node_;
};

}  // namespace

std::vector<AttributeEntry> attribute_entries(const graph::Graph& graph) {
    std::vector<AttributeEntry> entries;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const Collector collect(entries, static_cast<graph::NodeId>(i));
        std::visit([&collect](const auto& op) { graph::visit_attributes(op, collect); }, graph.nodes[i].operation);
    }
    return entries;
}

void set_attribute(graph::Operation& operation, const AttributeEntry& entry, double value) {
    const auto set = [&](std::string_view name, auto& member) {
        using Member = std::remove_reference_t<decltype(member)>;
        if (name != entry.name) {
            return;
        }
        if constexpr (std::is_same_v<Member, std::vector<std::int64_t>>) {
            member.at(entry.index.value()) = static_cast<std::int64_t>(value);
        } else if constexpr (std::is_same_v<Member, std::int64_t>) {
            member = static_cast<std::int64_t>(value);
        } else if constexpr (std::is_same_v<Member, float>) {
            member = static_cast<float>(value);
        }
    };
    std::visit([&set](auto& op) { graph::visit_attributes(op, set); }, operation);
}

std::string attribute_text(const graph::Graph& graph, const AttributeEntry& entry) {
    return fmt::format("{}.{}{}", graph.node(entry.node).name, entry.name,
                       entry.index ? fmt::format("[{}]", *entry.index) : "");
}

}  // namespace difftest::harness
