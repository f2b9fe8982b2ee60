#pragma once

#include "harness/workbench/float_model.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

/// Evaluates a model with plain loops: sums of products in f64, so that integers are exact and a sum of f32 products is
/// rounded once.
namespace difftest::harness {

using Tensors = std::map<std::string, RealTensor>;

/// The result of a node, not rounded. `inputs`: its inputs in order, nullptr where none is given. Throws InputError
/// naming the node when shapes or attributes do not fit.
RealTensor evaluate_node(const ModelNode& node, const std::vector<const RealTensor*>& inputs);

/// The pieces of it, by family.
RealTensor evaluate_window(const ModelNode& node, const std::vector<const RealTensor*>& inputs);
RealTensor evaluate_product(const ModelNode& node, const std::vector<const RealTensor*>& inputs);
RealTensor evaluate_pointwise(const ModelNode& node, const std::vector<const RealTensor*>& inputs);
RealTensor evaluate_movement(const ModelNode& node, const std::vector<const RealTensor*>& inputs);

/// Throws InputError: "node NAME (TYPE): what".
[[noreturn]] void refuse_node(const ModelNode& node, const std::string& what);

/// Rounds every value to f32.
void round_to_single(RealTensor& tensor);

/// What happens to a tensor once it is there: an input or the result of a node.
using TensorHook = std::function<void(const std::string& name, RealTensor& tensor)>;

/// Replaces the evaluation of a node; empty: evaluate_node and rounding to f32.
using NodeRule =
    std::function<bool(const ModelNode& node, const std::vector<const RealTensor*>& inputs, RealTensor& out)>;

/// Every tensor of the model but its constants. `constants` are used instead of the model's.
Tensors evaluate_model(const FloatModel& model, const Tensors& constants, const Tensors& inputs, const TensorHook& hook,
                       const NodeRule& rule = {});

}  // namespace difftest::harness
