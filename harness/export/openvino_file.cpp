#include "harness/export/openvino_file.hpp"

#include "harness/report/template_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <numeric>

namespace difftest::harness {
namespace {

using Json = nlohmann::ordered_json;
using Extents = std::vector<std::int64_t>;
using Attributes = std::vector<std::pair<std::string, std::string>>;

const char* element_type(graph::DataType type) {
    switch (type) {
        case graph::DataType::f32: return "f32";
        case graph::DataType::u8: return "u8";
        case graph::DataType::s8: return "i8";
        case graph::DataType::s32: return "i32";
        case graph::DataType::f16: return "f16";
        case graph::DataType::bf16: return "bf16";
    }
    return "";
}

/// The name of an element type in a port.
std::string precision_of(const std::string& type) {
    static const std::map<std::string, const char*> kNames = {{"f32", "FP32"}, {"u8", "U8"},    {"i8", "I8"},
                                                              {"i32", "I32"},  {"i64", "I64"},  {"boolean", "BOOL"},
                                                              {"f16", "FP16"}, {"bf16", "BF16"}};
    return kNames.at(type);
}

/// The element type of a TensorProto.DataType.
const char* element_type(std::int64_t onnx_type) {
    static const std::map<std::int64_t, const char*> kTypes = {{1, "f32"},     {2, "u8"},   {3, "i8"},   {6, "i32"},
                                                               {9, "boolean"}, {10, "f16"}, {16, "bf16"}};
    return kTypes.at(onnx_type);
}

std::string joined(const Extents& values) {
    return fmt::format("{}", fmt::join(values, ","));
}

/// Operations that are a layer of another name with the same inputs: layer, operator set, attributes.
struct Same {
    const char* layer;
    int set;
    Attributes attributes;
};

const std::map<std::string, Same>& same_layers() {
    static const Attributes kBroadcast = {{"auto_broadcast", "numpy"}};
    static const std::map<std::string, Same> kSame = {
        {"Add", {"Add", 1, kBroadcast}},
        {"Sub", {"Subtract", 1, kBroadcast}},
        {"Mul", {"Multiply", 1, kBroadcast}},
        {"Div", {"Divide", 1, kBroadcast}},
        {"Max", {"Maximum", 1, kBroadcast}},
        {"Min", {"Minimum", 1, kBroadcast}},
        {"Pow", {"Power", 1, kBroadcast}},
        {"Greater", {"Greater", 1, kBroadcast}},
        {"GreaterOrEqual", {"GreaterEqual", 1, kBroadcast}},
        {"Less", {"Less", 1, kBroadcast}},
        {"LessOrEqual", {"LessEqual", 1, kBroadcast}},
        {"Equal", {"Equal", 1, kBroadcast}},
        {"Where", {"Select", 1, kBroadcast}},
        {"Not", {"LogicalNot", 1, {}}},
        {"Relu", {"ReLU", 1, {}}},
        {"PRelu", {"PReLU", 1, {}}},
        {"Abs", {"Abs", 1, {}}},
        {"Neg", {"Negative", 1, {}}},
        {"Sqrt", {"Sqrt", 1, {}}},
        {"Exp", {"Exp", 1, {}}},
        {"Log", {"Log", 1, {}}},
        {"Tanh", {"Tanh", 1, {}}},
        {"Sigmoid", {"Sigmoid", 1, {}}},
        {"Mish", {"Mish", 4, {}}},
        {"Softplus", {"SoftPlus", 4, {}}},
        {"Round", {"Round", 5, {{"mode", "half_to_even"}}}},
        {"Reshape", {"Reshape", 1, {{"special_zero", "false"}}}},
        {"MatMul", {"MatMul", 1, {{"transpose_a", "false"}, {"transpose_b", "false"}}}},
        {"Gemm", {"MatMul", 1, {{"transpose_a", "false"}, {"transpose_b", "true"}}}},
        {"ReduceSum", {"ReduceSum", 1, {{"keep_dims", "true"}}}},
        {"ReduceMean", {"ReduceMean", 1, {{"keep_dims", "true"}}}},
        {"ReduceMax", {"ReduceMax", 1, {{"keep_dims", "true"}}}},
        {"ReduceMin", {"ReduceMin", 1, {{"keep_dims", "true"}}}},
    };
    return kSame;
}

class Writer {
public:
    OpenvinoModel model(const graph::Case& value, const OnnxGraph& graph) {
        for (const graph::Tensor& tensor : value.graph.tensors) {
            if (tensor.role == graph::TensorRole::input) {
                const Attributes attributes = {{"shape", joined(tensor.shape)},
                                               {"element_type", element_type(tensor.type)}};
                add(tensor.name, "Parameter", 1, {}, attributes);
            }
        }
        for (const OnnxConstant& constant : graph.constants) {
            add_constant(constant);
        }
        for (const OnnxNode& node : graph.nodes) {
            add_node(node);
        }
        for (const graph::TensorId id : value.graph.outputs) {
            const std::string& name = value.graph.tensor(id).name;
            add(name + "/result", "Result", 1, {name}, {}, false);
        }
        const Json view = {{"name", value.name}, {"layers", layers_}, {"edges", edges_}};
        return {fill_template("openvino.xml.mustache", view, Escaping::markup), constants_};
    }

private:
    void add(const std::string& name, const std::string& type, int set, const std::vector<std::string>& inputs,
             const Attributes& attributes, bool has_output = true) {
        Json values = Json::array();
        for (const auto& [key, value] : attributes) {
            values.push_back({{"key", key}, {"value", value}});
        }
        Json ports = Json::array();
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            ports.push_back({{"port", i}});
            edges_.push_back({{"from", made_.at(inputs[i]).first},
                              {"from_port", made_.at(inputs[i]).second},
                              {"to", layers_.size()},
                              {"to_port", i}});
        }
        made_[name] = {layers_.size(), inputs.size()};
        types_[name] = result_type(type, inputs, attributes);
        layers_.push_back({{"id", layers_.size()},
                           {"name", name},
                           {"type", type},
                           {"set", set},
                           {"has_attributes", !attributes.empty()},
                           {"attributes", std::move(values)},
                           {"has_inputs", !inputs.empty()},
                           {"inputs", std::move(ports)},
                           {"has_output", has_output},
                           {"output", inputs.size()},
                           {"precision", precision_of(types_[name])}});
    }

