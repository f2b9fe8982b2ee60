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

namespace detail {

/// n * 2^by as a whole number, rounded down.
inline mpz_class shifted(const mpz_class& n, long by) {
    mpz_class result;
    if (by >= 0) {
        mpz_mul_2exp(result.get_mpz_t(), n.get_mpz_t(), static_cast<unsigned long>(by));
    } else {
        mpz_fdiv_q_2exp(result.get_mpz_t(), n.get_mpz_t(), static_cast<unsigned long>(-by));
    }
    return result;
}

inline long bits_of(const mpz_class& n) {
    return static_cast<long>(mpz_sizeinbase(n.get_mpz_t(), 2));
}

/// n / d > 0 to the nearest multiple of the unit in the last place, ties to even; as a whole number of units.
inline mpz_class nearest_significand(const mpz_class& n, const mpz_class& d, long unit) {
    const mpz_class numerator = unit < 0 ? shifted(n, -unit) : n;
    const mpz_class denominator = unit > 0 ? shifted(d, unit) : d;
    mpz_class quotient;
    mpz_class rest;
    mpz_fdiv_qr(quotient.get_mpz_t(), rest.get_mpz_t(), numerator.get_mpz_t(), denominator.get_mpz_t());
    rest *= 2;
    const int middle = cmp(rest, denominator);
    if (middle > 0 || (middle == 0 && mpz_odd_p(quotient.get_mpz_t()) != 0)) {
        ++quotient;
    }
    return quotient;
}

}  // namespace detail

/// IEEE 754 roundTiesToEven of an exact value to binary32: the definition, by scaling to an integer significand.
inline float round_to_float(const Rational& x) {
    const int sign = sgn(x);
    if (sign == 0) {
        return 0.0F;
    }
    const mpz_class n = abs(x.get_num());
    const mpz_class& d = x.get_den();
    // 2^(exponent - 1) < n / d < 2^(exponent + 1)
    long exponent = detail::bits_of(n) - detail::bits_of(d);
    const bool below = exponent >= 0 ? n < detail::shifted(d, exponent) : detail::shifted(n, -exponent) < d;
    exponent -= below ? 1 : 0;
    const long unit = std::max(exponent, -126L) - 23;
    const double significand = detail::nearest_significand(n, d, unit).get_d();  // exact: at most 24 bits
    const double magnitude = std::ldexp(significand, static_cast<int>(std::min(unit, 200L)));
    const auto result =
        magnitude >= 0x1p128 ? std::numeric_limits<float>::infinity() : static_cast<float>(magnitude);  // exact
    return sign > 0 ? result : -result;
}

}  // namespace difftest::oracle::testing
