#pragma once

#include "reference/oracle/context.hpp"

namespace difftest::oracle {

/// Freedom F1: adds what a multiplication by a constant may yield when it and the multiplications by constants before
/// it are associated in any way. All trees of up to three scales are enumerated; beyond, the product with m factors
/// lies in P * [(1-u)^(m-1), (1+u)^(m-1)] (semantics, section 3.2, lemma C).
void add_associated_products(const Context& context, graph::NodeId id, AllowedTensor& result);

}  // namespace difftest::oracle
