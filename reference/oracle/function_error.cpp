#include "reference/oracle/function_error.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

// Errors are written in units of the unit roundoff u = 2^-24, to first order: a correctly rounded operation has at most
// 1, an ulp is at most 2 (Muller's definition of the ulp, which OpenCL uses).

namespace difftest::oracle {
namespace {

using graph::EltwiseAlgorithm;

constexpr double kUnitRoundoff = 0x1p-24;
constexpr double kMargin = 1.25;          // on everything measured
constexpr double kFlushFloor = 0x1p-125;  // the oneDNN exponential returns 0 below it
constexpr double kNoBound = std::numeric_limits<double>::infinity();
constexpr double kSmallestNormal = 0x1p-126;
constexpr double kSubnormalRounding = 0x1p-145;  // 16 units of the last place of a subnormal

double logistic(double x) {
    return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x));
}

double soft_plus(double x) {
    return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}

/// Multiplying by it is exact.
bool is_power_of_two(double alpha) {
    int exponent = 0;
    return std::fabs(std::frexp(alpha, &exponent)) == 0.5;
}

/// `absolute` and `tail` (relative) bound the error where |f| <= 1, `relative` times |f| bounds it where |f| > 1.
struct Measured {
    double absolute;
    double relative;
    double tail = kNoBound;
};

// The larger of the FMA and the non-FMA column.
Measured measured(EltwiseAlgorithm algorithm) {
    switch (algorithm) {
        case EltwiseAlgorithm::exp: return {2.05, 69.8, 70};
        case EltwiseAlgorithm::tanh: return {1.22, 1.35, 1.35};
        case EltwiseAlgorithm::logistic: return {1.57, 1.57, 70};
        case EltwiseAlgorithm::elu: return {2.05, 2.05};
        case EltwiseAlgorithm::gelu_tanh: return {2.49, 2.29};
        case EltwiseAlgorithm::gelu_erf: return {5.30, 3.26};
        case EltwiseAlgorithm::swish: return {1.88, 2.31};
        case EltwiseAlgorithm::mish: return {16.7, 2.50};
        case EltwiseAlgorithm::soft_relu: return {128, 3.62};
        case EltwiseAlgorithm::log: return {106.7, 89.2};
        default: return {1.0, 1.0, 1.0};  // pow calls the C library
    }
}

// tanhf of glibc 2.36, stride 401 over all floats, against tanh.
constexpr Measured kLibraryTanh{1.69, 2.73, 2.73};

// oneDNN 3.7.2, jit:avx512_core, stride 1601 over all floats and steps of 1e-4 in [-20, 20], against erfcl: 16.9 at
// -3.4976 and 5.9 at 2.9863. The kernels for AVX2 (4.35, 3.09) and SSE4.1 (5.30, 3.19) are those of 2.x.
constexpr Measured kGeluErfOfOnednn3{16.9, 5.9};

/// A measured bound for a function value, in units of u.
double with_margin(const Measured& bound, double f) {
    const double magnitude = std::fabs(f);
    return kMargin * (magnitude <= 1 ? std::min(bound.absolute, bound.tail * magnitude) : bound.relative * magnitude);
}

double measured_error(EltwiseAlgorithm algorithm, double f) {
    return with_margin(measured(algorithm), f);
}

// x * logistic(t), t = alpha x rounded. Measured for alpha = 1, which says everything for powers of two: alpha f(x) is
// the function of alpha = 1 at t. Else the rounding of t adds |x| |t| s (1 - s). The bound by way of the logistic
// function is the better one for small alpha.
double swish_error(double alpha, double x, double f) {
    const double t = alpha * x;
    const double s = logistic(t);
    const double argument = is_power_of_two(alpha) ? 0 : std::fabs(x * t) * s * (1 - s);
    const double scaled = measured_error(EltwiseAlgorithm::swish, alpha * f) / std::fabs(alpha);
    const double composed = std::fabs(x) * measured_error(EltwiseAlgorithm::logistic, s) + std::fabs(f);
    return kUnitRoundoff * (std::min(scaled, composed) + argument) + std::fabs(x) * kFlushFloor;
}

// 1 / (1 + exp(-t)): exp 3 ulp, weighted with e^-t / (1 + e^-t) = 1 - s; the sum 1; the reciprocal or quotient 2.5 ulp.
// An error of t by `argument` units, relative, adds |t| (1 - s) times as much.
double logistic_steps(double t, double argument) {
    return (6 + argument * std::fabs(t)) * (1 - logistic(t)) + 1 + 5;
}

