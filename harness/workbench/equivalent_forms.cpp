#include "harness/workbench/equivalent_forms.hpp"

#include "reference/graph/case_builder.hpp"
#include "reference/graph/validation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <vector>

namespace difftest::harness {
namespace {

using graph::DataType;
using graph::kAbsent;
using graph::Shape;
using graph::TensorData;
using graph::TensorId;

[[noreturn]] void not_applicable(const std::string& why) {
    throw NoEquivalent("not applicable: " + why);
}

/// Copies a case, the one node replaced. Leaves are added when something reads them.
class Rewriter {
public:
    Rewriter(const graph::Case& value, graph::NodeId node, EquivalentForm form)
        : value_(value),
          node_(value.graph.node(node)),
          form_(form),
          builder_(fmt::format("{}.{}", value.name, name_of(form))) {}

    graph::Case rewrite() {
        for (const graph::Node& node : value_.graph.nodes) {
            if (&node == &node_) {
                ids_[node.output] = emit();
                continue;
            }
            std::vector<TensorId> inputs;
            for (const TensorId input : node.inputs) {
                inputs.push_back(id(input));
            }
            ids_[node.output] = builder_.node(node.name, node.operation, inputs, value_.graph.tensor(node.output).type);
        }
        std::vector<TensorId> outputs;
        for (const TensorId output : value_.graph.outputs) {
            outputs.push_back(id(output));
        }
        builder_.annotate("equivalent_form", std::string(name_of(form_)));
        builder_.annotate("origin", value_.name);
        graph::Case result = builder_.build(outputs);
        result.execution = value_.execution;
        if (const auto problem = graph::validate_case(result)) {
            not_applicable(problem->place + " " + problem->message);
        }
        return result;
    }

private:
    TensorId id(TensorId original) {
        if (original == kAbsent) {
            return kAbsent;
        }
        const auto found = ids_.find(original);
        if (found != ids_.end()) {
            return found->second;
        }
        const graph::Tensor& tensor = value_.graph.tensor(original);
        const TensorData& data = value_.data_of(original);
        const TensorId made = tensor.role == graph::TensorRole::input ? builder_.input(tensor.name, data)
                                                                      : builder_.constant(tensor.name, data);
        ids_[original] = made;
        return made;
    }

    TensorId slot(std::string_view name) const { return graph::input_at(node_, name); }
    const graph::Tensor& data() const { return value_.graph.tensor(slot("data")); }
    const TensorData& weights() const { return value_.data_of(slot("weights")); }
    const std::string& name() const { return node_.name; }

    bool is_deconvolution() const { return std::holds_alternative<graph::Deconvolution>(node_.operation); }
    std::int64_t groups() const {
        return is_deconvolution() ? std::get<graph::Deconvolution>(node_.operation).groups
                                  : std::get<graph::Convolution>(node_.operation).groups;
    }

    bool has_constant_operands() const {
        for (const char* each : {"weights", "bias", "data_zero_point", "weights_zero_point"}) {
            if (slot(each) != kAbsent && value_.graph.tensor(slot(each)).role == graph::TensorRole::intermediate) {
                return false;
            }
        }
        return graph::is_integer(data().type);
    }

    /// The zero point of a channel; 0 without one.
    std::int64_t zero_point(std::string_view of, std::int64_t channel) const {
        const TensorId zero = slot(of);
        if (zero == kAbsent) {
            return 0;
        }
        const TensorData& values = value_.data_of(zero);
        return static_cast<std::int64_t>(values.at(values.size() == 1 ? 0 : channel));
    }
    std::int64_t zx(std::int64_t channel) const { return zero_point("data_zero_point", channel); }
    std::int64_t zw(std::int64_t output) const { return zero_point("weights_zero_point", output); }

    std::int64_t outputs() const { return weights().shape()[0]; }
    /// Weights of one output: C/groups times the kernel.
    std::int64_t taps() const { return weights().size() / outputs(); }
    std::int64_t data_channel(std::int64_t output, std::int64_t tap) const {
        const std::int64_t inner = weights().shape()[1];
        return output / (outputs() / groups()) * inner + tap / (taps() / inner);
    }

