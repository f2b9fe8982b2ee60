// Operators on single elements, with numpy broadcast, and those that only move elements.
#include "harness/workbench/model_evaluation.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace difftest::harness {
namespace {

double apply(const ModelNode& node, double a, double b) {
    if (node.type == "Add") {
        return a + b;
    }
    if (node.type == "Sub") {
        return a - b;
    }
    if (node.type == "Mul") {
        return a * b;
    }
    if (node.type == "Div") {
        return a / b;
    }
    return node.type == "Max" ? std::max(a, b) : std::min(a, b);
}

RealTensor binary(const ModelNode& node, const RealTensor& a, const RealTensor& b) {
    const std::size_t rank = std::max(a.shape.size(), b.shape.size());
    const auto extent = [rank](const RealTensor& tensor, std::size_t d) {
        const std::size_t missing = rank - tensor.shape.size();
        return d < missing ? 1 : tensor.shape[d - missing];
    };
    RealTensor y;
    std::int64_t count = 1;
    for (std::size_t d = 0; d < rank; ++d) {
        const std::int64_t left = extent(a, d), right = extent(b, d);
        if (left != right && left != 1 && right != 1) {
            refuse_node(node, "the shapes cannot be broadcast");
        }
        y.shape.push_back(left == 1 ? right : left);
        count *= y.shape.back();
    }
    const auto element = [&](const RealTensor& tensor, std::int64_t flat) {
        std::int64_t at = 0, stride = 1;
        for (std::size_t d = rank; d-- > 0;) {
            at += extent(tensor, d) == 1 ? 0 : flat % y.shape[d] * stride;
            flat /= y.shape[d];
            stride *= extent(tensor, d);
        }
        return tensor.values[static_cast<std::size_t>(at)];
    };
    for (std::int64_t i = 0; i < count; ++i) {
        y.values.push_back(apply(node, element(a, i), element(b, i)));
    }
    return y;
}

double bound(const ModelNode& node, const std::vector<const RealTensor*>& inputs, std::size_t slot, double otherwise) {
    if (slot >= inputs.size() || inputs[slot] == nullptr) {
        return node.number(slot == 1 ? "min" : "max", static_cast<float>(otherwise));
    }
    if (inputs[slot]->values.size() != 1) {
        refuse_node(node, "a bound is one number");
    }
    return inputs[slot]->values[0];
}

RealTensor unary(const ModelNode& node, const std::vector<const RealTensor*>& inputs) {
    RealTensor y = *inputs[0];
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    const double lowest = node.type == "Clip" ? bound(node, inputs, 1, -kInfinity) : 0;
    const double highest = node.type == "Clip" ? bound(node, inputs, 2, kInfinity) : kInfinity;
    for (double& x : y.values) {
        if (node.type == "LeakyRelu") {
            x = x < 0 ? x * node.number("alpha", 0.01F) : x;
        } else if (node.type == "Sigmoid") {
            x = 1 / (1 + std::exp(-x));
        } else if (node.type == "Tanh") {
            x = std::tanh(x);
        } else {
            x = std::min(std::max(x, lowest), highest);  // Clip, Relu
        }
    }
    return y;
}

std::int64_t axis_of(const ModelNode& node, std::int64_t otherwise, std::size_t rank) {
    const std::int64_t axis = node.integer("axis", otherwise);
    const auto size = static_cast<std::int64_t>(rank);
    if (axis < -size || axis > size) {
        refuse_node(node, "the axis does not fit the data");
    }
    return axis < 0 ? axis + size : axis;
}

RealTensor concat(const ModelNode& node, const std::vector<const RealTensor*>& inputs) {
    const RealTensor& first = *inputs[0];
    const auto axis = static_cast<std::size_t>(axis_of(node, 0, first.shape.size()));
    if (axis >= first.shape.size()) {
        refuse_node(node, "the axis does not fit the data");
    }
    RealTensor y{first.shape, {}};
    y.shape[axis] = 0;
    std::int64_t outer = 1;
    for (std::size_t d = 0; d < axis; ++d) {
        outer *= first.shape[d];
    }
    for (const RealTensor* input : inputs) {
        graph::Shape like = input == nullptr ? graph::Shape() : input->shape;
        if (like.size() == first.shape.size()) {
            y.shape[axis] += like[axis];
            like[axis] = first.shape[axis];
        }
        if (like != first.shape) {
            refuse_node(node, "the shapes differ beside the axis");
        }
    }
    for (std::int64_t row = 0; row < outer; ++row) {
        for (const RealTensor* input : inputs) {
            const auto part = static_cast<std::ptrdiff_t>(input->values.size()) / outer;
            const auto begin = input->values.begin() + row * part;
            y.values.insert(y.values.end(), begin, begin + part);
        }
    }
    return y;
}

graph::Shape reshaped(const ModelNode& node, const RealTensor& x, const std::vector<const RealTensor*>& inputs) {
    if (node.type == "Flatten") {
        const std::int64_t axis = axis_of(node, 1, x.shape.size());
        graph::Shape shape{1, 1};
        for (std::size_t d = 0; d < x.shape.size(); ++d) {
            shape[static_cast<std::int64_t>(d) < axis ? 0 : 1] *= x.shape[d];
        }
        return shape;
    }
    if (inputs.size() < 2 || inputs[1] == nullptr) {
        refuse_node(node, "no shape");
    }
    graph::Shape shape;
    std::int64_t known = 1;
    for (const double wanted : inputs[1]->values) {
        constexpr double kMost = 1 << 30;
        if (!(std::fabs(wanted) <= kMost) || std::abs(known) > (std::int64_t{1} << 32)) {
            refuse_node(node, "an absurd shape");
        }
        auto extent = static_cast<std::int64_t>(wanted);
        if (extent == 0 && shape.size() < x.shape.size()) {
            extent = x.shape[shape.size()];
        }
        known *= extent == -1 ? 1 : extent;
        shape.push_back(extent);
    }
    const auto count = static_cast<std::int64_t>(x.values.size());
    for (std::int64_t& extent : shape) {
        if (extent == -1 && known > 0 && count % known == 0) {
            extent = count / known;
            known = count;
        }
    }
    if (known != count || std::any_of(shape.begin(), shape.end(), [](auto each) { return each < 0; })) {
        refuse_node(node, "the shape does not hold the elements");
    }
    return shape;
}

}  // namespace

RealTensor evaluate_movement(const ModelNode& node, const std::vector<const RealTensor*>& inputs) {
    if (node.type == "Concat") {
        return concat(node, inputs);
    }
    RealTensor y = *inputs[0];
    if (node.type != "Identity") {
        y.shape = reshaped(node, y, inputs);
    }
    return y;
}

RealTensor evaluate_pointwise(const ModelNode& node, const std::vector<const RealTensor*>& inputs) {
    const bool is_unary = node.type == "Relu" || node.type == "Clip" || node.type == "LeakyRelu" ||
                          node.type == "Sigmoid" || node.type == "Tanh";
    if (is_unary) {
        return unary(node, inputs);
    }
    if (inputs.size() != 2 || inputs[1] == nullptr) {
        refuse_node(node, "two operands are read");
    }
    return binary(node, *inputs[0], *inputs[1]);
}

}  // namespace difftest::harness
