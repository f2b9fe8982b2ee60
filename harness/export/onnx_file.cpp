#include "harness/export/onnx_file.hpp"

#include <onnx/onnx_pb.h>

namespace difftest::harness {
namespace {

constexpr std::int64_t kFileVersion = 9;  ///< of operator set 20

int type_of(graph::DataType type) {
    switch (type) {
        case graph::DataType::f32: return onnx::TensorProto::FLOAT;
        case graph::DataType::u8: return onnx::TensorProto::UINT8;
        case graph::DataType::s8: return onnx::TensorProto::INT8;
        case graph::DataType::s32: return onnx::TensorProto::INT32;
        case graph::DataType::f16: return onnx::TensorProto::FLOAT16;
        case graph::DataType::bf16: return onnx::TensorProto::BFLOAT16;
    }
    return onnx::TensorProto::UNDEFINED;
}

/// Little-endian, as the machines are that difftest runs on.
void fill(onnx::TensorProto& to, const std::string& name, const graph::TensorData& values) {
    to.set_name(name);
    to.set_data_type(type_of(values.type()));
    for (const std::int64_t extent : values.shape()) {
        to.add_dims(extent);
    }
    const auto bytes = values.bytes();
    to.set_raw_data(bytes.data(), bytes.size());
}

void fill(onnx::TensorProto& to, const OnnxConstant& constant) {
    if (const auto* data = std::get_if<graph::TensorData>(&constant.values)) {
        fill(to, constant.name, *data);
        return;
    }
    const auto& numbers = std::get<std::vector<std::int64_t>>(constant.values);
    to.set_name(constant.name);
    to.set_data_type(onnx::TensorProto::INT64);
    to.add_dims(static_cast<std::int64_t>(numbers.size()));
    to.set_raw_data(numbers.data(), numbers.size() * sizeof(std::int64_t));
}

void fill(onnx::ValueInfoProto& to, const graph::Tensor& tensor) {
    to.set_name(tensor.name);
    auto& type = *to.mutable_type()->mutable_tensor_type();
    type.set_elem_type(type_of(tensor.type));
    auto& shape = *type.mutable_shape();
    for (const std::int64_t extent : tensor.shape) {
        shape.add_dim()->set_dim_value(extent);
    }
}

void fill(onnx::AttributeProto& to, const std::string& name, const OnnxAttribute& value) {
    to.set_name(name);
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        to.set_type(onnx::AttributeProto::INT);
        to.set_i(*integer);
    } else if (const auto* number = std::get_if<float>(&value)) {
        to.set_type(onnx::AttributeProto::FLOAT);
        to.set_f(*number);
    } else if (const auto* text = std::get_if<std::string>(&value)) {
        to.set_type(onnx::AttributeProto::STRING);
        to.set_s(*text);
    } else {
        to.set_type(onnx::AttributeProto::INTS);
        for (const std::int64_t each : std::get<std::vector<std::int64_t>>(value)) {
            to.add_ints(each);
        }
    }
}

}  // namespace

std::string onnx_model_bytes(const graph::Case& value, const OnnxGraph& graph) {
    onnx::ModelProto model;
    model.set_ir_version(kFileVersion);
    model.set_producer_name("difftest");
    model.add_opset_import()->set_version(kOnnxOperatorSet);
    onnx::GraphProto& to = *model.mutable_graph();
    to.set_name(value.name);
    for (const graph::Tensor& tensor : value.graph.tensors) {
        if (tensor.role == graph::TensorRole::input) {
            fill(*to.add_input(), tensor);
        }
    }
    for (const graph::TensorId id : value.graph.outputs) {
        fill(*to.add_output(), value.graph.tensor(id));
    }
    for (const OnnxConstant& constant : graph.constants) {
        fill(*to.add_initializer(), constant);
    }
    for (const OnnxNode& node : graph.nodes) {
        onnx::NodeProto& made = *to.add_node();
        made.set_op_type(node.type);
        made.set_name(node.output);
        for (const std::string& input : node.inputs) {
            made.add_input(input);
        }
        made.add_output(node.output);
        for (const auto& [name, attribute] : node.attributes) {
            fill(*made.add_attribute(), name, attribute);
        }
    }
    return model.SerializeAsString();
}

std::string onnx_tensor_bytes(const std::string& name, const graph::TensorData& values) {
    onnx::TensorProto tensor;
    fill(tensor, name, values);
    return tensor.SerializeAsString();
}

}  // namespace difftest::harness
