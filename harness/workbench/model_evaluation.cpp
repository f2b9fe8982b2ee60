#include "harness/workbench/model_evaluation.hpp"

#include "harness/campaign/input_error.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace difftest::harness {
namespace {

template <std::size_t count>
bool is_one_of(const std::string& type, const std::array<std::string_view, count>& types) {
    return std::find(types.begin(), types.end(), type) != types.end();
}

constexpr std::array<std::string_view, 5> kWindows = {"Conv", "ConvTranspose", "MaxPool", "AveragePool",
                                                      "GlobalAveragePool"};
constexpr std::array<std::string_view, 2> kProducts = {"Gemm", "MatMul"};
constexpr std::array<std::string_view, 4> kMovements = {"Concat", "Flatten", "Identity", "Reshape"};

}  // namespace

void refuse_node(const ModelNode& node, const std::string& what) {
    throw InputError(node.place() + ": " + what);
}

void round_to_single(RealTensor& tensor) {
    for (double& value : tensor.values) {
        value = static_cast<float>(value);
    }
}

RealTensor evaluate_node(const ModelNode& node, const std::vector<const RealTensor*>& inputs) {
    if (inputs.empty() || inputs[0] == nullptr) {
        refuse_node(node, "no input");
    }
    if (is_one_of(node.type, kWindows)) {
        return evaluate_window(node, inputs);
    }
    if (is_one_of(node.type, kProducts)) {
        return evaluate_product(node, inputs);
    }
    return is_one_of(node.type, kMovements) ? evaluate_movement(node, inputs) : evaluate_pointwise(node, inputs);
}

Tensors evaluate_model(const FloatModel& model, const Tensors& constants, const Tensors& inputs, const TensorHook& hook,
                       const NodeRule& rule) {
    Tensors tensors = inputs;
    for (auto& [name, tensor] : tensors) {
        hook(name, tensor);
    }
    for (const ModelNode& node : model.nodes) {
        std::vector<const RealTensor*> operands;
        for (const std::string& input : node.inputs) {
            const auto constant = constants.find(input);
            operands.push_back(input.empty()                 ? nullptr
                               : constant != constants.end() ? &constant->second
                                                             : &tensors.at(input));
        }
        RealTensor result;
        if (!rule || !rule(node, operands, result)) {
            result = evaluate_node(node, operands);
            round_to_single(result);
        }
        hook(node.output, result);
        tensors.insert_or_assign(node.output, std::move(result));
    }
    return tensors;
}

}  // namespace difftest::harness