    /// Everything is computed in f32.
    std::string result_type(const std::string& type, const std::vector<std::string>& inputs,
                            const Attributes& attributes) const {
        for (const auto& [key, value] : attributes) {
            if (key == "element_type" || key == "destination_type") {
                return value;
            }
        }
        if (type == "Equal" || type == "LogicalNot" || type.starts_with("Greater") || type.starts_with("Less")) {
            return "boolean";
        }
        const bool moves = type == "Transpose" || type == "Reshape" || type == "Slice" || type == "Concat";
        return moves ? types_.at(inputs[0]) : "f32";
    }

    void add_bytes(const std::string& name, const std::string& type, const Extents& shape, const void* bytes,
                   std::size_t size) {
        constants_.resize((constants_.size() + 7) / 8 * 8, '\0');
        const Attributes attributes = {{"element_type", type},
                                       {"shape", joined(shape)},
                                       {"offset", std::to_string(constants_.size())},
                                       {"size", std::to_string(size)}};
        constants_.append(static_cast<const char*>(bytes), size);
        add(name, "Const", 1, {}, attributes);
    }

    void add_constant(const OnnxConstant& constant) {
        if (const auto* data = std::get_if<graph::TensorData>(&constant.values)) {
            add_bytes(constant.name, element_type(data->type()), data->shape(), data->bytes().data(),
                      data->bytes().size());
            return;
        }
        add_integers(constant.name, std::get<Extents>(constant.values));
    }

    std::string add_integers(const std::string& name, const Extents& values) {
        ranks_[name] = values.size();
        add_bytes(name, "i64", {static_cast<std::int64_t>(values.size())}, values.data(),
                  values.size() * sizeof(std::int64_t));
        return name;
    }

    std::string add_float(const std::string& name, float value) {
        add_bytes(name, "f32", {}, &value, sizeof value);
        return name;
    }

    template <typename Value>
    static Value attribute(const OnnxNode& node, const std::string& name) {
        const auto found = std::find_if(node.attributes.begin(), node.attributes.end(),
                                        [&name](const auto& each) { return each.first == name; });
        return std::get<Value>(found->second);
    }

    static Attributes geometry(const OnnxNode& node) {
        const auto pads = attribute<Extents>(node, "pads");
        const auto half = static_cast<std::ptrdiff_t>(pads.size() / 2);
        return {{"strides", joined(attribute<Extents>(node, "strides"))},
                {"pads_begin", joined(Extents(pads.begin(), pads.begin() + half))},
                {"pads_end", joined(Extents(pads.begin() + half, pads.end()))},
                {"auto_pad", "explicit"}};
    }

    void add_window(const OnnxNode& node) {
        Attributes attributes = geometry(node);
        const auto dilations = attribute<Extents>(node, "dilations");
        if (!node.type.ends_with("Pool")) {
            const bool transposed = node.type.ends_with("Transpose");
            attributes.emplace_back("dilations", joined(dilations));
            if (transposed) {
                attributes.emplace_back("output_padding", joined(attribute<Extents>(node, "output_padding")));
            }
            const std::string type = node.type.starts_with("Group") ? "GroupConvolution" : "Convolution";
            add(node.output, type + (transposed ? "BackpropData" : ""), 1, node.inputs, attributes);
            return;
        }
        if (std::any_of(dilations.begin(), dilations.end(), [](auto each) { return each != 1; })) {
            throw NotExpressible("this exporter has no layer for a dilated pooling in OpenVINO");
        }
        attributes.emplace_back("kernel", joined(attribute<Extents>(node, "kernel_shape")));
        attributes.emplace_back("rounding_type", "floor");
        const bool is_average = node.type == "AveragePool";
        if (is_average) {
            attributes.emplace_back("exclude-pad",
                                    attribute<std::int64_t>(node, "count_include_pad") != 0 ? "false" : "true");
        }
        add(node.output, is_average ? "AvgPool" : "MaxPool", 1, node.inputs, attributes);
    }

