#pragma once

#include "reference/oracle/contraction.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace difftest::oracle {

/// Whether sum_plane_products may be used: all factors fit into 16 bits, and no partial sum of any output, in any
/// order, can leave 32 bits.
bool are_narrow(const Contraction& contraction, std::span<const std::int32_t> x, std::span<const std::int32_t> w);

/// The sums of x * w, as sum_terms gives them, in 32 bits and many at a time: the inputs are laid out so that a tap is
/// a shift (plane_layout.hpp), and the products of several output channels with the same inputs are made together. A
/// product of matrices is a convolution with one tap, over the longer one of its two sides.
std::vector<std::int64_t> sum_plane_products(const Contraction& contraction, std::span<const std::int32_t> x,
                                             std::span<const std::int32_t> w);

}  // namespace difftest::oracle
