#pragma once

#include "reference/graph/data_type.hpp"
#include "reference/oracle/testing/exact.hpp"

#include <algorithm>
#include <cmath>

/// The steps of which the definitions of the operations are made, each rounded once from the exact result.
namespace difftest::oracle::testing {

inline Rational exact(double x) {
    return Rational(x);
}

inline double rn(const Rational& x) {
    return round_to_float(x);
}

/// Nearest with `bits` significant bits, ties to even; for magnitudes in the normal range.
inline double to_bits(double x, int bits) {
    if (x == 0) {
        return 0;
    }
    const Rational unit = power_of_two(std::ilogb(x) + 1 - bits);
    return Rational(nearest_even(exact(x) / unit) * unit).get_d();
}

inline double saturated(const mpz_class& x, graph::DataType type) {
    return std::clamp(x.get_d(), static_cast<double>(graph::lowest_of(type)),
                      static_cast<double>(graph::highest_of(type)));
}

inline double quotient(double a, double b) {
    return b == 0 ? std::nan("") : rn(exact(a) / exact(b));
}

}  // namespace difftest::oracle::testing
