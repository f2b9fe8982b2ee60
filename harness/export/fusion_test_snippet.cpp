#include "harness/export/fusion_test_snippet.hpp"

#include "harness/export/cpp_names.hpp"
#include "harness/report/template_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

namespace difftest::harness {
namespace {

using Json = nlohmann::ordered_json;
using graph::TensorId;
using Extents = std::vector<std::int64_t>;

struct TypeNames {
    const char* plugin;  ///< data_types::
    const char* cpp;
};

TypeNames names_of(graph::DataType type) {
    switch (type) {
        case graph::DataType::u8: return {"u8", "uint8_t"};
        case graph::DataType::s8: return {"i8", "int8_t"};
        case graph::DataType::s32: return {"i32", "int32_t"};
        case graph::DataType::f32: return {"f32", "float"};
        default: throw NotExpressible("the plugin's tests fill 16-bit tensors by types of their own");
    }
}

std::string activation_of(const graph::Eltwise& op) {
    using graph::EltwiseAlgorithm;
    static const std::map<EltwiseAlgorithm, std::string> kNames = {{EltwiseAlgorithm::relu, "relu_negative_slope"},
                                                                   {EltwiseAlgorithm::linear, "linear"},
                                                                   {EltwiseAlgorithm::clip, "clamp"},
                                                                   {EltwiseAlgorithm::clip_v2, "clamp"},
                                                                   {EltwiseAlgorithm::abs, "abs"},
                                                                   {EltwiseAlgorithm::square, "square"},
                                                                   {EltwiseAlgorithm::sqrt, "sqrt"},
                                                                   {EltwiseAlgorithm::exp, "exp"},
                                                                   {EltwiseAlgorithm::log, "log"},
                                                                   {EltwiseAlgorithm::tanh, "hyperbolic_tan"},
                                                                   {EltwiseAlgorithm::logistic, "logistic"},
                                                                   {EltwiseAlgorithm::elu, "elu"},
                                                                   {EltwiseAlgorithm::gelu_tanh, "gelu_tanh"},
                                                                   {EltwiseAlgorithm::gelu_erf, "gelu"},
                                                                   {EltwiseAlgorithm::swish, "swish"},
                                                                   {EltwiseAlgorithm::hardsigmoid, "hard_sigmoid"},
                                                                   {EltwiseAlgorithm::mish, "mish"},
                                                                   {EltwiseAlgorithm::round, "round_half_to_even"}};
    const auto found = kNames.find(op.algorithm);
    if (found == kNames.end()) {
        throw NotExpressible("the GPU plugin has no activation for one of the functions");
    }
    return found->second;
}

std::string mode_of(graph::BinaryAlgorithm algorithm) {
    using graph::BinaryAlgorithm;
    static const std::map<BinaryAlgorithm, std::string> kNames = {
        {BinaryAlgorithm::add, "sum"},       {BinaryAlgorithm::subtract, "sub"},
        {BinaryAlgorithm::multiply, "prod"}, {BinaryAlgorithm::divide, "div"},
        {BinaryAlgorithm::maximum, "max"},   {BinaryAlgorithm::minimum, "min"},
        {BinaryAlgorithm::greater, "gt"},    {BinaryAlgorithm::greater_equal, "ge"},
        {BinaryAlgorithm::less, "lt"},       {BinaryAlgorithm::less_equal, "le"},
        {BinaryAlgorithm::equal, "eq"},      {BinaryAlgorithm::not_equal, "ne"}};
    return kNames.at(algorithm);
}

class Snippet {
public:
    explicit Snippet(const ExportSubject& subject) : case_(subject.value), graph_(subject.value.graph) {}

