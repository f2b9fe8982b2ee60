#pragma once

#include "reference/oracle/allowed_set.hpp"

namespace difftest::oracle {

/// The exponent of the lowest set bit of a finite float other than 0: the float is an odd multiple of 2^lowest_bit.
int lowest_bit(float value);

/// The f32 numbers of a real interval that holds at least one: its ends move inwards.
Interval on_f32_grid(double lo, double hi);

}  // namespace difftest::oracle
