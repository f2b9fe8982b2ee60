#include "reference/oracle/testing/exact_function.hpp"

#include <mpfr.h>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

namespace difftest::oracle::testing {
namespace {

using graph::EltwiseAlgorithm;

constexpr mpfr_prec_t kPrecision = 640;  // 1 + tanh(-200) still has 60 digits

class Big {
public:
    explicit Big(double value = 0) {
        mpfr_init2(value_, kPrecision);
        mpfr_set_d(value_, value, MPFR_RNDN);
    }
    Big(const Big& other) : Big() { mpfr_set(value_, other.value_, MPFR_RNDN); }
    Big& operator=(const Big& other) {
        mpfr_set(value_, other.value_, MPFR_RNDN);
        return *this;
    }
    ~Big() { mpfr_clear(value_); }

    mpfr_ptr get() { return value_; }
    mpfr_srcptr get() const { return value_; }

private:
    mpfr_t value_;
};

using Unary = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);
using Binary = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_srcptr, mpfr_rnd_t);

Big apply(Unary function, const Big& x) {
    Big result;
    function(result.get(), x.get(), MPFR_RNDN);
    return result;
}

Big apply(Binary function, const Big& a, const Big& b) {
    Big result;
    function(result.get(), a.get(), b.get(), MPFR_RNDN);
    return result;
}

Big operator+(const Big& a, const Big& b) {
    return apply(mpfr_add, a, b);
}
Big operator-(const Big& a, const Big& b) {
    return apply(mpfr_sub, a, b);
}
Big operator*(const Big& a, const Big& b) {
    return apply(mpfr_mul, a, b);
}
Big operator/(const Big& a, const Big& b) {
    return apply(mpfr_div, a, b);
}
bool operator>(const Big& a, const Big& b) {
    return mpfr_greater_p(a.get(), b.get()) != 0;
}

Big logistic(const Big& x) {
    return Big(1) / (Big(1) + apply(mpfr_exp, Big(0) - x));
}

/// log(1 + exp(t)); beyond 10^4 it is t to more than 14000 bits.
Big soft_plus(const Big& t) {
    return t > Big(1e4) ? t : apply(mpfr_log1p, apply(mpfr_exp, t));
}

Big decimal(const char* text) {
    Big result;
    mpfr_set_str(result.get(), text, 10, MPFR_RNDN);
    return result;
}

Big gelu_tanh(const Big& x) {
    const Big inner = decimal("0.79788458347320556640625") * x * (Big(1) + decimal("0.044715") * x * x);
    return Big(0.5) * x * (Big(1) + apply(mpfr_tanh, inner));
}

Big gelu_erf(const Big& x) {
    return Big(0.5) * x * (Big(1) + apply(mpfr_erf, x * decimal("0.707106769084930419921875")));
}

Big evaluate(const graph::Eltwise& op, const Big& x) {
    const Big alpha(op.alpha);
    switch (op.algorithm) {
        case EltwiseAlgorithm::exp: return apply(mpfr_exp, x);
        case EltwiseAlgorithm::log: return apply(mpfr_log, x);
        case EltwiseAlgorithm::tanh: return apply(mpfr_tanh, x);
        case EltwiseAlgorithm::logistic: return logistic(x);
        case EltwiseAlgorithm::elu: return x > Big(0) ? x : alpha * apply(mpfr_expm1, x);
        case EltwiseAlgorithm::gelu_tanh: return gelu_tanh(x);
        case EltwiseAlgorithm::gelu_erf: return gelu_erf(x);
        case EltwiseAlgorithm::swish: return x * logistic(alpha * x);
        case EltwiseAlgorithm::mish: return x * apply(mpfr_tanh, soft_plus(x));
        case EltwiseAlgorithm::soft_relu: return soft_plus(alpha * x) / alpha;
        case EltwiseAlgorithm::pow: return alpha * apply(mpfr_pow, x, Big(op.beta));
        default: return Big(std::numeric_limits<double>::quiet_NaN());
    }
}

