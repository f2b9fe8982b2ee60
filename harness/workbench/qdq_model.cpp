#include "harness/workbench/qdq_model.hpp"

#include "harness/campaign/input_error.hpp"

#include <onnx/onnx_pb.h>

#include <fstream>
#include <iterator>
#include <set>

namespace difftest::harness {
namespace {

/// Integers of a type of up to 4 bytes, as raw bytes.
template <typename Integer>
void add_integers(onnx::GraphProto& graph, const std::string& name, int type, const std::vector<std::int32_t>& values,
                  const graph::Shape& shape) {
    onnx::TensorProto& tensor = *graph.add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(type);
    for (const std::int64_t extent : shape) {
        tensor.add_dims(extent);
    }
    std::vector<Integer> narrow;
    for (const std::int32_t value : values) {
        narrow.push_back(static_cast<Integer>(value));
    }
    tensor.set_raw_data(narrow.data(), narrow.size() * sizeof(Integer));
}

void add_scales(onnx::GraphProto& graph, const std::string& name, const std::vector<float>& values, bool is_scalar) {
    onnx::TensorProto& tensor = *graph.add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    if (!is_scalar) {
        tensor.add_dims(static_cast<std::int64_t>(values.size()));
    }
    tensor.set_raw_data(values.data(), values.size() * sizeof(float));
}

class Writer {
public:
    Writer(const FloatModel& model, const QuantizationPlan& plan, onnx::GraphProto& graph)
        : model_(model), plan_(plan), graph_(graph), old_(graph) {}

    void write() {
        graph_.clear_node();
        graph_.clear_initializer();
        for (const onnx::TensorProto& tensor : old_.initializer()) {
            if (!plan_.weights.contains(tensor.name()) && !plan_.biases.contains(tensor.name()) &&
                !plan_.activations.contains(tensor.name())) {
                *graph_.add_initializer() = tensor;
            }
        }
        for (const auto& [name, weight] : plan_.weights) {
            write_weight(name, weight);
        }
        for (const auto& [name, bias] : plan_.biases) {
            write_bias(name, bias);
        }
        for (const auto& [name, activation] : plan_.activations) {
            write_parameters(name, activation);
            if (model_.is_constant(name)) {
                write_constant(name, activation);
            } else if (model_.producer_of(name) == nullptr) {  // an input
                write_pair(name, name, name + "_DequantizeLinear_Output");
                read_as_[name] = name + "_DequantizeLinear_Output";
            }
        }
        for (const onnx::NodeProto& node : old_.node()) {
            write_node(node);
        }
    }

private:
    onnx::NodeProto& add_node(const std::string& type, const std::string& name, const std::vector<std::string>& inputs,
                              const std::string& output) {
        onnx::NodeProto& node = *graph_.add_node();
        node.set_op_type(type);
        node.set_name(name);
        for (const std::string& input : inputs) {
            node.add_input(input);
        }
        node.add_output(output);
        return node;
    }

    static void set_axis(onnx::NodeProto& node, std::int64_t axis) {
        onnx::AttributeProto& attribute = *node.add_attribute();
        attribute.set_name("axis");
        attribute.set_type(onnx::AttributeProto::INT);
        attribute.set_i(axis);
    }

    void write_weight(const std::string& name, const WeightParameters& weight) {
        const auto count = static_cast<std::int64_t>(weight.scales.size());
        const bool is_scalar = !weight.axis;
        const std::vector<std::int32_t> zeros(weight.scales.size(), 0);
        add_integers<std::int8_t>(graph_, name + "_quantized", onnx::TensorProto::INT8, weight.values,
                                  model_.constants.at(name).shape);
        add_scales(graph_, name + "_scale", weight.scales, is_scalar);
        add_integers<std::int8_t>(graph_, name + "_zero_point", onnx::TensorProto::INT8, zeros,
                                  is_scalar ? graph::Shape{} : graph::Shape{count});
        read_as_[name] = name + "_DequantizeLinear_Output";
        onnx::NodeProto& node = add_node("DequantizeLinear", name + "_DequantizeLinear",
                                         {name + "_quantized", name + "_scale", name + "_zero_point"}, read_as_[name]);
        if (!is_scalar) {
            set_axis(node, *weight.axis);
        }
    }

