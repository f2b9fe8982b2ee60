#include "reference/graph/names.hpp"
#include "reference/graph/node_rules.hpp"
#include "reference/graph/size_rules.hpp"
#include "reference/graph/validation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace difftest::graph {
namespace {

std::string node_place(std::size_t node) {
    return fmt::format("/graph/nodes/{}", node);
}

Problem at(const std::string& place, Problem problem) {
    return {place + problem.place, std::move(problem.message)};
}

/// Checks a graph step by step; every step may rely on those before it. Each returns the first problem it finds.
class GraphValidator {
public:
    GraphValidator(const Graph& graph, const Limits& limits) : graph_(graph), limits_(limits) {}

    std::optional<Problem> validate() {
        for (const auto step :
             {&GraphValidator::check_order, &GraphValidator::check_names, &GraphValidator::check_sizes,
              &GraphValidator::check_nodes, &GraphValidator::check_outputs, &GraphValidator::check_use}) {
            if (auto found = (this->*step)()) {
                return found;
            }
        }
        return std::nullopt;
    }

private:
    /// Tensors are inputs, constants and node outputs, in this order, the latter in the order of their nodes. So a case
    /// file determines all ids, and "a node reads only what stands before it" is a comparison of ids.
    std::optional<Problem> check_order() {
        if (graph_.nodes.size() > limits_.nodes) {
            return Problem{"/graph/nodes",
                           fmt::format("{} nodes are more than {}", graph_.nodes.size(), limits_.nodes)};
        }
        if (graph_.tensors.size() < graph_.nodes.size()) {
            return Problem{"/graph", "there are fewer tensors than nodes"};
        }
        declared_ = graph_.tensors.size() - graph_.nodes.size();
        std::size_t inputs = 0;
        for (std::size_t i = 0; i < declared_; ++i) {
            const Tensor& tensor = graph_.tensors[i];
            const bool input = tensor.role == TensorRole::input;
            inputs += input ? 1 : 0;
            const bool in_order = input ? inputs == i + 1 : tensor.role == TensorRole::constant;
            if (!in_order || tensor.producer != -1) {
                return Problem{"/graph", "tensors do not stand in the order inputs, constants, node outputs"};
            }
            places_.push_back(input ? fmt::format("/graph/inputs/{}", i)
                                    : fmt::format("/graph/constants/{}", i - inputs));
        }
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
            const Tensor& tensor = graph_.tensors[declared_ + i];
            if (tensor.role != TensorRole::intermediate || tensor.producer != static_cast<NodeId>(i) ||
                graph_.nodes[i].output != static_cast<TensorId>(declared_ + i)) {
                return Problem{node_place(i), "the node's output does not stand at its place among the tensors"};
            }
            places_.push_back(node_place(i) + "/output");
        }
        return std::nullopt;
    }