/// Is there a change of the rounding within 2^-39 of the value?
bool is_near_midpoint(const Big& value) {
    const Big below = value * (Big(1) - Big(0x1p-39));
    const Big above = value * (Big(1) + Big(0x1p-39));
    return mpfr_get_flt(below.get(), MPFR_RNDN) != mpfr_get_flt(above.get(), MPFR_RNDN);
}

}  // namespace

ExactValue exact_value(const graph::Eltwise& op, float x) {
    const Big value = evaluate(op, Big(x));
    return {mpfr_get_flt(value.get(), MPFR_RNDN), mpfr_get_d(value.get(), MPFR_RNDN), is_near_midpoint(value)};
}

std::vector<Subject> transcendental_subjects() {
    using enum EltwiseAlgorithm;
    return {
        {"exp", {exp, 0, 0}},
        {"log", {log, 0, 0}},
        {"tanh", {tanh, 0, 0}},
        {"logistic", {logistic, 0, 0}},
        {"elu_1", {elu, 1, 0}},
        {"elu_3", {elu, 3, 0}},
        {"elu_minus_0_3", {elu, -0.3F, 0}},
        {"gelu_tanh", {gelu_tanh, 0, 0}},
        {"gelu_erf", {gelu_erf, 0, 0}},
        {"swish_1", {swish, 1, 0}},
        {"swish_1_702", {swish, 1.702F, 0}},
        {"swish_minus_0_3", {swish, -0.3F, 0}},
        {"swish_0", {swish, 0, 0}},
        {"mish", {mish, 0, 0}},
        {"soft_relu_1", {soft_relu, 1, 0}},
        {"soft_relu_0_7", {soft_relu, 0.7F, 0}},
        {"soft_relu_minus_1", {soft_relu, -1, 0}},
        {"pow_1_5", {pow, 1, 1.5F}},
        {"pow_squared_0_7", {pow, 0.7F, 2}},
        {"pow_cubed_1_1", {pow, 1.1F, 3}},
        {"pow_reciprocal_1_3", {pow, 1.3F, -1}},
        {"pow_reciprocal_root", {pow, 0.3F, -0.5F}},
    };
}

namespace {

void add_neighbours(double centre, std::vector<double>& arguments) {
    constexpr int kNeighbours = 8;
    auto value = static_cast<float>(centre);
    for (int i = 0; i < kNeighbours; ++i) {
        value = std::nextafterf(value, -std::numeric_limits<float>::infinity());
    }
    for (int i = 0; i <= 2 * kNeighbours; ++i) {
        arguments.push_back(value);
        value = std::nextafterf(value, std::numeric_limits<float>::infinity());
    }
}

}  // namespace

std::vector<double> proof_arguments(const std::vector<double>& special, std::size_t count, unsigned seed) {
    std::vector<double> arguments;
    // Trap T42, and the ends of the ranges of exp and of the f32 results.
    for (const double tail : {-64.0, 0.0, 1.0, -1e-8, -6.0, -88.8, -87.0, 88.7228394, -87.3365479, -103.972084, -9.5,
                              0x1p-126, 0x1p-149, 3.0e38, -3.0e38, 1e-3, 0.5, 2.0}) {
        add_neighbours(tail, arguments);
    }
    for (int exponent = 1; exponent < 24; ++exponent) {
        arguments.push_back(1 + std::ldexp(1, -exponent));
        arguments.push_back(1 - std::ldexp(1, -exponent));
    }
    for (const double centre : special) {
        add_neighbours(centre, arguments);
    }
    std::mt19937 engine(seed);
    std::uniform_real_distribution<float> wide(-110, 110);
    std::normal_distribution<float> narrow(0, 3);
    while (arguments.size() < count) {
        const auto any = std::bit_cast<float>(static_cast<std::uint32_t>(engine()));
        arguments.push_back(std::isfinite(any) ? any : 0.0F);
        arguments.push_back(wide(engine));
        arguments.push_back(narrow(engine));
    }
    return arguments;
}

}  // namespace difftest::oracle::testing
