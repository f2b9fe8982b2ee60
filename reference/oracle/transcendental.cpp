#include "reference/oracle/transcendental.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace difftest::oracle {
namespace {

using graph::EltwiseAlgorithm;

constexpr double kUnitRoundoff = 0x1p-24;
constexpr double kLibraryError = 0x1p-40;  // generous for any libm, relative
constexpr double kFlushFloor = 0x1p-125;   // the oneDNN injector returns 0 below it
constexpr double kInfinity = std::numeric_limits<double>::infinity();

double logistic(double x) {
    return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x));
}

/// log(1 + exp(x)) without overflow.
double soft_plus(double x) {
    return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}

double gelu_tanh(double x) {
    constexpr double kSqrtTwoOverPi = 0.79788458347320556640625;
    return x * logistic(2 * kSqrtTwoOverPi * x * (1 + 0.044715 * x * x));
}

double gelu_erf(double x) {
    constexpr double kSqrtHalf = 0.707106769084930419921875;
    return 0.5 * x * std::erfc(-x * kSqrtHalf);
}

/// Errors in units of the unit roundoff: `absolute` bounds them where |f| <= 1, `relative` times |f| where |f| > 1.
struct ErrorBound {
    double absolute;
    double relative;
};

// Measured on the oneDNN 2.6.3 injectors, the larger of the FMA and non-FMA column, times 1.25 (semantics 1.3.2).
ErrorBound onednn_bound(EltwiseAlgorithm algorithm) {
    switch (algorithm) {
        case EltwiseAlgorithm::exp: return {1.25 * 2.05, 1.25 * 69.8};
        case EltwiseAlgorithm::tanh: return {1.25 * 1.22, 1.25 * 1.35};
        case EltwiseAlgorithm::logistic: return {1.25 * 1.57, 1.25 * 1.57};
        case EltwiseAlgorithm::elu: return {1.25 * 2.05, 1.25 * 69.8};
        case EltwiseAlgorithm::gelu_tanh: return {1.25 * 2.49, 1.25 * 2.29};
        case EltwiseAlgorithm::gelu_erf: return {1.25 * 5.30, 1.25 * 3.26};
        case EltwiseAlgorithm::swish: return {1.25 * 1.88, 1.25 * 2.31};
        case EltwiseAlgorithm::mish: return {1.25 * 16.7, 1.25 * 2.50};
        case EltwiseAlgorithm::soft_relu: return {1.25 * 128, 1.25 * 3.62};
        case EltwiseAlgorithm::log: return {1.25 * 106.7, 1.25 * 89.2};
        default: return {1.25, 1.25};  // pow calls libm
    }
}

// From the full-profile table, in ulps <= 2 units of roundoff each, with the composite bounds of semantics 3.3.
double opencl_relative_bound(EltwiseAlgorithm algorithm) {
    switch (algorithm) {
        case EltwiseAlgorithm::exp: return 6;
        case EltwiseAlgorithm::log: return 6;
        case EltwiseAlgorithm::tanh: return 10;
        case EltwiseAlgorithm::logistic: return 12;
        case EltwiseAlgorithm::swish: return 13;
        case EltwiseAlgorithm::elu: return 7;
        default: return 32;  // erf and pow: 16 ulp
    }
}

double round_down(double x) {
    auto value = static_cast<float>(x);
    if (static_cast<double>(value) > x) {
        value = std::nextafterf(value, -std::numeric_limits<float>::infinity());
    }
    return value;
}

double round_up(double x) {
    return -round_down(-x);
}

}  // namespace

bool is_transcendental(EltwiseAlgorithm algorithm) {
    switch (algorithm) {
        case EltwiseAlgorithm::exp:
        case EltwiseAlgorithm::log:
        case EltwiseAlgorithm::tanh:
        case EltwiseAlgorithm::logistic:
        case EltwiseAlgorithm::elu:
        case EltwiseAlgorithm::gelu_tanh:
        case EltwiseAlgorithm::gelu_erf:
        case EltwiseAlgorithm::swish:
        case EltwiseAlgorithm::mish:
        case EltwiseAlgorithm::soft_relu:
        case EltwiseAlgorithm::pow: return true;
        default: return false;
    }
}

double exact_function(const graph::Eltwise& op, double x) {
    const double alpha = op.alpha;
    const double beta = op.beta;
    switch (op.algorithm) {
        case EltwiseAlgorithm::exp: return std::exp(x);
        case EltwiseAlgorithm::log: return std::log(x);
        case EltwiseAlgorithm::tanh: return std::tanh(x);
        case EltwiseAlgorithm::logistic: return logistic(x);
        case EltwiseAlgorithm::elu: return x > 0 ? x : alpha * std::expm1(x);
        case EltwiseAlgorithm::gelu_tanh: return gelu_tanh(x);
        case EltwiseAlgorithm::gelu_erf: return gelu_erf(x);
        case EltwiseAlgorithm::swish: return x * logistic(alpha * x);
        case EltwiseAlgorithm::mish: return x * std::tanh(soft_plus(x));
        case EltwiseAlgorithm::soft_relu: return soft_plus(alpha * x) / alpha;
        case EltwiseAlgorithm::pow: return alpha * std::pow(x, beta);
        default: return std::nan("");
    }
}

Interval enclose_function(const graph::Eltwise& op, double x, const contract::Contract& contract) {
    const double f = exact_function(op, x);
    if (std::isnan(f) || std::isinf(f)) {
        return {f, f};
    }
    // elu is exact for positive arguments: nothing is computed.
    if (op.algorithm == EltwiseAlgorithm::elu && x > 0) {
        return {x, x};
    }
    const double magnitude = std::fabs(f);
    const double library = magnitude * kLibraryError;
    double error = -1;
    if (contract.grants(contract::Freedom::eltwise_error_table)) {
        const ErrorBound bound = onednn_bound(op.algorithm);
        error = kUnitRoundoff * (magnitude <= 1 ? bound.absolute : bound.relative * magnitude) + kFlushFloor;
    }
    if (contract.grants(contract::Freedom::opencl_ulp)) {
        error = std::max(error, kUnitRoundoff * opencl_relative_bound(op.algorithm) * magnitude + 0x1p-145);
    }
    if (error < 0) {  // correctly rounded; two candidates only when the binary64 error straddles a midpoint
        return {static_cast<float>(f - library), static_cast<float>(f + library)};
    }
    // The correctly rounded result is always allowed, whatever the error bound.
    const double lo = std::min<double>(round_up(f - error - library), static_cast<float>(f - library));
    const double hi = std::max<double>(round_down(f + error + library), static_cast<float>(f + library));
    return {lo, std::min(hi, kInfinity)};
}

std::vector<double> turning_points(const graph::Eltwise& op) {
    switch (op.algorithm) {
        case EltwiseAlgorithm::gelu_erf: return {-0.7517915246935645};
        case EltwiseAlgorithm::gelu_tanh: return {-0.752461};
        case EltwiseAlgorithm::swish:
            return op.alpha == 0 ? std::vector<double>{} : std::vector<double>{-1.27846454276 / op.alpha};
        case EltwiseAlgorithm::mish: return {-1.19243121451};
        case EltwiseAlgorithm::hardswish: return {-1.5, -3.0, 3.0};
        case EltwiseAlgorithm::abs:
        case EltwiseAlgorithm::square:
        case EltwiseAlgorithm::relu:
        case EltwiseAlgorithm::elu:
        case EltwiseAlgorithm::pow: return {0.0};
        default: return {};
    }
}

}  // namespace difftest::oracle
