#pragma once

#include "reference/faults/faulty_evaluation.hpp"
#include "reference/graph/case.hpp"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

/// What the tests of single faults have in common.
namespace difftest::faults {

using Values = std::vector<double>;

/// The first output of the reference, with the fault at every node where it plays a part; "none": without.
inline Values results(const graph::Case& value, std::string_view name) {
    const auto fault = find_fault(name);
    std::vector<Placement> placements;
    for (const graph::NodeId node : fault ? applicable_nodes(*fault, value) : std::vector<graph::NodeId>{}) {
        placements.push_back({*fault, node});
    }
    EXPECT_FALSE(fault && placements.empty()) << name << " plays no part";
    const graph::TensorData data = evaluate_with_faults(value, placements).front();
    Values values;
    for (std::int64_t i = 0; i < data.size(); ++i) {
        values.push_back(data.at(i));
    }
    return values;
}

/// Expects the results without and with a fault.
inline void expect(const graph::Case& value, std::string_view name, const Values& right, const Values& wrong) {
    EXPECT_EQ(results(value, "none"), right) << name;
    EXPECT_EQ(results(value, name), wrong) << name;
}

}  // namespace difftest::faults