    TensorId contraction(const std::string& name, const graph::Operation& operation, TensorId x, TensorId w, TensorId b,
                         TensorId x_zero, TensorId w_zero) {
        return builder_.node(name, operation, {x, w, b, x_zero, w_zero}, DataType::s32);
    }

    /// The f32 value as the s32 tensor that the graph goes on with.
    TensorId as_s32(TensorId real) { return builder_.node(name(), graph::Convert{}, {real}, DataType::s32); }

    TensorData new_bias(const std::vector<std::int64_t>& addends) const {
        TensorData bias(DataType::s32, {outputs()});
        for (std::int64_t o = 0; o < outputs(); ++o) {
            const std::int64_t old =
                slot("bias") == kAbsent ? 0 : static_cast<std::int64_t>(value_.data_of(slot("bias")).at(o));
            const std::int64_t sum = old + addends[static_cast<std::size_t>(o)];
            if (sum != static_cast<std::int32_t>(sum)) {
                throw NoEquivalent(fmt::format("s32 overflow: the bias {} of channel {}", sum, o));
            }
            bias.set(o, static_cast<double>(sum));
        }
        return bias;
    }

    /// -zx (w - zw) over all taps, for each output.
    std::vector<std::int64_t> compensation(bool with_weights_zero_point) const {
        std::vector<std::int64_t> sums;
        for (std::int64_t o = 0; o < outputs(); ++o) {
            std::int64_t sum = 0;
            for (std::int64_t tap = 0; tap < taps(); ++tap) {
                const auto w = static_cast<std::int64_t>(weights().at(o * taps() + tap));
                sum -= zx(data_channel(o, tap)) * (w - (with_weights_zero_point ? zw(o) : 0));
            }
            sums.push_back(sum);
        }
        return sums;
    }

    /// A tensor of the data's type with its zero points in every place.
    TensorData zero_points_as(const Shape& shape) const {
        TensorData filled(data().type, shape);
        std::int64_t inner = 1;
        for (std::size_t d = 2; d < shape.size(); ++d) {
            inner *= shape[d];
        }
        for (std::int64_t i = 0; i < filled.size(); ++i) {
            filled.set(i, static_cast<double>(zx(i / inner % shape[1])));
        }
        return filled;
    }

    /// The data with its pads as elements, and the convolution that is left.
    TensorId padded_data(graph::Convolution& rest) {
        TensorId x = id(slot("data"));
        Shape shape = data().shape;
        for (std::size_t d = 0; d < rest.pads_begin.size(); ++d) {
            std::vector<TensorId> parts;
            for (const bool begin : {true, false}) {
                const std::int64_t pad = begin ? rest.pads_begin[d] : rest.pads_end[d];
                if (pad < 0) {
                    not_applicable("a negative pad");
                }
                if (pad > 0) {
                    Shape border = shape;
                    border[d + 2] = pad;
                    parts.push_back(builder_.constant(fmt::format("{}_{}_{}", name(), begin ? "before" : "behind", d),
                                                      zero_points_as(border)));
                }
                if (begin) {
                    parts.push_back(x);
                }
            }
            if (parts.size() > 1) {
                shape[d + 2] += rest.pads_begin[d] + rest.pads_end[d];
                x = builder_.node(fmt::format("{}_padded_{}", name(), d),
                                  graph::Concat{static_cast<std::int64_t>(d + 2)}, parts, data().type);
            }
        }
        std::fill(rest.pads_begin.begin(), rest.pads_begin.end(), 0);
        std::fill(rest.pads_end.begin(), rest.pads_end.end(), 0);
        return x;
    }

    const graph::Convolution& convolution() const {
        if (is_deconvolution()) {
            not_applicable("a deconvolution has no padding of its data");
        }
        return std::get<graph::Convolution>(node_.operation);
    }

    TensorId two_convolutions() {
        if (slot("data_zero_point") == kAbsent) {
            not_applicable("the data have no zero point");
        }
        const TensorId x = contraction(name() + "_data", node_.operation, id(slot("data")), id(slot("weights")),
                                       id(slot("bias")), kAbsent, id(slot("weights_zero_point")));
        const TensorId everywhere = builder_.constant(name() + "_zero_points", zero_points_as(data().shape));
        const TensorId zero = contraction(name() + "_zero", node_.operation, everywhere, id(slot("weights")), kAbsent,
                                          kAbsent, id(slot("weights_zero_point")));
        return as_s32(
            builder_.node(name() + "_sum", graph::Sum{-1, 0, graph::Reinterpretation::none}, {x, zero}, DataType::f32));
    }

