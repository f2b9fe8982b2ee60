#include "fuzzers/exact_node.hpp"

#include "fuzzers/exact_requantize.hpp"
#include "reference/graph/shape.hpp"
#include "reference/oracle/testing/definition.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace difftest::fuzzers {
namespace {

using graph::BinaryAlgorithm;
using graph::DataType;
using graph::EltwiseAlgorithm;
using graph::Rounding;
using oracle::testing::exact;
using oracle::testing::nearest_even;
using oracle::testing::rn;
using Arguments = std::vector<double>;

/// Operands as they arrive in f32.
double f32(double x) {
    return std::isfinite(x) ? rn(exact(x)) : x;
}

mpz_class rounded(const Rational& x, Rounding rounding) {
    switch (rounding) {
        case Rounding::half_to_even: return nearest_even(x);
        case Rounding::half_away_from_zero: return nearest_away(x);
        case Rounding::half_up: return nearest_up(x);
        case Rounding::toward_zero: return x < 0 ? mpz_class(-floor_of(-x)) : floor_of(x);
    }
    return 0;
}

/// An s32 that comes from an f32 ends at the greatest f32 or the greatest s32, as the store likes (M5): not judged
/// there.
ExactElement saturated(const mpz_class& x, DataType type) {
    if (type == DataType::s32 && (x >= 2147483520 || x < -mpz_class("2147483648"))) {
        return std::nullopt;
    }
    return oracle::testing::saturated(x, type);
}

ExactElement quantized(double real, Rounding rounding, graph::ZeroPointSite site, double zero_point, DataType type) {
    if (!std::isfinite(real)) {
        return std::nullopt;
    }
    if (site == graph::ZeroPointSite::before_rounding) {
        const double sum = rn(exact(real) + exact(zero_point));
        return std::isfinite(sum) ? saturated(rounded(exact(sum), rounding), type) : std::nullopt;
    }
    return saturated(rounded(exact(real), rounding) + mpz_class(zero_point), type);
}

ExactElement compute(const graph::Binary& op, const Arguments& x, DataType) {
    const double a = f32(x[0]);
    const double b = f32(x[1]);
    switch (op.algorithm) {
        case BinaryAlgorithm::add: return rn(exact(a) + exact(b));
        case BinaryAlgorithm::subtract: return rn(exact(a) - exact(b));
        case BinaryAlgorithm::multiply: return rn(exact(a) * exact(b));
        case BinaryAlgorithm::divide: return b == 0 ? ExactElement() : rn(exact(a) / exact(b));
        case BinaryAlgorithm::maximum: return std::max(a, b);
        case BinaryAlgorithm::minimum: return std::min(a, b);
        case BinaryAlgorithm::greater_equal: return a >= b ? 1 : 0;
        case BinaryAlgorithm::greater: return a > b ? 1 : 0;
        case BinaryAlgorithm::less_equal: return a <= b ? 1 : 0;
        case BinaryAlgorithm::less: return a < b ? 1 : 0;
        case BinaryAlgorithm::equal: return a == b ? 1 : 0;
        case BinaryAlgorithm::not_equal: return a != b ? 1 : 0;
    }
    return std::nullopt;
}

ExactElement compute(const graph::Eltwise& op, const Arguments& arguments, DataType) {
    const double x = f32(arguments[0]);
    switch (op.algorithm) {
        case EltwiseAlgorithm::relu: return x > 0 ? x : rn(exact(op.alpha) * exact(x));
        case EltwiseAlgorithm::linear: return f32(rn(exact(rn(exact(op.alpha) * exact(x))) + exact(op.beta)));
        case EltwiseAlgorithm::clip:
        case EltwiseAlgorithm::clip_v2: return std::min<double>(std::max<double>(x, op.alpha), op.beta);
        case EltwiseAlgorithm::abs: return std::fabs(x);
        case EltwiseAlgorithm::square: return rn(exact(x) * exact(x));
        case EltwiseAlgorithm::round: return nearest_even(exact(x)).get_d();
        default: return std::nullopt;
    }
}

ExactElement compute(const graph::Select&, const Arguments& x, DataType type) {
    const double chosen = x[0] != 0 ? x[1] : x[2];
    return graph::is_integer(type) ? chosen : f32(chosen);
}

ExactElement compute(const graph::Prelu&, const Arguments& x, DataType) {
    const double data = f32(x[0]);
    return data > 0 ? data : rn(exact(data) * exact(f32(x[1])));
}

ExactElement compute(const graph::Quantize& op, const Arguments& x, DataType type) {
    const double zero_point = x.size() > 2 ? x[2] : 0;
    return quantized(rn(exact(f32(x[0])) / exact(x[1])), op.rounding, op.zero_point_site, zero_point, type);
}

ExactElement compute(const graph::Requantize& op, const Arguments& x, DataType type) {
    const double zero_point = x.size() > 2 ? x[2] : 0;
    return quantized(rn(exact(f32(x[0])) * exact(x[1])), op.rounding, op.zero_point_site, zero_point, type);
}

ExactElement compute(const graph::Dequantize&, const Arguments& x, DataType) {
    const double difference = x[0] - (x.size() > 2 ? x[2] : 0);
    // Where the difference is no f32, the definition has a second rounding.
    return f32(difference) == difference ? ExactElement(rn(exact(difference) * exact(x[1]))) : std::nullopt;
}

ExactElement compute(const graph::Convert& op, const Arguments& x, DataType type) {
    if (type == DataType::f32) {
        return f32(x[0]);
    }
    if (!graph::is_integer(type) || op.overflow != graph::Overflow::saturate || std::fabs(x[0]) > 0x1p31) {
        return std::nullopt;
    }
    return saturated(rounded(exact(x[0]), op.rounding), type);
}

ExactElement compute(const graph::RequantizeFixedPoint& op, const Arguments& x, DataType) {
    const auto product = exact_product(static_cast<std::int32_t>(x[0]), static_cast<std::int32_t>(x[1]),
                                       static_cast<int>(x[2]), op.rounding);
    if (!product) {
        return std::nullopt;
    }
    const mpz_class sum = *product + mpz_class(x.size() > 3 ? x[3] : 0);
    if (!is_s32(sum)) {
        return std::nullopt;
    }
    return std::min(std::max(sum, mpz_class(static_cast<long>(op.lowest))), mpz_class(static_cast<long>(op.highest)))
        .get_d();
}

ExactElement compute(const graph::ShiftRound& op, const Arguments& x, DataType) {
    const auto result = exact_shift_round(static_cast<std::int32_t>(x[0]), static_cast<int>(op.shift));
    return result ? ExactElement(result->get_d()) : std::nullopt;
}

template <typename Op>
concept Pointwise = requires(const Op& op, const Arguments& x) {
    compute(op, x, DataType::f32);
};

/// The operands of element `index`, each read where it is broadcast to.
Arguments arguments_at(const graph::Case& value, const graph::Node& node, const Values& values, std::int64_t index) {
    const graph::Shape& shape = value.graph.tensor(node.output).shape;
    const graph::Shape place = graph::coordinates_of(index, shape);
    Arguments arguments;
    for (const graph::TensorId id : node.inputs) {
        if (id == graph::kAbsent) {
            continue;  // always the last ones
        }
        const graph::Shape& own = value.graph.tensor(id).shape;
        std::int64_t at = 0;
        for (std::size_t d = 0; d < own.size(); ++d) {
            at = at * own[d] + (own[d] == 1 ? 0 : place[place.size() - own.size() + d]);
        }
        arguments.push_back(values[static_cast<std::size_t>(id)][static_cast<std::size_t>(at)]);
    }
    return arguments;
}

/// Results that are f32 by type and not finite are left to the tests of the operation.
ExactElement judged(const ExactElement& element) {
    return element && std::isfinite(*element) ? element : std::nullopt;
}

}  // namespace

std::optional<std::vector<ExactElement>> exact_node(const graph::Case& value, const graph::Node& node,
                                                    const Values& values) {
    if (graph::is_contraction(node.operation)) {
        return exact_contraction(value, node, values);
    }
    const graph::Tensor& result = value.graph.tensor(node.output);
    if (result.type == DataType::f16 || result.type == DataType::bf16) {
        return std::nullopt;  // rounded once more, as the store likes
    }
    return std::visit(
        [&](const auto& op) -> std::optional<std::vector<ExactElement>> {
            if constexpr (Pointwise<std::decay_t<decltype(op)>>) {
                std::vector<ExactElement> elements;
                for (std::int64_t i = 0; i < graph::element_count(result.shape).value(); ++i) {
                    const Arguments arguments = arguments_at(value, node, values, i);
                    const bool finite = std::all_of(arguments.begin(), arguments.end(),
                                                    [](double each) { return std::isfinite(each); });
                    elements.push_back(finite ? judged(compute(op, arguments, result.type)) : std::nullopt);
                }
                return elements;
            }
            return std::nullopt;
        },
        node.operation);
}

}  // namespace difftest::fuzzers