    /// To sizes; of all dimensions, as they are given.
    void add_interpolation(const OnnxNode& node) {
        const std::string& name = node.output;
        const std::vector<float> scales(ranks_.at(node.inputs[3]), 1.0F);  // not used, and yet an input
        Extents axes(scales.size());
        std::iota(axes.begin(), axes.end(), 0);
        add_bytes(name + "/scales", "f32", {static_cast<std::int64_t>(scales.size())}, scales.data(),
                  scales.size() * sizeof(float));
        const bool nearest = attribute<std::string>(node, "mode") == "nearest";
        const std::vector<std::string> inputs = {node.inputs[0], node.inputs[3], name + "/scales",
                                                 add_integers(name + "/axes", axes)};
        add(name, "Interpolate", 4, inputs,
            {{"mode", nearest ? "nearest" : "linear_onnx"},
             {"shape_calculation_mode", "sizes"},
             {"coordinate_transformation_mode", "half_pixel"},
             {"nearest_mode", "round_prefer_ceil"},
             {"antialias", "false"},
             {"pads_begin", "0"},
             {"pads_end", "0"}});
    }

    void add_node(const OnnxNode& node) {
        const std::string& type = node.type;
        const std::string& name = node.output;
        const auto number = [&node](const char* which) { return attribute<float>(node, which); };
        if (const auto same = same_layers().find(type); same != same_layers().end()) {
            add(name, same->second.layer, same->second.set, node.inputs, same->second.attributes);
        } else if (type == "Identity") {
            made_[name] = made_.at(node.inputs[0]);
            types_[name] = types_.at(node.inputs[0]);
        } else if (type == "Cast") {
            add(name, "Convert", 1, node.inputs,
                {{"destination_type", element_type(attribute<std::int64_t>(node, "to"))}});
        } else if (type.ends_with("Conv") || type.ends_with("ConvTranspose") || type.ends_with("Pool")) {
            add_window(node);
        } else if (type == "FakeQuantize") {
            add(name, type, 1, node.inputs,
                {{"levels", std::to_string(attribute<std::int64_t>(node, "levels"))}, {"auto_broadcast", "numpy"}});
        } else if (type == "Clip") {
            add(name + "/low", "Maximum", 1, {node.inputs[0], node.inputs[1]}, {{"auto_broadcast", "numpy"}});
            add(name, "Minimum", 1, {name + "/low", node.inputs[2]}, {{"auto_broadcast", "numpy"}});
        } else if (type == "LeakyRelu") {
            add(name, "PReLU", 1, {node.inputs[0], add_float(name + "/slope", number("alpha"))}, {});
        } else if (type == "HardSigmoid") {
            const std::string alpha = add_float(name + "/alpha", number("alpha"));
            add(name, type, 1, {node.inputs[0], alpha, add_float(name + "/beta", number("beta"))}, {});
        } else if (type == "Elu") {
            add(name, type, 1, node.inputs, {{"alpha", fmt::format("{}", number("alpha"))}});
        } else if (type == "Gelu") {
            add(name, type, 7, node.inputs, {{"approximation_mode", node.attributes.empty() ? "ERF" : "TANH"}});
        } else if (type == "Flatten") {
            add(name, "Reshape", 1, {node.inputs[0], add_integers(name + "/shape", {0, -1})},
                {{"special_zero", "true"}});
        } else if (type == "Transpose") {
            add(name, type, 1, {node.inputs[0], add_integers(name + "/order", attribute<Extents>(node, "perm"))}, {});
        } else if (type == "Slice") {
            add(name, type, 8, {node.inputs[0], node.inputs[1], node.inputs[2], node.inputs[4], node.inputs[3]}, {});
        } else if (type == "Concat") {
            add(name, type, 1, node.inputs, {{"axis", std::to_string(attribute<std::int64_t>(node, "axis"))}});
        } else if (type == "Resize") {
            add_interpolation(node);
        } else if (type == "Softmax" || type == "LogSoftmax") {
            add(name, type == "Softmax" ? "SoftMax" : type, type == "Softmax" ? 8 : 5, node.inputs,
                {{"axis", std::to_string(attribute<std::int64_t>(node, "axis"))}});
        } else {
            throw NotExpressible(fmt::format("this exporter has no layer for {} in OpenVINO", type));
        }
    }

    std::map<std::string, std::pair<std::size_t, std::size_t>> made_;  ///< layer and port, by the name of the value
    std::map<std::string, std::string> types_;
    std::map<std::string, std::size_t> ranks_;  ///< of shapes: how many numbers they are
    Json layers_ = Json::array();
    Json edges_ = Json::array();
    std::string constants_;
};

}  // namespace

OpenvinoModel openvino_model(const graph::Case& value, const OnnxGraph& graph) {
    return Writer().model(value, graph);
}

}  // namespace difftest::harness
