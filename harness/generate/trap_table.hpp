#pragma once

#include "reference/graph/case.hpp"
#include "reference/oracle/oracle.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace difftest::harness {

/// A trap of the semantics, section 5: something that kernels get wrong, which random cases must reach.
struct Trap {
    int number = 0;  ///< 1 for T1
    std::string_view stimulus;
    /// How many of 100000 cases must have it; 0 where it cannot be seen in a case, or where the default limits exclude
    /// it.
    std::int64_t least_per_100000 = 0;
};

/// T1 to T54, in order.
std::span<const Trap> trap_table();

/// The numbers of the traps that the case reaches, ascending. `evaluation` is that of the case.
std::vector<int> traps_of(const graph::Case& value, const oracle::Evaluation& evaluation);

}  // namespace difftest::harness
