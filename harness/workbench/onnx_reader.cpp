#include "harness/campaign/input_error.hpp"
#include "harness/workbench/float_model.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <iterator>
#include <set>
#include <string_view>

namespace difftest::harness {
namespace {

constexpr std::array<std::string_view, 22> kOperators = {
    "Add",           "AveragePool", "Clip",    "Concat",  "Conv",
    "ConvTranspose", "Div",         "Flatten", "Gemm",    "GlobalAveragePool",
    "Identity",      "LeakyRelu",   "MatMul",  "Max",     "MaxPool",
    "Min",           "Mul",         "Relu",    "Reshape", "Sigmoid",
    "Sub",           "Tanh"};

[[noreturn]] void refuse(const std::string& file, const std::string& what) {
    throw InputError(fmt::format("{}: {}", file, what));
}

/// Elements from the raw bytes or from the typed field.
template <typename Element, typename Field>
std::vector<double> elements(const onnx::TensorProto& tensor, const Field& field) {
    std::vector<double> values;
    if (!tensor.has_raw_data()) {
        values.assign(field.begin(), field.end());
        return values;
    }
    const std::string& bytes = tensor.raw_data();
    for (std::size_t at = 0; at + sizeof(Element) <= bytes.size(); at += sizeof(Element)) {
        Element element;
        std::memcpy(&element, bytes.data() + at, sizeof(Element));
        values.push_back(static_cast<double>(element));
    }
    return values;
}

RealTensor tensor_of(const onnx::TensorProto& tensor, const std::string& file) {
    RealTensor result;
    result.shape.assign(tensor.dims().begin(), tensor.dims().end());
    if (tensor.data_location() == onnx::TensorProto::EXTERNAL) {
        refuse(file, fmt::format("constant {}: external data is not read", tensor.name()));
    }
    switch (tensor.data_type()) {
        case onnx::TensorProto::FLOAT: result.values = elements<float>(tensor, tensor.float_data()); break;
        case onnx::TensorProto::INT64: result.values = elements<std::int64_t>(tensor, tensor.int64_data()); break;
        default: refuse(file, fmt::format("constant {}: neither f32 nor int64", tensor.name()));
    }
    const auto count = graph::element_count(result.shape);
    if (!count || static_cast<std::size_t>(*count) != result.values.size()) {
        refuse(file, fmt::format("constant {}: {} values for the shape ({})", tensor.name(), result.values.size(),
                                 fmt::join(result.shape, ", ")));
    }
    return result;
}

ModelAttribute attribute_of(const onnx::AttributeProto& attribute, const ModelNode& node, const std::string& file) {
    switch (attribute.type()) {
        case onnx::AttributeProto::INT: return attribute.i();
        case onnx::AttributeProto::FLOAT: return attribute.f();
        case onnx::AttributeProto::STRING: return attribute.s();
        case onnx::AttributeProto::INTS:
            return std::vector<std::int64_t>(attribute.ints().begin(), attribute.ints().end());
        default:
            refuse(file, fmt::format("{}: attribute {} is of a type that is not read", node.place(), attribute.name()));
    }
}

ModelNode node_of(const onnx::NodeProto& from, int index, const std::string& file) {
    ModelNode node;
    node.name = from.name().empty() ? fmt::format("#{}", index) : from.name();
    node.type = from.op_type();
    const bool known = std::find(kOperators.begin(), kOperators.end(), node.type) != kOperators.end();
    if (!known || !(from.domain().empty() || from.domain() == "ai.onnx")) {
        refuse(file, fmt::format("{}: the quantizer does not know this operator (it knows {})", node.place(),
                                 known_operators()));
    }
    node.inputs.assign(from.input().begin(), from.input().end());
    if (from.output_size() < 1 || (from.output_size() > 1 && !from.output(1).empty())) {
        refuse(file, fmt::format("{}: not one output", node.place()));
    }
    node.output = from.output(0);
    for (const onnx::AttributeProto& attribute : from.attribute()) {
        node.attributes.emplace(attribute.name(), attribute_of(attribute, node, file));
    }
    const auto padding = node.attributes.find("auto_pad");
    const auto* kind = padding == node.attributes.end() ? nullptr : std::get_if<std::string>(&padding->second);
    if (kind != nullptr && *kind != "NOTSET") {
        refuse(file, fmt::format("{}: auto_pad {} (only explicit pads)", node.place(), *kind));
    }
    return node;
}

graph::Shape shape_of(const onnx::ValueInfoProto& value) {
    graph::Shape shape;
    for (const auto& dimension : value.type().tensor_type().shape().dim()) {
        shape.push_back(dimension.has_dim_value() ? dimension.dim_value() : -1);
    }
    return shape;
}

void check_order(const FloatModel& model) {
    std::set<std::string> written;
    for (const auto& [name, tensor] : model.constants) {
        written.insert(name);
    }
    for (const auto& [name, shape] : model.inputs) {
        written.insert(name);
    }
    for (const ModelNode& node : model.nodes) {
        for (const std::string& input : node.inputs) {
            if (!input.empty() && !written.contains(input)) {
                refuse(model.file, fmt::format("{}: reads {}, which nothing has written", node.place(), input));
            }
        }
        if (!written.insert(node.output).second) {
            refuse(model.file, fmt::format("{}: writes {}, which is there already", node.place(), node.output));
        }
    }
    for (const std::string& output : model.outputs) {
        if (!written.contains(output)) {
            refuse(model.file, fmt::format("output {}: nothing writes it", output));
        }
    }
}

onnx::ModelProto parsed(const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) {
        refuse(file, "cannot be read");
    }
    const std::string bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
    onnx::ModelProto proto;
    if (bytes.empty() || !proto.ParseFromString(bytes) || !proto.has_graph() || proto.graph().node_size() == 0) {
        refuse(file, "no ONNX model");
    }
    return proto;
}

}  // namespace

std::string known_operators() {
    return fmt::format("{}", fmt::join(kOperators, ", "));
}

FloatModel read_float_model(const std::filesystem::path& path) {
    FloatModel model;
    model.file = path.string();
    const onnx::ModelProto proto = parsed(model.file);
    for (const auto& set : proto.opset_import()) {
        model.operator_set = set.domain().empty() || set.domain() == "ai.onnx" ? set.version() : model.operator_set;
    }
    constexpr std::int64_t kOldest = 13;  // DequantizeLinear has an axis since then
    if (model.operator_set < kOldest) {
        refuse(model.file, fmt::format("operator set {}: QDQ needs {} or later", model.operator_set, kOldest));
    }
    for (const onnx::TensorProto& tensor : proto.graph().initializer()) {
        model.constants.emplace(tensor.name(), tensor_of(tensor, model.file));
    }
    for (const onnx::ValueInfoProto& input : proto.graph().input()) {
        if (model.is_constant(input.name())) {
            continue;
        }
        if (input.type().tensor_type().elem_type() != onnx::TensorProto::FLOAT) {
            refuse(model.file, fmt::format("input {}: not f32", input.name()));
        }
        model.inputs.emplace_back(input.name(), shape_of(input));
    }
    for (const onnx::ValueInfoProto& output : proto.graph().output()) {
        model.outputs.push_back(output.name());
    }
    int index = 0;
    for (const onnx::NodeProto& node : proto.graph().node()) {
        model.nodes.push_back(node_of(node, index++, model.file));
    }
    check_order(model);
    return model;
}

}  // namespace difftest::harness