    std::optional<Problem> check_names() {
        std::unordered_set<std::string_view> names;
        for (std::size_t i = 0; i < graph_.tensors.size(); ++i) {
            if (auto found = check_name(graph_.tensors[i].name, places_[i], "tensor", names)) {
                return found;
            }
        }
        names.clear();
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
            if (auto found = check_name(graph_.nodes[i].name, node_place(i), "node", names)) {
                return found;
            }
        }
        return std::nullopt;
    }

    static std::optional<Problem> check_name(const std::string& name, const std::string& place, std::string_view kind,
                                             std::unordered_set<std::string_view>& names) {
        if (auto complaint = complaint_about_name(name)) {
            return Problem{place + "/name", *std::move(complaint)};
        }
        if (!names.insert(name).second) {
            return Problem{place + "/name", fmt::format("another {} has the name {}", kind, in_quotes(name))};
        }
        return std::nullopt;
    }

    std::optional<Problem> check_sizes() {
        for (std::size_t i = 0; i < graph_.tensors.size(); ++i) {
            const Tensor& tensor = graph_.tensors[i];
            // A node's output has no shape of its own in the file: the place is the node.
            const std::string place = i < declared_ ? places_[i] + "/shape" : node_place(i - declared_);
            if (auto complaint = complaint_about_shape(tensor.shape, limits_)) {
                return Problem{place, *std::move(complaint)};
            }
        }
        return problem_of_total_size(graph_, limits_);
    }

    std::optional<Problem> check_nodes() {
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
            if (auto found = check_node(i)) {
                return at(node_place(i), *std::move(found));
            }
        }
        return std::nullopt;
    }

    std::optional<Problem> check_node(std::size_t index) {
        const Node& node = graph_.nodes[index];
        const auto slots = slots_of(node.operation);
        if (node.inputs.size() != slots.size()) {
            return Problem{"/inputs", fmt::format("{} inputs for {} slots", node.inputs.size(), slots.size())};
        }
        std::vector<Shape> shapes;
        for (std::size_t i = 0; i < slots.size(); ++i) {
            const TensorId id = node.inputs[i];
            if (id == kAbsent && slots[i].optional) {
                shapes.emplace_back();
                continue;
            }
            const std::string place = fmt::format("/inputs/{}", slots[i].name);
            if (id == kAbsent) {
                return Problem{place, "the input is missing"};
            }
            if (id < 0 || id >= node.output) {
                return Problem{place, "the node reads a tensor that does not stand before it"};
            }
            shapes.push_back(graph_.tensor(id).shape);
        }
        if (auto found = problem_of_node(graph_, node)) {
            return found;
        }
        const ShapeResult inferred = infer_shape(node.operation, shapes);
        if (inferred.problem) {
            return inferred.problem;
        }
        if (inferred.shape != graph_.tensor(node.output).shape) {
            return Problem{"/output/shape",
                           fmt::format("shape {} where {} follows from the inputs",
                                       to_string(graph_.tensor(node.output).shape), to_string(inferred.shape))};
        }
        const double work = multiply_accumulates_of(graph_, node);
        if (work > static_cast<double>(limits_.multiply_accumulates)) {
            return Problem{"", fmt::format("{:.0f} multiply-accumulate operations are more than {}", work,
                                           limits_.multiply_accumulates)};
        }
        return std::nullopt;
    }

    std::optional<Problem> check_outputs() {
        if (graph_.outputs.empty()) {
            return Problem{"/graph/outputs", "there is no output"};
        }
        for (std::size_t i = 0; i < graph_.outputs.size(); ++i) {
            const TensorId id = graph_.outputs[i];
            const std::string place = fmt::format("/graph/outputs/{}", i);
            if (id < 0 || id >= static_cast<TensorId>(graph_.tensors.size())) {
                return Problem{place, "there is no such tensor"};
            }
            if (graph_.tensor(id).role != TensorRole::intermediate) {
                return Problem{place, fmt::format("{} is not the output of a node", in_quotes(graph_.tensor(id).name))};
            }
            if (std::find(graph_.outputs.begin(), graph_.outputs.begin() + static_cast<std::ptrdiff_t>(i), id) !=
                graph_.outputs.begin() + static_cast<std::ptrdiff_t>(i)) {
                return Problem{place, fmt::format("{} stands twice", in_quotes(graph_.tensor(id).name))};
            }
        }
        return std::nullopt;
    }

    /// A node whose result nobody reads would look tested without being so.
    std::optional<Problem> check_use() {
        std::vector<bool> used(graph_.tensors.size(), false);
        for (const TensorId id : graph_.outputs) {
            used[static_cast<std::size_t>(id)] = true;
        }
        for (const Node& node : graph_.nodes) {
            for (const TensorId id : node.inputs) {
                if (id != kAbsent) {
                    used[static_cast<std::size_t>(id)] = true;
                }
            }
        }
        for (std::size_t i = declared_; i < used.size(); ++i) {
            if (!used[i]) {
                return Problem{node_place(i - declared_),
                               "the node's output is neither read nor an output of the graph"};
            }
        }
        return std::nullopt;
    }

    const Graph& graph_;
    const Limits& limits_;
    std::size_t declared_ = 0;         ///< inputs and constants stand before this tensor
    std::vector<std::string> places_;  ///< of each tensor
};

}  // namespace

std::optional<Problem> validate_graph(const Graph& graph, const Limits& limits) {
    return GraphValidator(graph, limits).validate();
}

}  // namespace difftest::graph
