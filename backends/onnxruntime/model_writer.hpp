#pragma once

#include "reference/graph/case.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace onnx {
class ModelProto;
}

namespace difftest::backends::onnxruntime {

using Attribute = std::variant<std::int64_t, float, std::vector<std::int64_t>>;
using Attributes = std::vector<std::pair<std::string, Attribute>>;

/// Writes one ONNX model, node by node. Values are known by their names; tensors of the case have "t" and their number.
class ModelWriter {
public:
    explicit ModelWriter(const graph::Case& value);
    ~ModelWriter();
    ModelWriter(const ModelWriter&) = delete;
    ModelWriter& operator=(const ModelWriter&) = delete;

    /// The name of a tensor of the case; a constant becomes part of the model when it is first named.
    std::string tensor(graph::TensorId id);

    /// A constant of the model.
    std::string constant(const graph::TensorData& data);
    std::string number(double value, graph::DataType type);
    /// A scalar for one value, a vector for more.
    std::string numbers(const std::vector<double>& values, graph::DataType type);
    std::string integers(const std::vector<std::int64_t>& values);

    /// A node's only result; in "com.microsoft" where `contributed`.
    std::string node(const char* type, const std::vector<std::string>& inputs, const Attributes& attributes = {},
                     bool contributed = false);

    /// Gives a value the name of a tensor of the case.
    void store(graph::TensorId id, const std::string& value);

    /// The file. The inputs and outputs of the model are those of the case, in its order.
    std::string bytes() const;

private:
    const graph::Case& value_;
    std::unique_ptr<onnx::ModelProto> model_;
    std::vector<bool> written_;
    std::size_t made_ = 0;
};

/// Names of the case's tensors in the model.
std::string name_in_model(graph::TensorId id);

/// The operators of a model in their order, joined by "+": "QLinearConv+Clip". Empty when the bytes are no model.
std::string operators_of_model(const std::string& bytes);

}  // namespace difftest::backends::onnxruntime