// g = 2c x (1 + a x^2): x^2, a x^2, 1 + ..., c x, the product: 5 roundings, and a = 0.044715 rounded (0.58) or c a
// rounded (1) in the other association.
double gelu_tanh_steps(double x) {
    constexpr double kRoundings = 6;
    constexpr double kTwiceSqrtTwoOverPi = 2 * 0.79788458347320556640625;
    return logistic_steps(kTwiceSqrtTwoOverPi * x * (1 + 0.044715 * x * x), kRoundings) + 1;
}

// 0.5 x (1 + erf(z)), z = c x rounded: erf 16 ulp and the rounding of z, both absolute, which matters where 1 + erf is
// small; the sum and the product 1 each. 0.5 x erfc(-z): erfc 16 ulp, the rounding of z, the product.
double gelu_erf_error(double x, double f) {
    const double z = x * 0.707106769084930419921875;
    const double slope = std::fabs(z) * 2 / std::sqrt(std::acos(-1.0)) * std::exp(-z * z);
    const double sum = 0.5 * std::fabs(x) * (32 * std::fabs(std::erf(z)) + slope) + 2 * std::fabs(f);
    const double complement = 0.5 * std::fabs(x) * slope + 33 * std::fabs(f);
    return std::max(sum, complement);
}

// log1p(y), y = exp(t): exp 3 ulp and the error of t reach the result with the factor y / ((1 + y) log1p(y)); log1p 2
// ulp.
double soft_plus_steps(double t, double argument) {
    const double condition = soft_plus(t) == 0 ? 1 : logistic(t) / soft_plus(t);
    return (6 + argument * std::fabs(t)) * std::min(condition, 1.0) + 4;
}

// x * tanh(v), v = log1p(exp(x)): the error of v reaches tanh with the factor v (1 - tanh^2) / tanh; tanh 5 ulp; the
// product.
double mish_steps(double x) {
    const double v = soft_plus(x);
    const double tanh = std::tanh(v);
    const double condition = tanh == 0 ? 1 : v * (1 - tanh * tanh) / tanh;
    return soft_plus_steps(x, 0) * condition + 10 + 1;
}

double opencl_steps(const graph::Eltwise& op, double x) {
    const double alpha = op.alpha;
    const double argument = is_power_of_two(alpha) ? 0 : 1;
    switch (op.algorithm) {
        case EltwiseAlgorithm::exp:
        case EltwiseAlgorithm::log: return 6;
        case EltwiseAlgorithm::tanh: return 10;
        case EltwiseAlgorithm::logistic: return logistic_steps(x, 0);
        case EltwiseAlgorithm::swish: return logistic_steps(alpha * x, argument) + 1;
        case EltwiseAlgorithm::elu: return 6 + argument;
        case EltwiseAlgorithm::gelu_tanh: return gelu_tanh_steps(x);
        case EltwiseAlgorithm::mish: return mish_steps(x);
        case EltwiseAlgorithm::soft_relu: return soft_plus_steps(alpha * x, argument) + (std::fabs(alpha) == 1 ? 0 : 5);
        default: return 32 + argument;  // pow
    }
}

/// By how much the last intermediate result is multiplied: what its underflow may cost.
double scale_of_underflow(const graph::Eltwise& op, double x) {
    switch (op.algorithm) {
        case EltwiseAlgorithm::swish:
        case EltwiseAlgorithm::gelu_tanh:
        case EltwiseAlgorithm::gelu_erf:
        case EltwiseAlgorithm::mish: return std::max(std::fabs(x), 1.0);
        case EltwiseAlgorithm::elu:
        case EltwiseAlgorithm::pow: return std::max<double>(std::fabs(op.alpha), 1.0);
        case EltwiseAlgorithm::soft_relu: return std::max(1 / std::fabs(static_cast<double>(op.alpha)), 1.0);
        default: return 1;
    }
}

/// pow computes x^beta in f32 before it multiplies by alpha, soft_relu alpha x before it divides by alpha: beyond the
/// range of f32 nothing bounds the result.
bool overflows_before_scaling(const graph::Eltwise& op, double x) {
    constexpr auto kGreatest = static_cast<double>(std::numeric_limits<float>::max());
    switch (op.algorithm) {
        case EltwiseAlgorithm::pow: return std::fabs(std::pow(x, static_cast<double>(op.beta))) > kGreatest;
        case EltwiseAlgorithm::soft_relu: return static_cast<double>(op.alpha) * x > kGreatest;
        default: return false;
    }
}

}  // namespace

