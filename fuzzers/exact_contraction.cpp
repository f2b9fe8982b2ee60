#include "fuzzers/exact_node.hpp"

#include "reference/graph/shape.hpp"

#include <cstdint>
#include <limits>

namespace difftest::fuzzers {
namespace {

using graph::Shape;

/// A tensor that is read by coordinates.
struct View {
    const Shape& shape;
    const std::vector<double>& values;

    double at(const Shape& coordinates) const {
        std::int64_t index = 0;
        for (std::size_t d = 0; d < shape.size(); ++d) {
            index = index * shape[d] + coordinates[d];
        }
        return values[static_cast<std::size_t>(index)];
    }
};

/// Operands of a contraction, with what is left out as 0.
class Operands {
public:
    Operands(const graph::Case& value, const graph::Node& node, const Values& values)
        : value_(value), node_(node), values_(values) {}

    View view(std::size_t slot) const {
        const auto id = node_.inputs[slot];
        return {value_.graph.tensor(id).shape, values_[static_cast<std::size_t>(id)]};
    }
    /// The bias or a zero point (slots 2 to 4) of a channel; 0 where there is none.
    double parameter(std::size_t slot, std::int64_t channel) const {
        const auto id = node_.inputs[slot];
        if (id == graph::kAbsent) {
            return 0;
        }
        const std::vector<double>& given = values_[static_cast<std::size_t>(id)];
        return given[given.size() == 1 ? 0 : static_cast<std::size_t>(channel)];
    }

private:
    const graph::Case& value_;
    const graph::Node& node_;
    const Values& values_;
};

ExactElement as_s32(std::int64_t sum, std::int64_t magnitudes) {
    // Where no order of the sum can overflow, it is exact (M1).
    return magnitudes <= std::numeric_limits<std::int32_t>::max() ? ExactElement(static_cast<double>(sum))
                                                                  : std::nullopt;
}

struct Sum {
    std::int64_t total = 0;
    std::int64_t magnitudes = 0;

