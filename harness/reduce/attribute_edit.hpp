#pragma once

#include "reference/graph/case.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace difftest::harness {

/// A number among the attributes of a node.
struct AttributeEntry {
    graph::NodeId node = 0;
    std::string name;                  ///< of the attribute
    std::optional<std::size_t> index;  ///< into it when it is a list
    double value = 0;
    double neutral = 0;
    bool is_float = false;
};

/// The numbers among the attributes of all nodes that modify an operation (not those that say what it is).
std::vector<AttributeEntry> attribute_entries(const graph::Graph& graph);

/// Sets one of them. Nothing is inferred anew.
void set_attribute(graph::Operation& operation, const AttributeEntry& entry, double value);

/// "deconv.strides[1]"
std::string attribute_text(const graph::Graph& graph, const AttributeEntry& entry);

}  // namespace difftest::harness
