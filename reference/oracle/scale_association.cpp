#include "reference/oracle/scale_association.hpp"

#include "reference/oracle/elementwise.hpp"

#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <vector>

namespace difftest::oracle {
namespace {

constexpr std::size_t kMostEnumeratedScales = 3;
constexpr double kUnitRoundoff = 0x1p-24;

struct Factors {
    graph::TensorId x;
    graph::TensorId scale;
};

/// The operands of a multiplication of something by a constant.
std::optional<Factors> scaling_at(const Context& context, graph::NodeId id) {
    const graph::Node& node = context.node(id);
    const auto* binary = std::get_if<graph::Binary>(&node.operation);
    if (binary == nullptr || binary->algorithm != graph::BinaryAlgorithm::multiply) {
        return std::nullopt;
    }
    for (const std::size_t side : {std::size_t{1}, std::size_t{0}}) {
        const bool constant = context.tensor(node.inputs[side]).role == graph::TensorRole::constant;
        if (constant && context.tensor(node.inputs[1 - side]).role != graph::TensorRole::constant) {
            return Factors{node.inputs[1 - side], node.inputs[side]};
        }
    }
    return std::nullopt;
}

/// Every value that some association of the factors yields: all ways to split a set of factors in two, recursively.
std::set<float> all_products(const std::vector<float>& factors) {
    const std::size_t count = factors.size();
    std::vector<std::set<float>> products(std::size_t{1} << count);
    for (std::size_t subset = 1; subset < products.size(); ++subset) {
        for (std::size_t left = (subset - 1) & subset; left != 0; left = (left - 1) & subset) {
            for (const float a : products[left]) {
                for (const float b : products[subset ^ left]) {
                    products[subset].insert(a * b);
                }
            }
        }
        for (std::size_t i = 0; i < count; ++i) {
            if (subset == std::size_t{1} << i) {
                products[subset].insert(factors[i]);
            }
        }
    }
    return products.back();
}

/// The enclosure of the product of all factors for any association of them.
Interval enclosure(const std::vector<float>& factors) {
    double lo = 1;
    for (const float factor : factors) {
        lo *= factor;  // 24 bits each: the error of the double product is far below the bound
    }
    const double slack =
        std::fabs(lo) * (std::pow(1 + kUnitRoundoff, static_cast<double>(factors.size())) - 1) + 0x1p-149;
    return {static_cast<float>(lo - slack), static_cast<float>(lo + slack)};
}

AllowedSet associations(const std::vector<Interval>& xs, const std::vector<float>& scales, bool& widened) {
    SetBuilder builder;
    for (const Interval& x : xs) {
        std::vector<float> factors = scales;
        factors.push_back(static_cast<float>(x.lo));
        if (scales.size() <= kMostEnumeratedScales && x.lo == x.hi) {
            for (const float product : all_products(factors)) {
                builder.add(Interval{product, product});
            }
            continue;
        }
        const Interval low = enclosure(factors);
        factors.back() = static_cast<float>(x.hi);
        const Interval high = enclosure(factors);
        builder.add(Interval{std::min(low.lo, high.lo), std::max(low.hi, high.hi)});
    }
    return builder.build(widened);
}

/// Evaluates all associations of x and the scales, element by element.
void merge_associations(const Context& context, graph::TensorId x, const std::vector<graph::TensorId>& scales,
                        AllowedTensor& result) {
    const graph::Shape& shape = result.shape();
    const Argument argument = argument_for(context, x, shape);
    std::vector<Argument> scale_arguments;
    for (const graph::TensorId scale : scales) {
        scale_arguments.push_back(argument_for(context, scale, shape));
    }
    std::vector<std::int64_t> coordinates(shape.size(), 0);
    const auto offset = [&](const Argument& of) {
        std::int64_t at = 0;
        for (std::size_t d = 0; d < shape.size(); ++d) {
            at += of.strides[d] * coordinates[d];
        }
        return at;
    };
    for (std::int64_t index = 0; index < result.size(); ++index) {
        coordinates = graph::coordinates_of(index, shape);
        const AllowedSet set = argument.at(offset(argument));
        if (set.unconstrained || set.may_be_nan) {
            continue;  // the graph's own order has said so already
        }
        std::vector<float> factors;
        for (const Argument& scale : scale_arguments) {
            factors.push_back(static_cast<float>(scale.tensor->point(offset(scale))));
        }
        SetBuilder builder;
        bool widened = false;
        builder.add(result.at(index));
        builder.add(associations(parts_of(set, argument.tensor->type()), factors, widened));
        result.set(index, builder.build(widened));
        context.metrics.widened += widened ? 1 : 0;
    }
}

}  // namespace

void add_associated_products(const Context& context, graph::NodeId id, AllowedTensor& result) {
    std::vector<graph::TensorId> scales;
    std::optional<Factors> factors = scaling_at(context, id);
    while (factors) {
        scales.push_back(factors->scale);
        const graph::NodeId producer = foldable_producer(context.graph(), factors->x);
        const std::optional<Factors> before = producer < 0 ? std::nullopt : scaling_at(context, producer);
        if (!before) {
            break;
        }
        factors = before;
    }
    if (scales.size() > 1) {
        merge_associations(context, factors->x, scales, result);
    }
}

}  // namespace difftest::oracle
