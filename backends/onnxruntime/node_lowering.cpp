#include "backends/onnxruntime/node_lowering.hpp"

#include "backends/onnxruntime/model_lowering.hpp"
#include "backends/quantized_operators/constant_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>

namespace difftest::backends::onnxruntime {
namespace {

using graph::BinaryAlgorithm;
using graph::DataType;
using graph::EltwiseAlgorithm;
using Extents = std::vector<std::int64_t>;

constexpr std::int64_t kFloat = 1;  // TensorProto.FLOAT, .INT32
constexpr std::int64_t kInt32 = 6;

bool is_byte(DataType type) {
    return type == DataType::u8 || type == DataType::s8;
}

class Lowering {
public:
    Lowering(ModelWriter& to, const graph::Case& value, const graph::Node& node)
        : to_(to), value_(value), node_(node), type_(value.graph.tensor(node.output).type) {}

    template <typename Other>
    std::string operator()(const Other& /*operation*/) {
        fail(node_, fmt::format("{} without an operator of exact results", Other::name));
    }

    std::string operator()(const graph::Eltwise& op) {
        const std::string x = data(0);
        switch (op.algorithm) {
            case EltwiseAlgorithm::relu:
                return op.alpha == 0 ? to_.node("Relu", {x}) : to_.node("LeakyRelu", {x}, {{"alpha", op.alpha}});
            case EltwiseAlgorithm::linear:
                return to_.node("Add", {to_.node("Mul", {x, number(op.alpha)}), number(op.beta)});
            case EltwiseAlgorithm::clip:
            case EltwiseAlgorithm::clip_v2:
                return to_.node("Min", {to_.node("Max", {x, number(op.alpha)}), number(op.beta)});
            case EltwiseAlgorithm::abs: return to_.node("Abs", {x});
            case EltwiseAlgorithm::square: return to_.node("Mul", {x, x});
            case EltwiseAlgorithm::sqrt: return to_.node("Sqrt", {x});
            case EltwiseAlgorithm::round: return to_.node("Round", {x});
            default: fail(node_, "a function whose error the library does not document");
        }
    }

    std::string operator()(const graph::Binary& op) {
        const char* type = nullptr;
        switch (op.algorithm) {
            case BinaryAlgorithm::add: type = "Add"; break;
            case BinaryAlgorithm::subtract: type = "Sub"; break;
            case BinaryAlgorithm::multiply: type = "Mul"; break;
            case BinaryAlgorithm::divide: type = "Div"; break;
            case BinaryAlgorithm::maximum: type = "Max"; break;
            case BinaryAlgorithm::minimum: type = "Min"; break;
            default: fail(node_, "a comparison as a number");
        }
        const std::string a = data(0);
        const std::string b = data(1);
        return to_.node(type, {a, b});
    }

    std::string operator()(const graph::Prelu& /*op*/) {
        const std::string x = data(0);
        const std::string slope = data(1);
        return to_.node("PRelu", {x, slope});
    }

    std::string operator()(const graph::Sum& op) {
        if (op.reinterpretation != graph::Reinterpretation::none) {
            fail(node_, "bytes that are read as another type");
        }
        const std::string x = data(0);
        const std::string previous = to_.node("Sub", {data(1), number(static_cast<float>(op.zero_point))});
        return to_.node("Add", {x, to_.node("Mul", {previous, number(op.scale)})});
    }

    std::string operator()(const graph::FakeQuantize& op) {
        const std::string x = data(0);
        const std::string lo = data(1);
        const std::string hi = data(2);
        const std::string out_lo = data(3);
        const std::string out_hi = data(4);
        const std::string top = number(static_cast<float>(op.levels - 1));
        const std::string span = to_.node("Sub", {hi, lo});
        const std::string out_span = to_.node("Sub", {out_hi, out_lo});
        std::string result;
        if (op.form == graph::FakeQuantizeForm::scale_shift && has_scale_and_shift()) {
            const std::string scale = to_.node("Div", {top, span});
            const std::string shift = to_.node("Neg", {to_.node("Mul", {lo, scale})});
            const std::string position = to_.node("Round", {to_.node("Add", {to_.node("Mul", {x, scale}), shift})});
            const std::string level = to_.node("Min", {to_.node("Max", {position, number(0)}), top});
            result = to_.node("Add", {to_.node("Mul", {level, to_.node("Div", {out_span, top})}), out_lo});
        } else {
            const std::string position = to_.node("Div", {to_.node("Sub", {x, lo}), span});
            const std::string level = to_.node("Round", {to_.node("Mul", {position, top})});
            const std::string part = to_.node("Mul", {to_.node("Div", {level, top}), out_span});
            const std::string inside = to_.node("Add", {part, out_lo});
            const std::string above = to_.node("Greater", {x, to_.node("Max", {lo, hi})});
            const std::string below = to_.node("LessOrEqual", {x, to_.node("Min", {lo, hi})});
            result = to_.node("Where", {below, out_lo, to_.node("Where", {above, out_hi, inside})});
        }
        return type_ == DataType::f32 ? result : stored(to_, node_, result, type_);
    }

