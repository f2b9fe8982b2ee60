#include "harness/generate/described_steps.hpp"
#include "harness/generate/primitive_description.hpp"
#include "reference/graph/case_builder.hpp"
#include "reference/graph/validation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

namespace difftest::harness {
namespace {

using graph::DataType;
using graph::TensorData;
using graph::TensorId;
using Extents = std::vector<std::int64_t>;

/// Shapes and the graph of one description.
class Importer {
public:
    Importer(const PrimitiveDescription& d, const std::string& name) : d_(d), builder_(name), steps_(d, builder_) {}

    graph::Case build(const std::string& origin) {
        TensorId flowing = head();
        const bool has_bias_left = d_.bias && !bias_is_in_head_;
        const bool bias_first = d_.scales.empty();  // 2.x scales the bias, too
        if (has_bias_left && bias_first) {
            flowing = steps_.plus(flowing, "bias", steps_.operand("bias_values", flowing, "per_oc", *d_.bias, 1));
        }
        flowing = steps_.scaled(flowing);
        if (has_bias_left && !bias_first) {
            flowing = steps_.plus(flowing, "bias", steps_.operand("bias_values", flowing, "per_oc", *d_.bias, 1));
        }
        for (std::size_t i = 0; i < d_.post_ops.size(); ++i) {
            flowing = steps_.post_op(flowing, d_.post_ops[i], fmt::format("post_op_{}", i));
        }
        flowing = steps_.quantized(flowing);
        if (builder_.graph().tensor(flowing).type != d_.destination) {
            flowing = builder_.node("stored", graph::Convert{}, {flowing}, d_.destination);
        }
        if (builder_.graph().nodes.empty()) {
            refuse_import("a primitive that moves elements and changes none");
        }
        builder_.annotate("origin", origin);
        return builder_.build({flowing});
    }

private:
    TensorId head() {
        if (d_.kind == "convolution" || d_.kind == "deconvolution") {
            return convolution();
        }
        if (d_.kind == "inner_product") {
            graph::Shape source = {batch(), required("ic")};
            graph::Shape weights = {required("oc"), required("ic")};
            for (const std::int64_t extent : spatial("i", 1)) {
                source.push_back(extent);
                weights.push_back(extent);
            }
            return builder_.node("inner_product", graph::InnerProduct{}, contraction_inputs(source, weights), sums());
        }
        if (d_.kind == "matmul") {
            if (extents(0).size() < 2 || extents(1).size() < 2) {
                refuse_import("a product of what is no matrix");
            }
            return builder_.node("matmul", graph::Matmul{}, contraction_inputs(extents(0), extents(1)), sums());
        }
        if (d_.kind == "pooling") {
            return pooling();
        }
        if (d_.kind == "resampling") {
            return resampling();
        }
        if (d_.kind == "binary") {
            return steps_.binary(d_.algorithm, "binary", source(0, extents(0)), source(1, extents(1)));
        }
        if (d_.kind == "sum") {
            return sum();
        }
        const TensorId data = source(0, extents(0));
        if (d_.kind == "reorder") {
            return dequantized(data);
        }
        if (d_.kind == "eltwise") {
            return steps_.eltwise(d_.algorithm, "eltwise", data, d_.alpha, d_.beta);
        }
        if (d_.kind == "prelu") {
            const TensorId slope = builder_.constant("slope", filled_tensor(d_.weights, extents(1), 2));
            return builder_.node("prelu", graph::Prelu{}, {data, slope}, DataType::f32);
        }
        if (d_.kind == "reduction") {
            return reduction(data);
        }
        refuse_import(fmt::format("a {} primitive", d_.kind));
    }

    std::int64_t required(const std::string& name) const {
        const auto found = d_.numbers.find(name);
        if (found == d_.numbers.end()) {
            refuse_import(fmt::format("a shape without '{}'", name));
        }
        return found->second;
    }
    std::int64_t batch() const { return d_.numbers.contains("mb") ? d_.numbers.at("mb") : 2; }

    /// The numbers of a letter for each spatial dimension; `otherwise` where one is left out. "ih5" alone is 5x5.
    Extents spatial(const std::string& letter, std::int64_t otherwise) const {
        Extents values;
        for (const std::string axis : {"d", "h", "w"}) {
            if (d_.numbers.contains("i" + axis)) {
                const auto found = d_.numbers.find(letter + axis);
                values.push_back(found == d_.numbers.end() ? otherwise : found->second);
            }
        }
        if (d_.numbers.contains("ih") && !d_.numbers.contains("iw")) {
            values.push_back(values.back());
        }
        return values;
    }