    void add(double a, double b = 1) {
        const auto product = static_cast<std::int64_t>(a) * static_cast<std::int64_t>(b);
        total += product;
        magnitudes += product < 0 ? -product : product;
    }
};

/// The position of the data that a tap reads; nothing between its elements or outside.
template <typename Op>
std::optional<std::int64_t> position(const Op& op, std::size_t d, std::int64_t out, std::int64_t tap,
                                     std::int64_t size) {
    std::int64_t at = out * op.strides[d] - op.pads_begin[d] + tap * op.dilations[d];
    if constexpr (std::is_same_v<Op, graph::Deconvolution>) {
        at = out + op.pads_begin[d] - tap * op.dilations[d];
        if (at % op.strides[d] != 0) {
            return std::nullopt;
        }
        at /= op.strides[d];
    }
    return at < 0 || at >= size ? std::nullopt : std::optional(at);
}

/// One tap: where it reads; nothing when that is outside.
template <typename Op>
std::optional<Shape> place_of_tap(const Op& op, const Shape& out, const Shape& taps, const Shape& data) {
    Shape place{out[0], 0};
    for (std::size_t d = 0; d + 2 < data.size(); ++d) {
        const auto at = position(op, d, out[d + 2], taps[d], data[d + 2]);
        if (!at) {
            return std::nullopt;
        }
        place.push_back(*at);
    }
    return place;
}

template <typename Op>
ExactElement window_element(const Op& op, const Operands& operands, const Shape& out) {
    const View data = operands.view(0);
    const View weights = operands.view(1);
    const std::int64_t channels = weights.shape[1];
    const std::int64_t group = out[1] / (weights.shape[0] / op.groups);
    const Shape kernel(weights.shape.begin() + 2, weights.shape.end());
    Sum sum;
    sum.add(operands.parameter(2, out[1]));
    for (std::int64_t t = 0; t < graph::element_count(kernel).value(); ++t) {
        const Shape taps = graph::coordinates_of(t, kernel);
        std::optional<Shape> place = place_of_tap(op, out, taps, data.shape);
        for (std::int64_t c = 0; place && c < channels; ++c) {
            (*place)[1] = group * channels + c;
            Shape weight{out[1], c};
            weight.insert(weight.end(), taps.begin(), taps.end());
            sum.add(data.at(*place) - operands.parameter(3, (*place)[1]),
                    weights.at(weight) - operands.parameter(4, out[1]));
        }
    }
    return as_s32(sum.total, sum.magnitudes);
}

ExactElement element(const graph::InnerProduct&, const Operands& operands, const Shape& out) {
    const View data = operands.view(0);
    const View weights = operands.view(1);
    Sum sum;
    sum.add(operands.parameter(2, out[1]));
    const auto length = static_cast<std::int64_t>(weights.values.size()) / weights.shape[0];
    const std::int64_t each = weights.shape[1] == 0 ? 1 : length / weights.shape[1];
    for (std::int64_t i = 0; i < length; ++i) {
        sum.add(data.values[static_cast<std::size_t>(out[0] * length + i)] - operands.parameter(3, i / each),
                weights.values[static_cast<std::size_t>(out[1] * length + i)] - operands.parameter(4, out[1]));
    }
    return as_s32(sum.total, sum.magnitudes);
}

/// Coordinates of a matrix operand: the batch of the result, broadcast, then row and column.
Shape matrix_place(const Shape& shape, const Shape& out, std::int64_t row, std::int64_t column) {
    const std::size_t rank = shape.size();
    Shape place;
    for (std::size_t d = 0; d + 2 < rank; ++d) {
        place.push_back(shape[d] == 1 ? 0 : out[out.size() - rank + d]);
    }
    place.push_back(row);
    place.push_back(column);
    return place;
}

ExactElement element(const graph::Matmul& op, const Operands& operands, const Shape& out) {
    const View a = operands.view(0);
    const View b = operands.view(1);
    const std::int64_t row = out[out.size() - 2];
    const std::int64_t column = out.back();
    const std::int64_t length = op.transpose_a ? a.shape[a.shape.size() - 2] : a.shape.back();
    Sum sum;
    sum.add(operands.parameter(2, column));
    for (std::int64_t k = 0; k < length; ++k) {
        const Shape left = matrix_place(a.shape, out, op.transpose_a ? k : row, op.transpose_a ? row : k);
        const Shape right = matrix_place(b.shape, out, op.transpose_b ? column : k, op.transpose_b ? k : column);
        sum.add(a.at(left) - operands.parameter(3, k), b.at(right) - operands.parameter(4, column));
    }
    return as_s32(sum.total, sum.magnitudes);
}

ExactElement element(const graph::Convolution& op, const Operands& operands, const Shape& out) {
    return window_element(op, operands, out);
}

ExactElement element(const graph::Deconvolution& op, const Operands& operands, const Shape& out) {
    return window_element(op, operands, out);
}

}  // namespace

std::optional<std::vector<ExactElement>> exact_contraction(const graph::Case& value, const graph::Node& node,
                                                           const Values& values) {
    const graph::Tensor& result = value.graph.tensor(node.output);
    if (!graph::is_integer(result.type)) {
        return std::nullopt;
    }
    const Operands operands(value, node, values);
    std::vector<ExactElement> elements;
    const std::int64_t count = graph::element_count(result.shape).value();
    std::visit(
        [&](const auto& op) {
            for (std::int64_t i = 0; i < count; ++i) {
                using Op = std::decay_t<decltype(op)>;
                if constexpr (std::is_same_v<Op, graph::Convolution> || std::is_same_v<Op, graph::Deconvolution> ||
                              std::is_same_v<Op, graph::Matmul> || std::is_same_v<Op, graph::InnerProduct>) {
                    elements.push_back(element(op, operands, graph::coordinates_of(i, result.shape)));
                }
            }
        },
        node.operation);
    return elements;
}

}  // namespace difftest::fuzzers