    TensorId four_terms() {
        graph::Convolution rest = convolution();
        const TensorId x = padded_data(rest);
        const TensorId constants = builder_.constant(name() + "_constants", new_bias(compensation(true)));
        const bool has_third = slot("weights_zero_point") != kAbsent;
        const TensorId first = contraction(has_third ? name() + "_products" : name(), rest, x, id(slot("weights")),
                                           constants, kAbsent, kAbsent);
        if (!has_third) {
            return first;
        }
        TensorData ones(weights().type(), weights().shape());
        for (std::int64_t i = 0; i < ones.size(); ++i) {
            ones.set(i, 1);
        }
        const TensorId sums = contraction(name() + "_sums", rest, x, builder_.constant(name() + "_ones", ones), kAbsent,
                                          kAbsent, kAbsent);
        std::vector<float> factors;
        for (std::int64_t o = 0; o < outputs(); ++o) {
            factors.push_back(static_cast<float>(zw(o)));
        }
        const TensorId factor = builder_.per_channel(name() + "_weights_zero", factors, data().shape.size());
        const TensorId third = builder_.node(name() + "_third", graph::Binary{graph::BinaryAlgorithm::multiply},
                                             {sums, factor}, DataType::f32);
        return as_s32(builder_.node(name() + "_difference", graph::Binary{graph::BinaryAlgorithm::subtract},
                                    {first, third}, DataType::f32));
    }

    TensorId explicit_padding() {
        graph::Convolution rest = convolution();
        const auto is_pad = [](std::int64_t pad) { return pad != 0; };
        if (std::none_of(rest.pads_begin.begin(), rest.pads_begin.end(), is_pad) &&
            std::none_of(rest.pads_end.begin(), rest.pads_end.end(), is_pad)) {
            not_applicable("no padding");
        }
        const TensorId x = padded_data(rest);
        return contraction(name(), rest, x, id(slot("weights")), id(slot("bias")), id(slot("data_zero_point")),
                           id(slot("weights_zero_point")));
    }

    TensorId bias_compensation() {
        if (slot("data_zero_point") == kAbsent) {
            not_applicable("the data have no zero point");
        }
        const TensorId bias = builder_.constant(name() + "_compensated_bias", new_bias(compensation(true)));
        return contraction(name(), node_.operation, id(slot("data")), id(slot("weights")), bias, kAbsent,
                           id(slot("weights_zero_point")));
    }

    /// Values moved into another type. Throws NoEquivalent when one does not fit.
    TensorData moved(const TensorData& from, DataType type, const std::function<std::int64_t(std::int64_t)>& by,
                     std::string_view what) const {
        TensorData to(type, from.shape());
        for (std::int64_t i = 0; i < from.size(); ++i) {
            const std::int64_t value = static_cast<std::int64_t>(from.at(i)) + by(i);
            if (value < graph::lowest_of(type) || value > graph::highest_of(type)) {
                throw NoEquivalent(fmt::format("{} saturation: the {} {} with its zero point taken off is {}",
                                               type == DataType::s8 ? "s8" : "u8", what, from.at(i), value));
            }
            to.set(i, static_cast<double>(value));
        }
        return to;
    }

    TensorId weights_folded() {
        if (slot("weights_zero_point") == kAbsent) {
            not_applicable("the weights have no zero point");
        }
        const TensorData folded = moved(
            weights(), DataType::s8, [this](std::int64_t i) { return -zw(i / taps()); }, "weight");
        return contraction(name(), node_.operation, id(slot("data")), builder_.constant(name() + "_folded", folded),
                           id(slot("bias")), id(slot("data_zero_point")), kAbsent);
    }