    const Extents& extents(std::size_t index) const {
        if (index >= d_.extents.size()) {
            refuse_import("a shape without the extents of all operands");
        }
        return d_.extents[index];
    }

    DataType source_type(std::size_t index) const {
        if (index >= d_.sources.size()) {
            refuse_import("operands without a type");
        }
        return d_.sources[index];
    }
    TensorId source(std::size_t index, const graph::Shape& shape) {
        const std::string name = index == 0 ? "data" : fmt::format("data_{}", index);
        return builder_.input(name, filled_tensor(source_type(index), shape, 1 + 10 * index));
    }
    DataType sums() const { return graph::is_integer(source_type(0)) ? DataType::s32 : DataType::f32; }

    TensorId zero_point(const std::string& name, const DescribedParameter& of, std::int64_t channels) {
        if (of.policy == "common" || of.policy == "0") {
            return builder_.constant(name, TensorData(DataType::s32, {}, {3}));
        }
        TensorData values(DataType::s32, {channels});
        for (std::int64_t i = 0; i < channels; ++i) {
            values.set(i, static_cast<double>(i % 5 + 1));
        }
        return builder_.constant(name, std::move(values));
    }

    std::vector<TensorId> contraction_inputs(const graph::Shape& source_shape, const graph::Shape& weights_shape) {
        std::vector<TensorId> inputs = {source(0, source_shape),
                                        builder_.constant("weights", filled_tensor(d_.weights, weights_shape, 2)),
                                        graph::kAbsent, graph::kAbsent, graph::kAbsent};
        const bool is_matmul = d_.kind == "matmul";
        const std::int64_t results = is_matmul ? weights_shape.back() : weights_shape[0];
        if (d_.bias && !graph::is_integer(source_type(0))) {
            bias_is_in_head_ = true;
            inputs[2] = builder_.constant("bias", filled_tensor(*d_.bias, {results}, 3));
        }
        if (const auto of = parameter_of(d_.zero_points, "src")) {
            inputs[3] = zero_point("data_zero_point", *of, source_shape[1]);
        }
        if (const auto of = parameter_of(d_.zero_points, "wei")) {
            inputs[4] = zero_point("weights_zero_point", *of, results);
        }
        return inputs;
    }

    TensorId convolution() {
        const std::int64_t groups = d_.numbers.contains("g") ? d_.numbers.at("g") : 1;
        const std::int64_t channels = required("ic");
        const std::int64_t results = required("oc");
        if (groups < 1 || channels % groups != 0 || results % groups != 0) {
            refuse_import("channels that the groups do not divide");
        }
        const bool transposed = d_.kind == "deconvolution";
        const Window w = window(transposed);
        graph::Shape source_shape = {batch(), channels};
        source_shape.insert(source_shape.end(), w.in.begin(), w.in.end());
        graph::Shape weights = {results, channels / groups};
        weights.insert(weights.end(), w.kernel.begin(), w.kernel.end());
        const std::vector<TensorId> inputs = contraction_inputs(source_shape, weights);
        if (transposed) {
            const Extents none(w.in.size(), 0);
            return builder_.node("deconvolution",
                                 graph::Deconvolution{w.strides, w.dilations, w.begins, w.ends, none, groups}, inputs,
                                 sums());
        }
        return builder_.node("convolution", graph::Convolution{w.strides, w.dilations, w.begins, w.ends, groups},
                             inputs, sums());
    }

    struct Window {
        Extents in, kernel, strides, dilations, begins, ends;
    };

    /// The padding behind follows from the result's size.
    Window window(bool transposed) const {
        Window w{spatial("i", 1), spatial("k", 1), spatial("s", 1), spatial("d", 0), spatial("p", 0), {}};
        const Extents out = spatial("o", 1);
        for (std::size_t i = 0; i < w.in.size(); ++i) {
            const std::int64_t reach = (w.kernel[i] - 1) * (w.dilations[i] + 1) + 1;
            w.ends.push_back(transposed ? (w.in[i] - 1) * w.strides[i] + reach - out[i] - w.begins[i]
                                        : (out[i] - 1) * w.strides[i] + reach - w.in[i] - w.begins[i]);
            ++w.dilations[i];
        }
        return w;
    }