double onednn_error(const graph::Eltwise& op, double x, double f) {
    const double alpha = op.alpha;
    const double rounding = is_power_of_two(alpha) ? 0 : 1;
    if (overflows_before_scaling(op, x)) {
        return kNoBound;
    }
    switch (op.algorithm) {
        case EltwiseAlgorithm::exp:
        case EltwiseAlgorithm::logistic: return kUnitRoundoff * measured_error(op.algorithm, f) + kFlushFloor;
        case EltwiseAlgorithm::swish: return swish_error(alpha, x, f);
        // alpha * (exp(x) - 1): the error of exp scales, the product rounds.
        case EltwiseAlgorithm::elu:
            return kUnitRoundoff *
                   (std::fabs(alpha) * measured_error(EltwiseAlgorithm::elu, std::expm1(x)) + rounding * std::fabs(f));
        // log1p(exp(alpha x)) / alpha: measured for alpha = 1; the argument rounds, the quotient twice (reciprocal).
        case EltwiseAlgorithm::soft_relu:
            return kUnitRoundoff * (measured_error(EltwiseAlgorithm::soft_relu, alpha * f) / std::fabs(alpha) +
                                    rounding * (std::fabs(x) * logistic(alpha * x) + 2 * std::fabs(f)));
        // The product with alpha rounds; an x^beta below the normal range has an absolute error.
        case EltwiseAlgorithm::pow:
            return kUnitRoundoff * (measured_error(EltwiseAlgorithm::pow, f) + rounding * std::fabs(f)) +
                   (std::fabs(alpha) + 1) * 0x1p-149;
        default: return kUnitRoundoff * measured_error(op.algorithm, f) + 0x1p-149;
    }
}

double library_error(const graph::Eltwise& op, double f) {
    return op.algorithm == EltwiseAlgorithm::tanh ? kUnitRoundoff * with_margin(kLibraryTanh, f) + 0x1p-149 : -1;
}

double onednn_error_jump(const graph::Eltwise& op) {
    switch (op.algorithm) {
        case EltwiseAlgorithm::exp:
        case EltwiseAlgorithm::log:
        case EltwiseAlgorithm::gelu_tanh:
        case EltwiseAlgorithm::gelu_erf:
        case EltwiseAlgorithm::mish: return 1;
        case EltwiseAlgorithm::swish:
        case EltwiseAlgorithm::soft_relu: return op.alpha == 0 ? 0 : 1 / std::fabs(static_cast<double>(op.alpha));
        default: return 0;
    }
}

double onednn3_error(const graph::Eltwise& op, double f) {
    return op.algorithm == EltwiseAlgorithm::gelu_erf ? kUnitRoundoff * with_margin(kGeluErfOfOnednn3, f) : -1;
}

double onednn_error_at_jump(const graph::Eltwise& op, bool also_onednn3) {
    const Measured bound = measured(op.algorithm);
    double greater = kMargin * std::max(bound.absolute, bound.relative);
    if (also_onednn3 && op.algorithm == EltwiseAlgorithm::gelu_erf) {
        greater = kMargin * kGeluErfOfOnednn3.absolute;
    }
    // For swish and soft_relu: at most 0.44 for the argument, and two roundings.
    return kUnitRoundoff * (greater + 2.5) * onednn_error_jump(op);
}

double opencl_error(const graph::Eltwise& op, double x, double f, bool flush) {
    if (overflows_before_scaling(op, x)) {
        return kNoBound;
    }
    const double steps =
        op.algorithm == EltwiseAlgorithm::gelu_erf ? gelu_erf_error(x, f) : opencl_steps(op, x) * std::fabs(f);
    double underflow = flush ? kSmallestNormal : kSubnormalRounding;
    switch (op.algorithm) {
        // exp(-g) overflows, and its reciprocal is 0 instead of something below 2^-127.
        case EltwiseAlgorithm::logistic:
        case EltwiseAlgorithm::swish:
        case EltwiseAlgorithm::gelu_tanh: underflow = std::max(underflow, 0x1p-127); break;
        default: break;
    }
    return kUnitRoundoff * steps + underflow * scale_of_underflow(op, x) + 0x1p-149;  // the result may be subnormal too
}

}  // namespace difftest::oracle
