#include "reference/oracle/transcendental.hpp"

#include "reference/oracle/function_error.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace difftest::oracle {
namespace {

using graph::EltwiseAlgorithm;

constexpr double kLibraryError = 0x1p-40;  // generous for any libm, relative
// Products of errors, and the slope of the error where the function itself is flat.
constexpr double kSecondOrder = 1 + 0x1p-10;
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

/// The table of F8 is that of the level's release.
bool is_onednn3(const contract::Contract& contract) {
    return contract.name() == "onednn3";
}

/// The greatest error that the contract grants; negative when it grants none.
double granted_error(const graph::Eltwise& op, double x, double f, const contract::Contract& contract) {
    double error = -1;
    if (contract.grants(contract::Freedom::eltwise_error_table)) {
        error = onednn_error(op, x, f);
        if (is_onednn3(contract)) {
            error = std::max(error, onednn3_error(op, f));
        }
    }
    if (contract.grants(contract::Freedom::library_functions)) {
        error = std::max(error, library_error(op, f));
    }
    if (contract.grants(contract::Freedom::opencl_ulp)) {
        error = std::max(error, opencl_error(op, x, f, contract.grants(contract::Freedom::flush_subnormals)));
    }
    return error * kSecondOrder;
}

}  // namespace

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
    // Correctly rounded; two candidates only when the error of binary64 straddles a midpoint.
    const double library = std::fabs(f) * kLibraryError;
    const Interval nearest{static_cast<float>(f - library), static_cast<float>(f + library)};
    const double error = granted_error(op, x, f, contract);
    if (error < 0) {
        return nearest;
    }
    if (std::isinf(error)) {
        return {std::min(nearest.lo, std::copysign(kInfinity, f)), std::max(nearest.hi, std::copysign(kInfinity, f))};
    }
    return {std::min(nearest.lo, least_float_from(f - error - library)),
            std::max(nearest.hi, greatest_float_to(f + error + library))};
}

Interval enclose_over(const graph::Eltwise& op, const Interval& hull, const contract::Contract& contract) {
    const double level = onednn_error_jump(op);
    Interval result = hull;
    if (level == 0 || !contract.grants(contract::Freedom::eltwise_error_table)) {
        return result;
    }
    const double error = onednn_error_at_jump(op, is_onednn3(contract)) * kSecondOrder;
    for (const double passed : {-level, level}) {
        if (hull.lo <= passed && passed <= hull.hi) {
            result.lo = std::min(result.lo, least_float_from(passed - error));
            result.hi = std::max(result.hi, greatest_float_to(passed + error));
        }
    }
    return result;
}

std::vector<double> turning_points(const graph::Eltwise& op) {
    const double alpha = op.alpha;
    const double beta = op.beta;
    switch (op.algorithm) {
        case EltwiseAlgorithm::gelu_erf: return {-0.75179153755992859};
        case EltwiseAlgorithm::gelu_tanh: return {-0.75246140300243001};
        case EltwiseAlgorithm::swish:
            return alpha == 0 ? std::vector<double>{} : std::vector<double>{-1.2784645427610738 / alpha};
        case EltwiseAlgorithm::mish: return {-1.1924312145154952};
        // x * (alpha x + beta) turns half-way between its zeros, and the clamp makes two kinks.
        case EltwiseAlgorithm::hardswish:
            return alpha == 0 ? std::vector<double>{}
                              : std::vector<double>{-beta / (2 * alpha), -beta / alpha, (1 - beta) / alpha};
        case EltwiseAlgorithm::abs:
        case EltwiseAlgorithm::square:
        case EltwiseAlgorithm::relu:
        case EltwiseAlgorithm::elu:
        case EltwiseAlgorithm::log:
        case EltwiseAlgorithm::sqrt:
        case EltwiseAlgorithm::pow: return {0.0};
        default: return {};
    }
}

bool has_signed_pole(const graph::Eltwise& op) {
    return op.algorithm == EltwiseAlgorithm::pow && op.beta < 0 && std::fabs(std::fmod(op.beta, 2.0F)) == 1;
}

double least_float_from(double bound) {
    return -greatest_float_to(-bound);
}

double greatest_float_to(double bound) {
    const auto value = static_cast<float>(bound);
    if (std::isfinite(value) && static_cast<double>(value) > bound) {
        return std::nextafterf(value, -std::numeric_limits<float>::infinity());
    }
    return value;
}

}  // namespace difftest::oracle