    std::string operator()(const graph::Quantize& op) {
        return quantized(data(0), node_.inputs[1], op.rounding, op.zero_point_site);
    }

    std::string operator()(const graph::Requantize& op) {
        const std::string x = data(0);
        return quantized(to_.node("Mul", {x, data(1)}), graph::kAbsent, op.rounding, op.zero_point_site);
    }

    std::string operator()(const graph::Dequantize& /*op*/) {
        const graph::Tensor& from = value_.graph.tensor(node_.inputs[0]);
        if (!is_byte(from.type)) {
            if (node_.inputs[2] != graph::kAbsent) {
                fail(node_, "a zero point of other than 8-bit data");
            }
            const std::string x = data(0);
            return to_.node("Mul", {x, data(1)});
        }
        const std::vector<double> scale = channel_values(node_.inputs[1], 1);
        const std::vector<double> zero_point = channel_values(node_.inputs[2], 0);
        return to_.node("DequantizeLinear",
                        {to_.tensor(node_.inputs[0]), parameter(scale, zero_point.size(), DataType::f32),
                         parameter(zero_point, scale.size(), from.type)},
                        {{"axis", std::int64_t{from.shape.size() > 1 ? 1 : 0}}});
    }

    std::string operator()(const graph::Convert& op) {
        const DataType from = value_.graph.tensor(node_.inputs[0]).type;
        if (type_ == DataType::f32) {
            return data(0);
        }
        if (type_ == DataType::s32 && is_byte(from)) {
            return to_.node("Cast", {to_.tensor(node_.inputs[0])}, {{"to", kInt32}});
        }
        if (!is_byte(type_) || op.rounding != graph::Rounding::half_to_even ||
            op.overflow != graph::Overflow::saturate) {
            fail(node_, "a conversion to s32, that wraps, or that rounds otherwise than half to even");
        }
        return stored(to_, node_, data(0), type_);
    }

    std::string operator()(const graph::Pooling& op) {
        const DataType from = value_.graph.tensor(node_.inputs[0]).type;
        if (op.algorithm != graph::PoolingAlgorithm::maximum || from == DataType::s32) {
            fail(node_, "an average, or a maximum of s32");
        }
        for (std::size_t d = 0; d < op.kernel.size(); ++d) {
            // pool_attributes.h: "Pad should be smaller than kernel."
            if (op.pads_begin[d] >= op.kernel[d] || op.pads_end[d] >= op.kernel[d]) {
                fail(node_, "a padding as large as the kernel of the pooling");
            }
        }
        return to_.node("MaxPool", {to_.tensor(node_.inputs[0])},
                        {{"kernel_shape", op.kernel},
                         {"strides", op.strides},
                         {"dilations", op.dilations},
                         {"pads", joined(op.pads_begin, op.pads_end)}});
    }

