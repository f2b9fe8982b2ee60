#pragma once

#include "reference/graph/case.hpp"
#include "reference/oracle/rules.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The fault dictionary: every rule of the semantics that can be broken on purpose, with the deviation that breaks it.
/// One library, three uses: the `faulty` backend, the sharpness of a case, and diagnosis.
namespace difftest::faults {

struct Fault {
    oracle::Deviation deviation;
    std::string_view id;          ///< "D01", the number of the dictionary
    std::string_view name;        ///< "clamp_dropped_mid_chain", the name on the command line
    std::string_view rule;        ///< what must hold
    std::string_view deviates;    ///< what the faulty kernel does instead
    std::string_view seen_in;     ///< where it was met in the real world
    std::string_view exposed_by;  ///< what input shows it
};

std::span<const Fault> all_faults();

/// By name or id; nothing when there is none.
std::optional<Fault> find_fault(std::string_view name_or_id);

/// Whether the rule plays a part at the node, with the parameters that the case has.
bool is_applicable(const Fault& fault, const graph::Case& value, graph::NodeId node);

/// The nodes of the graph at which the rule plays a part at all.
std::vector<graph::NodeId> applicable_nodes(const Fault& fault, const graph::Case& value);

}  // namespace difftest::faults
