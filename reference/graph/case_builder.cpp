#include "reference/graph/case_builder.hpp"

#include "reference/graph/validation.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace difftest::graph {

CaseBuilder::CaseBuilder(std::string name) {
    case_.name = std::move(name);
}

TensorId CaseBuilder::leaf(std::string name, TensorData data, TensorRole role) {
    case_.graph.tensors.push_back({std::move(name), data.type(), data.shape(), role, -1});
    case_.data.push_back(std::move(data));
    return static_cast<TensorId>(case_.graph.tensors.size() - 1);
}

TensorId CaseBuilder::input(std::string name, TensorData data) {
    return leaf(std::move(name), std::move(data), TensorRole::input);
}

TensorId CaseBuilder::constant(std::string name, TensorData data) {
    return leaf(std::move(name), std::move(data), TensorRole::constant);
}

TensorId CaseBuilder::scalar(std::string name, float value) {
    return constant(std::move(name), TensorData(DataType::f32, {}, {value}));
}

TensorId CaseBuilder::per_channel(std::string name, const std::vector<float>& values, std::size_t rank) {
    Shape shape(rank, 1);
    shape.at(1) = static_cast<std::int64_t>(values.size());
    return constant(std::move(name),
                    TensorData(DataType::f32, shape, std::vector<double>(values.begin(), values.end())));
}

TensorId CaseBuilder::node(std::string name, Operation operation, std::vector<TensorId> inputs, DataType output) {
    inputs.resize(slots_of(operation).size(), kAbsent);
    std::vector<Shape> shapes;
    for (const TensorId id : inputs) {
        shapes.push_back(id == kAbsent ? Shape{} : case_.graph.tensor(id).shape);
    }
    const ShapeResult inferred = infer_shape(operation, shapes);
    if (inferred.problem) {
        throw std::invalid_argument(fmt::format("{}: {} {}", name, inferred.problem->place, inferred.problem->message));
    }
    const auto node_id = static_cast<NodeId>(case_.graph.nodes.size());
    const auto tensor_id = static_cast<TensorId>(case_.graph.tensors.size());
    case_.graph.tensors.push_back({name, output, inferred.shape, TensorRole::intermediate, node_id});
    case_.data.emplace_back();
    case_.graph.nodes.push_back({std::move(name), std::move(operation), std::move(inputs), tensor_id});
    return tensor_id;
}

CaseBuilder& CaseBuilder::annotate(std::string key, std::string text) {
    case_.annotations[std::move(key)] = std::move(text);
    return *this;
}

Case CaseBuilder::build(const std::vector<TensorId>& outputs) const {
    Case result = case_;
    result.graph.tensors.clear();
    result.data.clear();
    std::vector<TensorId> moved(case_.graph.tensors.size());
    for (const TensorRole role : {TensorRole::input, TensorRole::constant, TensorRole::intermediate}) {
        for (std::size_t i = 0; i < case_.graph.tensors.size(); ++i) {
            if (case_.graph.tensors[i].role == role) {
                moved[i] = static_cast<TensorId>(result.graph.tensors.size());
                result.graph.tensors.push_back(case_.graph.tensors[i]);
                result.data.push_back(case_.data[i]);
            }
        }
    }
    const auto rename = [&](TensorId id) { return id == kAbsent ? kAbsent : moved[static_cast<std::size_t>(id)]; };
    for (Node& node : result.graph.nodes) {
        for (TensorId& id : node.inputs) {
            id = rename(id);
        }
        node.output = rename(node.output);
    }
    for (const TensorId id : outputs) {
        result.graph.outputs.push_back(rename(id));
    }
    return result;
}

}  // namespace difftest::graph