    TensorId weights_shifted() {
        const bool was_signed = weights().type() == DataType::s8;
        const std::int64_t by = was_signed ? 128 : -128;
        const TensorData other = moved(
            weights(), was_signed ? DataType::u8 : DataType::s8, [by](std::int64_t) { return by; }, "weight");
        TensorData zeros(DataType::s32, {outputs()});
        for (std::int64_t o = 0; o < outputs(); ++o) {
            zeros.set(o, static_cast<double>(zw(o) + by));
        }
        const TensorId w = builder_.constant(name() + "_shifted", other);
        const TensorId zero = builder_.constant(name() + "_shifted_zero", zeros);
        return contraction(name(), node_.operation, id(slot("data")), w, id(slot("bias")), id(slot("data_zero_point")),
                           zero);
    }

    TensorId data_shifted() {
        if (slot("data_zero_point") == kAbsent || data().role == graph::TensorRole::intermediate) {
            not_applicable("the data have no zero point, or are no input");
        }
        const TensorData& from = value_.data_of(slot("data"));
        const std::int64_t inner = from.size() / (from.shape()[0] * from.shape()[1]);
        const TensorData to = moved(
            from, DataType::s8, [&](std::int64_t i) { return -zx(i / inner % from.shape()[1]); }, "datum");
        return contraction(name(), node_.operation, builder_.input(data().name + "_shifted", to), id(slot("weights")),
                           id(slot("bias")), kAbsent, id(slot("weights_zero_point")));
    }

    TensorId real_convolution() {
        TensorId zero = kAbsent;
        if (slot("data_zero_point") != kAbsent) {
            Shape shape(data().shape.size(), 1);
            const TensorData& values = value_.data_of(slot("data_zero_point"));
            shape[1] = values.size();
            TensorData broadcast(DataType::s32, shape);
            for (std::int64_t i = 0; i < values.size(); ++i) {
                broadcast.set(i, values.at(i));
            }
            zero = builder_.constant(name() + "_data_zero", broadcast);
        }
        const TensorId x = builder_.node(name() + "_data", graph::Dequantize{},
                                         {id(slot("data")), builder_.scalar(name() + "_one", 1), zero}, DataType::f32);
        TensorData w(DataType::f32, weights().shape());
        for (std::int64_t i = 0; i < w.size(); ++i) {
            w.set(i, weights().at(i) - static_cast<double>(zw(i / taps())));
        }
        TensorId sum = builder_.node(name() + "_real", node_.operation, {x, builder_.constant(name() + "_weights", w)},
                                     DataType::f32);
        if (slot("bias") != kAbsent) {
            std::vector<float> bias;
            for (std::int64_t o = 0; o < outputs(); ++o) {
                bias.push_back(static_cast<float>(value_.data_of(slot("bias")).at(o)));
            }
            const TensorId b = builder_.per_channel(name() + "_bias", bias, data().shape.size());
            sum =
                builder_.node(name() + "_biased", graph::Binary{graph::BinaryAlgorithm::add}, {sum, b}, DataType::f32);
        }
        return as_s32(sum);
    }

    TensorId emit() {
        if (!has_constant_operands()) {
            not_applicable("weights, bias and zero points must be constants, the data integers");
        }
        switch (form_) {
            case EquivalentForm::native: break;
            case EquivalentForm::two_convolutions: return two_convolutions();
            case EquivalentForm::four_terms: return four_terms();
            case EquivalentForm::explicit_padding: return explicit_padding();
            case EquivalentForm::bias_compensation: return bias_compensation();
            case EquivalentForm::weights_folded: return weights_folded();
            case EquivalentForm::weights_shifted: return weights_shifted();
            case EquivalentForm::data_shifted: return data_shifted();
            case EquivalentForm::real_convolution: return real_convolution();
        }
        return contraction(name(), node_.operation, id(slot("data")), id(slot("weights")), id(slot("bias")),
                           id(slot("data_zero_point")), id(slot("weights_zero_point")));
    }

    const graph::Case& value_;
    const graph::Node& node_;
    EquivalentForm form_;
    graph::CaseBuilder builder_;
    std::map<TensorId, TensorId> ids_;
};

}  // namespace

graph::Case equivalent_case(const graph::Case& value, graph::NodeId node, EquivalentForm form) {
    try {
        return Rewriter(value, node, form).rewrite();
    } catch (const std::invalid_argument& error) {
        not_applicable(error.what());
    }
}

}  // namespace difftest::harness
