#pragma once

#include "reference/oracle/contraction.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace difftest::oracle {

/// Whether sum_narrow_products may be used, and is the faster way: all factors fit into 16 bits, no partial sum of any
/// output can leave 32 bits, and more than one output reads the same inputs.
bool are_narrow(const Contraction& contraction, std::span<const std::int32_t> x, std::span<const std::int32_t> w);

/// The sums of x * w, as sum_terms gives them. The inputs of each position are gathered once, next to one another, and
/// multiplied with the weights of every output channel: 16-bit factors and 32-bit sums, which compilers turn into the
/// multiply-and-add-pairs instructions that exact integer products have.
std::vector<std::int64_t> sum_narrow_products(const Contraction& contraction, std::span<const std::int32_t> x,
                                              std::span<const std::int32_t> w);

}  // namespace difftest::oracle