    void write_bias(const std::string& name, const BiasParameters& bias) {
        const std::vector<float>& scales = bias.quantized.scales;
        const bool is_scalar = scales.size() == 1;
        add_integers<std::int32_t>(graph_, name + "_quantized", onnx::TensorProto::INT32, bias.quantized.values,
                                   model_.constants.at(name).shape);
        add_scales(graph_, name + "_quantized_scale", scales, is_scalar);
        add_integers<std::int32_t>(graph_, name + "_quantized_zero_point", onnx::TensorProto::INT32,
                                   std::vector<std::int32_t>(scales.size(), 0),
                                   is_scalar ? graph::Shape{} : graph::Shape{static_cast<std::int64_t>(scales.size())});
        read_as_[name] = name + "_DequantizeLinear_Output";
        onnx::NodeProto& node =
            add_node("DequantizeLinear", name + "_DequantizeLinear",
                     {name + "_quantized", name + "_quantized_scale", name + "_quantized_zero_point"}, read_as_[name]);
        if (!is_scalar) {
            set_axis(node, 0);
        }
    }

    void write_parameters(const std::string& name, const ActivationParameters& activation) {
        add_scales(graph_, name + "_scale", {activation.affine.scale}, true);
        add_activation_integers(name + "_zero_point", {activation.affine.zero_point}, {});
    }

    void add_activation_integers(const std::string& name, const std::vector<std::int32_t>& values,
                                 const graph::Shape& shape) {
        if (plan_.activation_integers.lowest < 0) {
            add_integers<std::int8_t>(graph_, name, onnx::TensorProto::INT8, values, shape);
        } else {
            add_integers<std::uint8_t>(graph_, name, onnx::TensorProto::UINT8, values, shape);
        }
    }

    /// A constant operand of an element-wise operator.
    void write_constant(const std::string& name, const ActivationParameters& activation) {
        const RealTensor& tensor = model_.constants.at(name);
        std::vector<std::int32_t> values;
        for (const double value : tensor.values) {
            values.push_back(
                quantize::quantized(static_cast<float>(value), activation.affine, plan_.activation_integers));
        }
        add_activation_integers(name + "_quantized", values, tensor.shape);
        read_as_[name] = name + "_DequantizeLinear_Output";
        add_node("DequantizeLinear", name + "_DequantizeLinear",
                 {name + "_quantized", name + "_scale", name + "_zero_point"}, read_as_[name]);
    }

    void write_pair(const std::string& name, const std::string& from, const std::string& to) {
        const std::string middle = name + "_QuantizeLinear_Output";
        add_node("QuantizeLinear", name + "_QuantizeLinear", {from, name + "_scale", name + "_zero_point"}, middle);
        add_node("DequantizeLinear", name + "_DequantizeLinear", {middle, name + "_scale", name + "_zero_point"}, to);
    }

    /// An output of the model keeps its name, so what its node writes has another one.
    void write_node(const onnx::NodeProto& old) {
        onnx::NodeProto& node = *graph_.add_node();
        node = old;
        for (std::string& input : *node.mutable_input()) {
            const auto found = read_as_.find(input);
            input = found == read_as_.end() ? input : found->second;
        }
        const std::string& output = old.output(0);
        if (!plan_.activations.contains(output)) {
            return;
        }
        const bool is_output = model_.is_output(output);
        const std::string from = is_output ? output + "_QuantizeLinear_Input" : output;
        const std::string to = is_output ? output : output + "_DequantizeLinear_Output";
        node.set_output(0, from);
        read_as_[output] = to;
        write_pair(output, from, to);
    }

    const FloatModel& model_;
    const QuantizationPlan& plan_;
    onnx::GraphProto& graph_;
    const onnx::GraphProto old_;
    std::map<std::string, std::string> read_as_;
};

}  // namespace

std::string qdq_model_bytes(const FloatModel& model, const QuantizationPlan& plan) {
    std::ifstream stream(model.file, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
    onnx::ModelProto proto;
    if (!proto.ParseFromString(bytes)) {
        throw InputError(model.file + ": no ONNX model any more");
    }
    proto.set_producer_name("difftest");
    Writer(model, plan, *proto.mutable_graph()).write();
    return proto.SerializeAsString();
}

}  // namespace difftest::harness
