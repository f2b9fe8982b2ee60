#include "backends/onnxruntime/model_writer.hpp"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>

namespace difftest::backends::onnxruntime {
namespace {

constexpr std::int64_t kFileVersion = 9;  // of operator set 20
constexpr std::int64_t kOperatorSet = 20;

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
    to.set_raw_data(values.bytes().data(), values.bytes().size());
}

void fill(onnx::ValueInfoProto& to, const std::string& name, const graph::Tensor& tensor) {
    to.set_name(name);
    auto& type = *to.mutable_type()->mutable_tensor_type();
    type.set_elem_type(type_of(tensor.type));
    for (const std::int64_t extent : tensor.shape) {
        type.mutable_shape()->add_dim()->set_dim_value(extent);
    }
    type.mutable_shape();
}

void fill(onnx::AttributeProto& to, const std::string& name, const Attribute& value) {
    to.set_name(name);
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        to.set_type(onnx::AttributeProto::INT);
        to.set_i(*integer);
    } else if (const auto* real = std::get_if<float>(&value)) {
        to.set_type(onnx::AttributeProto::FLOAT);
        to.set_f(*real);
    } else {
        to.set_type(onnx::AttributeProto::INTS);
        for (const std::int64_t each : std::get<std::vector<std::int64_t>>(value)) {
            to.add_ints(each);
        }
    }
}

}  // namespace

std::string name_in_model(graph::TensorId id) {
    return fmt::format("t{}", id);
}

ModelWriter::ModelWriter(const graph::Case& value)
    : value_(value), model_(std::make_unique<onnx::ModelProto>()), written_(value.graph.tensors.size(), false) {
    model_->set_ir_version(kFileVersion);
    model_->add_opset_import()->set_version(kOperatorSet);
    auto& contributed = *model_->add_opset_import();
    contributed.set_domain("com.microsoft");
    contributed.set_version(1);
    onnx::GraphProto& graph = *model_->mutable_graph();
    graph.set_name("case");
    for (std::size_t i = 0; i < value.graph.tensors.size(); ++i) {
        const auto id = static_cast<graph::TensorId>(i);
        if (value.graph.tensors[i].role == graph::TensorRole::input) {
            fill(*graph.add_input(), name_in_model(id), value.graph.tensors[i]);
        }
    }
    for (const graph::TensorId id : value.graph.outputs) {
        fill(*graph.add_output(), name_in_model(id), value.graph.tensor(id));
    }
}

ModelWriter::~ModelWriter() = default;

std::string ModelWriter::tensor(graph::TensorId id) {
    const auto at = static_cast<std::size_t>(id);
    if (value_.graph.tensors[at].role == graph::TensorRole::constant && !written_[at]) {
        fill(*model_->mutable_graph()->add_initializer(), name_in_model(id), value_.data[at]);
        written_[at] = true;
    }
    return name_in_model(id);
}

std::string ModelWriter::constant(const graph::TensorData& data) {
    std::string name = fmt::format("c{}", made_++);
    fill(*model_->mutable_graph()->add_initializer(), name, data);
    return name;
}

std::string ModelWriter::number(double value, graph::DataType type) {
    return constant(graph::TensorData(type, {}, {value}));
}

std::string ModelWriter::numbers(const std::vector<double>& values, graph::DataType type) {
    return values.size() == 1 ? number(values.front(), type)
                              : constant(graph::TensorData(type, {static_cast<std::int64_t>(values.size())}, values));
}

std::string ModelWriter::integers(const std::vector<std::int64_t>& values) {
    std::string name = fmt::format("c{}", made_++);
    onnx::TensorProto& to = *model_->mutable_graph()->add_initializer();
    to.set_name(name);
    to.set_data_type(onnx::TensorProto::INT64);
    to.add_dims(static_cast<std::int64_t>(values.size()));
    to.set_raw_data(values.data(), values.size() * sizeof(std::int64_t));
    return name;
}

std::string ModelWriter::node(const char* type, const std::vector<std::string>& inputs, const Attributes& attributes,
                              bool contributed) {
    onnx::NodeProto& node = *model_->mutable_graph()->add_node();
    std::string result = fmt::format("v{}", made_++);
    node.set_op_type(type);
    node.set_name(fmt::format("n{}", made_++));
    if (contributed) {
        node.set_domain("com.microsoft");
    }
    for (const std::string& input : inputs) {
        node.add_input(input);
    }
    node.add_output(result);
    for (const auto& [name, value] : attributes) {
        fill(*node.add_attribute(), name, value);
    }
    return result;
}

void ModelWriter::store(graph::TensorId id, const std::string& value) {
    auto& nodes = *model_->mutable_graph()->mutable_node();
    const bool made_last = !nodes.empty() && nodes.rbegin()->output(0) == value;
    if (made_last) {
        nodes.rbegin()->set_output(0, name_in_model(id));
        return;
    }
    node("Identity", {value});
    nodes.rbegin()->set_output(0, name_in_model(id));
}

std::string ModelWriter::bytes() const {
    return model_->SerializeAsString();
}

std::string operators_of_model(const std::string& bytes) {
    onnx::ModelProto model;
    std::string text;
    if (!model.ParseFromString(bytes)) {
        return text;
    }
    for (const onnx::NodeProto& node : model.graph().node()) {
        text += fmt::format("{}{}", text.empty() ? "" : "+", node.op_type());
    }
    return text;
}

}  // namespace difftest::backends::onnxruntime