    std::string operator()(const graph::Permute& op) {
        return to_.node("Transpose", {to_.tensor(node_.inputs[0])}, {{"perm", op.order}});
    }
    std::string operator()(const graph::Reshape& op) {
        return to_.node("Reshape", {to_.tensor(node_.inputs[0]), to_.integers(op.shape)});
    }
    std::string operator()(const graph::Slice& op) {
        Extents axes(op.begin.size());
        std::iota(axes.begin(), axes.end(), 0);
        return to_.node("Slice", {to_.tensor(node_.inputs[0]), to_.integers(op.begin), to_.integers(op.end),
                                  to_.integers(axes), to_.integers(op.step)});
    }
    std::string operator()(const graph::Concat& op) {
        std::vector<std::string> parts;
        for (const graph::TensorId id : node_.inputs) {
            if (id != graph::kAbsent) {
                parts.push_back(to_.tensor(id));
            }
        }
        return to_.node("Concat", parts, {{"axis", op.axis}});
    }
    std::string operator()(const graph::Reorder& /*op*/) { return to_.node("Identity", {to_.tensor(node_.inputs[0])}); }

private:
    /// Where the input range decreases or is empty, the other form has the same branches as the specification.
    bool has_scale_and_shift() const {
        const graph::Shape& shape = value_.graph.tensor(node_.output).shape;
        const auto lo = quantized::values_along(value_, node_.inputs[1], shape, 1);
        const auto hi = quantized::values_along(value_, node_.inputs[2], shape, 1);
        if (!lo || !hi) {
            fail(node_, "a range that is no constant of each channel");
        }
        std::size_t increasing = 0;
        const std::size_t count = std::max(lo->size(), hi->size());
        for (std::size_t i = 0; i < count; ++i) {
            increasing += quantized::at_channel(*lo, i) < quantized::at_channel(*hi, i) ? 1 : 0;
        }
        if (increasing != 0 && increasing != count) {
            fail(node_, "ranges of which some increase and some do not");
        }
        return increasing == count;
    }

    std::string data(std::size_t slot) { return real(to_, value_, node_.inputs[slot]); }
    std::string number(float of) { return to_.number(of, DataType::f32); }

    std::vector<double> channel_values(graph::TensorId id, double otherwise) const {
        if (id == graph::kAbsent) {
            return {otherwise};
        }
        const auto values = quantized::values_along(value_, id, value_.graph.tensor(node_.output).shape, 1);
        if (!values) {
            fail(node_, "a scale or zero point that is no constant of each channel");
        }
        return *values;
    }

    /// Both parameters of Q/DQ have the same shape.
    std::string parameter(std::vector<double> values, std::size_t count, DataType type) {
        if (values.size() < count) {
            values.resize(count, values.front());
        }
        return to_.numbers(values, type);
    }

    std::string quantized(std::string x, graph::TensorId scale_id, graph::Rounding rounding,
                          graph::ZeroPointSite site) {
        if (!is_byte(type_) || rounding != graph::Rounding::half_to_even) {
            fail(node_, "a result in s32, or a rounding other than half to even");
        }
        std::vector<double> scale = channel_values(scale_id, 1);
        std::vector<double> zero_point = channel_values(node_.inputs[2], 0);
        if (site == graph::ZeroPointSite::before_rounding) {
            x = scale_id == graph::kAbsent ? x : to_.node("Div", {x, real(to_, value_, scale_id)});
            if (node_.inputs[2] != graph::kAbsent) {
                x = to_.node("Add", {x, real(to_, value_, node_.inputs[2])});
            }
            return stored(to_, node_, x, type_);
        }
        const std::size_t rank = value_.graph.tensor(node_.output).shape.size();
        return to_.node(
            "QuantizeLinear",
            {x, parameter(scale, zero_point.size(), DataType::f32), parameter(zero_point, scale.size(), type_)},
            {{"axis", std::int64_t{rank > 1 ? 1 : 0}}});
    }

    ModelWriter& to_;
    const graph::Case& value_;
    const graph::Node& node_;
    DataType type_;
};

}  // namespace

std::vector<std::int64_t> joined(const std::vector<std::int64_t>& begin, const std::vector<std::int64_t>& end) {
    std::vector<std::int64_t> pads = begin;
    pads.insert(pads.end(), end.begin(), end.end());
    return pads;
}

void fail(const graph::Node& node, std::string_view what) {
    throw NoModel(fmt::format("{} ('{}')", what, node.name));
}

std::string real(ModelWriter& to, const graph::Case& value, graph::TensorId id) {
    const std::string name = to.tensor(id);
    return value.graph.tensor(id).type == DataType::f32 ? name : to.node("Cast", {name}, {{"to", kFloat}});
}

std::string stored(ModelWriter& to, const graph::Node& node, const std::string& data, DataType type) {
    if (!is_byte(type)) {
        fail(node, "a result that has not 8 bits");
    }
    return to.node("QuantizeLinear", {data, to.number(1, DataType::f32), to.number(0, type)});
}

void lower_node(ModelWriter& to, const graph::Case& value, const graph::Node& node) {
    to.store(node.output, std::visit(Lowering(to, value, node), node.operation));
}

}  // namespace difftest::backends::onnxruntime
