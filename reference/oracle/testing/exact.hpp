#pragma once

#include <gmpxx.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>

/// Exact rational arithmetic for the tests, written from the definitions and sharing no code with the oracle.
namespace difftest::oracle::testing {

using Rational = mpq_class;

inline Rational power_of_two(long exponent) {
    mpz_class one = 1;
    mpz_class power;
    mpz_mul_2exp(power.get_mpz_t(), one.get_mpz_t(), static_cast<unsigned long>(std::labs(exponent)));
    return exponent >= 0 ? Rational(power) : Rational(mpz_class(1), power);
}

/// The greatest integer not above x.
inline mpz_class floor_of(const Rational& x) {
    mpz_class result;
    mpz_fdiv_q(result.get_mpz_t(), x.get_num_mpz_t(), x.get_den_mpz_t());
    return result;
}

/// The integer nearest to x, ties to even.
inline mpz_class nearest_even(const Rational& x) {
    const mpz_class below = floor_of(x);
    const Rational rest = x - below;
    const Rational half(1, 2);
    if (rest > half || (rest == half && mpz_odd_p(below.get_mpz_t()) != 0)) {
        return below + 1;
    }
    return below;
}

/// The integer nearest to x, ties away from zero.
inline mpz_class nearest_away(const Rational& x) {
    const Rational half(1, 2);
    return x >= 0 ? floor_of(x + half) : mpz_class(-floor_of(-x + half));
}

/// IEEE 754 roundTiesToEven of an exact value to binary32: the definition, by scaling to an integer significand.
inline float round_to_float(const Rational& x) {
    if (x == 0) {
        return 0.0F;
    }
    const Rational magnitude = abs(x);
    long exponent = static_cast<long>(mpz_sizeinbase(magnitude.get_num_mpz_t(), 2)) -
                    static_cast<long>(mpz_sizeinbase(magnitude.get_den_mpz_t(), 2));
    while (magnitude >= power_of_two(exponent + 1)) {
        ++exponent;
    }
    while (magnitude < power_of_two(exponent)) {
        --exponent;
    }
    const long unit = std::max(exponent, -126L) - 23;
    const mpz_class significand = nearest_even(magnitude / power_of_two(unit));
    const Rational rounded = Rational(significand) * power_of_two(unit);
    if (rounded >= power_of_two(128)) {
        return x > 0 ? std::numeric_limits<float>::infinity() : -std::numeric_limits<float>::infinity();
    }
    const auto result = static_cast<float>(rounded.get_d());  // exact: at most 24 significant bits
    return x > 0 ? result : -result;
}

}  // namespace difftest::oracle::testing