    Json view(const std::string& title, const std::string& reason) {
        const graph::Node& head = graph_.nodes.front();
        add_head(head);
        for (std::size_t i = 1; i < graph_.nodes.size(); ++i) {
            add_step(graph_.nodes[i], graph_.nodes[i - 1].output);
        }
        if (graph_.outputs != std::vector<TensorId>{graph_.nodes.back().output}) {
            throw NotExpressible("a fusion test compares the one result at the end of its chain");
        }
        const bool is_deconvolution = std::holds_alternative<graph::Deconvolution>(head.operation);
        return {{"title", title},
                {"reason", reason},
                {"test", names_.unique("difftest_" + case_.name)},
                {"fixture", is_deconvolution ? "DeconvolutionFusingTest" : "ConvFusingTest"},
                {"file", is_deconvolution ? "deconvolution_fusion_test.cpp" : "convolution_fusion_test.cpp"},
                {"parameters", is_deconvolution ? "deconv_test_params" : "convolution_test_params"},
                {"values", parameters_},
                {"steps", steps_},
                {"last", graph_.tensor(graph_.nodes.back().output).name},
                {"input_type", names_of(graph_.tensor(head.inputs[0]).type).cpp},
                {"input", values_of(head.inputs[0])},
                {"nodes", graph_.nodes.size()}};
    }

private:
    std::string values_of(TensorId id) const {
        const graph::Tensor& tensor = graph_.tensor(id);
        std::vector<std::string> values;
        for (std::int64_t i = 0; i < case_.data_of(id).size(); ++i) {
            const double value = case_.data_of(id).at(i);
            values.push_back(graph::is_integer(tensor.type)
                                 ? fmt::format("{:.0f}", value)
                                 : float_literal(fmt::format("{}", static_cast<float>(value))));
        }
        return braced(values);
    }

    /// Constants are data; there is one input.
    void add_data(TensorId id, const std::string& layout) {
        const graph::Tensor& tensor = graph_.tensor(id);
        if (tensor.role == graph::TensorRole::intermediate) {
            throw NotExpressible("an operand is computed: a fusion test is a chain");
        }
        steps_.push_back(fmt::format("data(\"{}\", memory_of({}, std::vector<{}>{}))", tensor.name, layout,
                                     names_of(tensor.type).cpp, values_of(id)));
    }

    /// As four extents, for numpy's broadcast.
    std::string layout_of(TensorId id) const {
        const graph::Tensor& tensor = graph_.tensor(id);
        if (tensor.shape.size() > 4) {
            throw NotExpressible("an operand of more than four dimensions");
        }
        Extents shape(4 - tensor.shape.size(), 1);
        shape.insert(shape.end(), tensor.shape.begin(), tensor.shape.end());
        return fmt::format("layout{{{{{}}}, data_types::{}, format::bfyx}}", fmt::join(shape, ", "),
                           names_of(tensor.type).plugin);
    }

    template <typename Op>
    void add_geometry(const graph::Node& head, const Op& op, const char* name) {
        for (const char* const slot : {"bias", "data_zero_point", "weights_zero_point"}) {
            if (graph::input_at(head, slot) != graph::kAbsent) {
                throw NotExpressible(fmt::format("the plugin's fused tests have no {} of integers", slot));
            }
        }
        const graph::Tensor& data = graph_.tensor(head.inputs[0]);
        const graph::Tensor& weights = graph_.tensor(head.inputs[1]);
        const graph::Tensor& out = graph_.tensor(head.output);
        if (data.shape.size() != 4 || op.pads_begin != op.pads_end) {
            throw NotExpressible(
                "the parameters of a fusion test are those of planes with the same padding on both sides");
        }
        const auto text = [](const Extents& values) { return fmt::format("{{{}}}", fmt::join(values, ", ")); };
        // tensor{b, f, x, y} in the tests of deconvolutions, b, f, y, x in the others
        const bool swaps = std::string_view(name) == "deconvolution";
        const auto shape = [&text, swaps](Extents values) {
            if (swaps) {
                std::swap(values[values.size() - 1], values[values.size() - 2]);
            }
            return text(values);
        };
        Extents kernel(weights.shape.begin() + 2, weights.shape.end());
        if (swaps) {
            kernel.insert(kernel.begin(), {1, 1});
        }
        const bool grouped = op.groups > 1;
        parameters_ = fmt::format(
            "{}, {}, {}, {}, {}, {}, {}, data_types::{}, format::bfyx, data_types::{}, format::{}, data_types::f32, "
            "format::bfyx",
            shape(data.shape), shape(out.shape), shape(kernel), text(op.strides), text(op.pads_begin),
            text(op.dilations), op.groups, names_of(data.type).plugin, names_of(weights.type).plugin,
            grouped ? "goiyx" : "oiyx");
        add_data(head.inputs[1], "get_weights_layout(p)");
        steps_.push_back(fmt::format(
            "{}(\"{}\", input_info(\"input\"), {}, p.groups, p.stride, {})", name, out.name,
            swaps ? "{\"" + weights.name + "\"}" : "\"" + weights.name + "\", \"\"",
            swaps ? "p.pad, p.dilation" : "p.dilation, p.pad, p.pad, " + std::string(grouped ? "true" : "false")));
    }

