#pragma once

#include "reference/graph/shape.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// An f32 model in the words of ONNX, as far as the quantizer knows them.
namespace difftest::harness {

/// Values in f64, so that integers and sums of products are exact; as a tensor of the model each is an f32.
struct RealTensor {
    graph::Shape shape;
    std::vector<double> values;
};

using ModelAttribute = std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>>;

struct ModelNode {
    std::string name;
    std::string type;                 ///< the operator
    std::vector<std::string> inputs;  ///< "" = not given
    std::string output;
    std::map<std::string, ModelAttribute> attributes;

    /// "node NAME (TYPE)": how messages name it.
    std::string place() const;
    std::int64_t integer(const std::string& attribute, std::int64_t otherwise) const;
    float number(const std::string& attribute, float otherwise) const;
    std::vector<std::int64_t> integers(const std::string& attribute, const std::vector<std::int64_t>& otherwise) const;
    bool has_input(std::size_t slot) const { return slot < inputs.size() && !inputs[slot].empty(); }
};

struct FloatModel {
    std::string file;
    std::vector<ModelNode> nodes;                              ///< in topological order
    std::map<std::string, RealTensor> constants;               ///< f32 ones, and int64 shapes
    std::vector<std::pair<std::string, graph::Shape>> inputs;  ///< a dimension of -1 is free
    std::vector<std::string> outputs;
    std::int64_t operator_set = 0;

    bool is_constant(const std::string& tensor) const { return constants.contains(tensor); }
    bool is_output(const std::string& tensor) const;
    std::vector<const ModelNode*> consumers_of(const std::string& tensor) const;
    const ModelNode* producer_of(const std::string& tensor) const;
};

/// The operators that the quantizer knows, "Conv, ConvTranspose, ...".
std::string known_operators();

/// Reads a file. Throws InputError with one line naming the file and, where there is one, the node and its operator: no
/// file, no ONNX model, an operator outside the model, a type that is not f32, a node that reads what nothing has
/// written.
FloatModel read_float_model(const std::filesystem::path& file);

}  // namespace difftest::harness