    TensorId pooling() {
        static const std::map<std::string, graph::PoolingAlgorithm> kAlgorithms = {
            {"max", graph::PoolingAlgorithm::maximum},
            {"avg_p", graph::PoolingAlgorithm::average_include_padding},
            {"avg_include_padding", graph::PoolingAlgorithm::average_include_padding},
            {"avg_np", graph::PoolingAlgorithm::average_exclude_padding},
            {"avg", graph::PoolingAlgorithm::average_exclude_padding},
            {"avg_exclude_padding", graph::PoolingAlgorithm::average_exclude_padding}};
        const auto algorithm = kAlgorithms.find(d_.algorithm.empty() ? "max" : d_.algorithm);
        if (algorithm == kAlgorithms.end()) {
            refuse_import(fmt::format("the pooling '{}'", d_.algorithm));
        }
        const Window w = window(false);
        graph::Shape shape = {batch(), required("ic")};
        shape.insert(shape.end(), w.in.begin(), w.in.end());
        const bool averages_integers =
            algorithm->second != graph::PoolingAlgorithm::maximum && graph::is_integer(source_type(0));
        const bool stores = averages_integers && d_.post_ops.empty() && d_.destination == source_type(0);
        return builder_.node("pooling",
                             graph::Pooling{algorithm->second, w.kernel, w.strides, w.dilations, w.begins, w.ends},
                             {source(0, shape)}, averages_integers && !stores ? DataType::f32 : source_type(0));
    }

    TensorId resampling() {
        graph::Shape shape = {batch(), required("ic")};
        for (const std::int64_t extent : spatial("i", 1)) {
            shape.push_back(extent);
        }
        const bool linear = d_.algorithm == "linear";
        const auto algorithm = linear ? graph::ResamplingAlgorithm::linear : graph::ResamplingAlgorithm::nearest;
        const bool becomes_real = linear && graph::is_integer(source_type(0));
        return builder_.node("resampling", graph::Resampling{algorithm, spatial("o", 1)}, {source(0, shape)},
                             becomes_real ? DataType::f32 : source_type(0));
    }

    TensorId sum() {
        TensorId flowing = graph::kAbsent;
        for (std::size_t i = 0; i < d_.sources.size(); ++i) {
            const float scale = i < d_.addend_scales.size() ? d_.addend_scales[i] : 1;
            const TensorId each = source(i, extents(0));
            flowing = i == 0 ? steps_.eltwise("linear", "addend_0", each, scale, 0)
                             : builder_.node(fmt::format("sum_{}", i), graph::Sum{scale, 0, {}}, {flowing, each},
                                             DataType::f32);
        }
        return flowing;
    }

    TensorId reduction(TensorId data) {
        static const std::map<std::string, graph::ReductionAlgorithm> kAlgorithms = {
            {"sum", graph::ReductionAlgorithm::sum},
            {"mean", graph::ReductionAlgorithm::mean},
            {"max", graph::ReductionAlgorithm::maximum},
            {"min", graph::ReductionAlgorithm::minimum}};
        const auto algorithm = kAlgorithms.find(d_.algorithm);
        if (algorithm == kAlgorithms.end()) {
            refuse_import(fmt::format("the reduction '{}'", d_.algorithm));
        }
        if (extents(0).size() != extents(1).size()) {
            refuse_import("a reduction to another number of dimensions");
        }
        Extents axes;
        for (std::size_t i = 0; i < extents(0).size(); ++i) {
            if (extents(1).at(i) != extents(0)[i]) {
                axes.push_back(static_cast<std::int64_t>(i));
            }
        }
        const bool is_integer = graph::is_integer(source_type(0));
        const bool is_sum = algorithm->second == graph::ReductionAlgorithm::sum;
        const bool is_mean = algorithm->second == graph::ReductionAlgorithm::mean;
        return builder_.node("reduction", graph::Reduction{algorithm->second, axes}, {data},
                             is_integer && is_sum    ? DataType::s32
                             : is_integer && is_mean ? DataType::f32
                                                     : source_type(0));
    }

    TensorId dequantized(TensorId data) {
        if (const auto of = parameter_of(d_.zero_points, "src")) {
            data = builder_.node("shifted", graph::Binary{graph::BinaryAlgorithm::subtract},
                                 {data, steps_.operand("data_zero_point", data, of->policy, DataType::s32, 1)},
                                 DataType::f32);
        }
        return data;
    }

    const PrimitiveDescription& d_;
    graph::CaseBuilder builder_;
    DescribedSteps steps_;
    bool bias_is_in_head_ = false;
};

}  // namespace

graph::Case described_case(const PrimitiveDescription& description, const std::string& name,
                           const std::string& origin) {
    graph::Case value = Importer(description, name).build(origin);
    if (const auto problem =
            graph::validate_case(value)) {  // a combination that no library runs, or a text that is none
        refuse_import(fmt::format("this combination: {}: {}", problem->place, problem->message));
    }
    return value;
}

}  // namespace difftest::harness