    void add_head(const graph::Node& head) {
        if (const auto* convolution = std::get_if<graph::Convolution>(&head.operation)) {
            add_geometry(head, *convolution, "convolution");
        } else if (const auto* deconvolution = std::get_if<graph::Deconvolution>(&head.operation)) {
            const Extents& extra = deconvolution->output_padding;
            if (std::any_of(extra.begin(), extra.end(), [](auto each) { return each != 0; })) {
                throw NotExpressible("the plugin's fused tests have no output padding");
            }
            add_geometry(head, *deconvolution, "deconvolution");
        } else {
            throw NotExpressible("this exporter writes fusion tests of convolutions and deconvolutions");
        }
    }

    void add_step(const graph::Node& node, TensorId before) {
        if (node.inputs.empty() || node.inputs[0] != before) {
            throw NotExpressible("a fusion test is a chain, in which each operation reads the one before");
        }
        const std::string& name = graph_.tensor(node.output).name;
        const std::string& from = graph_.tensor(before).name;
        const std::string type = names_of(graph_.tensor(node.output).type).plugin;
        std::string operands;
        for (std::size_t i = 1; i < node.inputs.size(); ++i) {
            if (node.inputs[i] == graph::kAbsent) {
                continue;
            }
            add_data(node.inputs[i], layout_of(node.inputs[i]));
            operands += fmt::format(", input_info(\"{}\")", graph_.tensor(node.inputs[i]).name);
        }
        if (const auto* op = std::get_if<graph::FakeQuantize>(&node.operation)) {
            steps_.push_back(fmt::format("quantize(\"{}\", input_info(\"{}\"){}, {}, data_types::{})", name, from,
                                         operands, op->levels, type));
        } else if (const auto* binary = std::get_if<graph::Binary>(&node.operation)) {
            steps_.push_back(
                fmt::format("eltwise(\"{}\", {{ input_info(\"{}\"){} }}, eltwise_mode::{}, data_types::{})", name, from,
                            operands, mode_of(binary->algorithm), type));
        } else if (const auto* eltwise = std::get_if<graph::Eltwise>(&node.operation)) {
            steps_.push_back(fmt::format("activation(\"{}\", input_info(\"{}\"), activation_func::{}, {{ {}, {} }})",
                                         name, from, activation_of(*eltwise),
                                         float_literal(fmt::format("{}", eltwise->alpha)),
                                         float_literal(fmt::format("{}", eltwise->beta))));
        } else if (std::holds_alternative<graph::Convert>(node.operation)) {
            steps_.push_back(
                fmt::format("reorder(\"{}\", input_info(\"{}\"), format::bfyx, data_types::{})", name, from, type));
        } else {
            throw NotExpressible(fmt::format("the plugin's fused tests have no {}", graph::name_of(node.operation)));
        }
    }

    const graph::Case& case_;
    const graph::Graph& graph_;
    CppNames names_;
    std::string parameters_;
    Json steps_ = Json::array();
};

}  // namespace

ReproducerFiles fusion_test_snippet(const ExportSubject& subject) {
    const Json view = Snippet(subject).view(subject.title, subject.reason);
    return {{"fusion_test.cpp", fill_template("fusion_test.cpp.mustache", view, Escaping::none)}};
}

}  // namespace difftest::harness
