#include "harness/campaign/case_features.hpp"

#include "reference/graph/enumeration_names.hpp"
#include "reference/graph/operation_attributes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <variant>

namespace difftest::harness {
namespace {

using graph::Graph;
using graph::Node;
using graph::Shape;
using graph::TensorId;

constexpr std::int64_t kCostOfNode = 1000;
constexpr std::int64_t kVectorBlock = 16;

class AttributeWords {
public:
    AttributeWords(const graph::Case& value, const Node& node) : value_(value), graph_(value.graph), node_(node) {}

    std::vector<std::string> words() {
        words_.insert(types());
        std::visit([this](const auto& op) { describe(op); }, node_.operation);
        return {words_.begin(), words_.end()};
    }

private:
    const Shape& shape(std::size_t slot) const { return graph_.tensor(node_.inputs[slot]).shape; }

    std::string types() const {
        std::string text;
        for (std::size_t slot = 0; slot < std::min<std::size_t>(2, node_.inputs.size()); ++slot) {
            if (node_.inputs[slot] != graph::kAbsent) {
                text +=
                    fmt::format("{}{}", slot == 0 ? "" : "*", graph::name_of(graph_.tensor(node_.inputs[slot]).type));
            }
        }
        return fmt::format("{}->{}", text, graph::name_of(graph_.tensor(node_.output).type));
    }

    void say_if(bool condition, std::string_view word) {
        if (condition) {
            words_.emplace(word);
        }
    }

    template <typename Op>
    void describe(const Op& op) {
        if constexpr (requires { op.algorithm; }) {
            words_.emplace(graph::name_of_value(op.algorithm));
        }
        if constexpr (requires { op.strides; }) {
            describe_window(op);
        }
        if constexpr (requires { op.rounding; }) {
            words_.emplace(graph::name_of_value(op.rounding));
        }
        if constexpr (requires { op.form; }) {
            words_.emplace(graph::name_of_value(op.form));
        }
        if constexpr (requires { op.levels; }) {
            say_if(has_empty_range(), "equal input bounds");
        }
        if constexpr (requires { op.layout; }) {
            words_.emplace(graph::name_of_value(op.layout));
        }
        if (graph::is_contraction(node_.operation)) {
            describe_contraction();
        } else if (graph::is_elementwise(node_.operation)) {
            describe_broadcast();
        }
    }

    /// Of a fake_quantize: it is a step then, a comparison to libraries.
    bool has_empty_range() const {
        const graph::TensorData& low = value_.data_of(node_.inputs[1]);
        return low.size() > 0 && low == value_.data_of(node_.inputs[2]);
    }

    template <typename Op>
    void describe_window(const Op& op) {
        const Shape& data = shape(0);
        words_.insert(fmt::format("{}-D", op.strides.size()));
        for (std::size_t d = 0; d < op.strides.size(); ++d) {
            const std::int64_t kernel = kernel_size(op, d);
            const std::int64_t reach = (kernel - 1) * op.dilations[d];
            say_if(op.strides[d] > 1, "stride>1");
            say_if(op.dilations[d] > 1, "dilation>1");
            say_if(kernel < op.strides[d], "kernel<stride");
            say_if(kernel > 1, "kernel>1");
            say_if(op.pads_begin[d] > 0 || op.pads_end[d] > 0, "padding");
            say_if(op.pads_begin[d] != op.pads_end[d], "asymmetric padding");
            say_if(op.pads_begin[d] > reach || op.pads_end[d] > reach, "padding>=kernel");
            say_if(data[d + 2] == 1, "spatial extent 1");
            if constexpr (requires { op.output_padding; }) {
                say_if(op.output_padding[d] > 0, "output padding");
            }
        }
        say_if(data[0] > 1, "batch>1");
    }

    template <typename Op>
    std::int64_t kernel_size(const Op& op, std::size_t d) const {
        if constexpr (requires { op.kernel; }) {
            return op.kernel[d];
        } else {
            return shape(1)[d + 2];
        }
    }

    void describe_contraction() {
        const std::string grouping = grouping_of(graph_, node_);
        say_if(!grouping.empty(), grouping);
        say_if(node_.inputs[2] != graph::kAbsent, "bias");
        const std::string_view operands[] = {"first", "second"};
        for (std::size_t operand = 0; operand < 2; ++operand) {
            if (const TensorId zero_point = node_.inputs[3 + operand]; zero_point != graph::kAbsent) {
                const bool single = graph_.tensor(zero_point).shape.empty();
                words_.insert(fmt::format("{} zero point{}", operands[operand], single ? "" : " per channel"));
            }
        }
        if (shape(0).size() > 1 && !std::holds_alternative<graph::Matmul>(node_.operation)) {
            say_if(shape(0)[1] % kVectorBlock != 0, "input channel tail");
            say_if(shape(1)[0] % kVectorBlock != 0, "output channel tail");
            say_if(shape(0)[1] == 1, "1 input channel");
            say_if(shape(1)[0] == 1, "1 output channel");
        }
        say_if(graph_.tensor(node_.inputs[1]).role != graph::TensorRole::constant, "second operand not constant");
    }

    /// How the operands after the first lie on the result.
    void describe_broadcast() {
        const Shape& result = graph_.tensor(node_.output).shape;
        for (std::size_t slot = 1; slot < node_.inputs.size(); ++slot) {
            if (node_.inputs[slot] != graph::kAbsent) {
                words_.insert(broadcast_word(shape(slot), result));
            }
        }
        say_if(!node_.inputs.empty() && shape(0) != result, "first operand broadcast");
        say_if(result.size() > 1 && result[0] > 1, "batch>1");
        const bool points = std::all_of(result.begin() + std::min<std::ptrdiff_t>(2, std::ssize(result)), result.end(),
                                        [](std::int64_t size) { return size == 1; });
        say_if(result.size() > 2 && points, "all spatial extents 1");
    }

    static std::string broadcast_word(const Shape& operand, const Shape& result) {
        if (operand == result) {
            return "per element";
        }
        std::string word;
        for (std::size_t d = 0; d < operand.size(); ++d) {
            if (operand[d] != 1) {
                const std::size_t dimension = d + result.size() - operand.size();
                word += fmt::format("{}{}", word.empty() ? "" : ",", dimension);
            }
        }
        return word.empty() ? "per tensor" : word == "1" ? "per channel" : "per dimension " + word;
    }

    const graph::Case& value_;
    const Graph& graph_;
    const Node& node_;
    std::set<std::string> words_;
};

/// Words about the graph as a whole.
class GraphWords {
public:
    explicit GraphWords(const Graph& graph) : graph_(graph) {}

    std::vector<std::string> words() {
        const auto contractions = std::count_if(graph_.nodes.begin(), graph_.nodes.end(),
                                                [](const Node& node) { return graph::is_contraction(node.operation); });
        words_.insert(contractions == 0   ? "without a sum of products"
                      : contractions == 1 ? "one sum of products"
                                          : "several sums of products");
        words_.insert(graph_.nodes.size() == 1   ? "1 node"
                      : graph_.nodes.size() <= 4 ? "2 to 4 nodes"
                      : graph_.nodes.size() <= 9 ? "5 to 9 nodes"
                                                 : "10 nodes and more");
        if (graph_.outputs.size() > 1) {
            words_.insert("several outputs");
        }
        describe_sharing();
        describe_repetition();
        if (std::count_if(graph_.nodes.begin(), graph_.nodes.end(),
                          [this](const Node& node) { return is_affine_per_tensor(node); }) > 1) {
            words_.insert("several affine steps per tensor");
        }
        return {words_.begin(), words_.end()};
    }

private:
    bool is_computed(TensorId id) const { return id != graph::kAbsent && graph_.tensor(id).producer >= 0; }

    /// Such as libraries fuse as a linear function of one scale and one shift.
    bool is_affine_per_tensor(const Node& node) const {
        const auto* binary = std::get_if<graph::Binary>(&node.operation);
        const auto* eltwise = std::get_if<graph::Eltwise>(&node.operation);
        const bool quantizes = std::holds_alternative<graph::FakeQuantize>(node.operation) ||
                               std::holds_alternative<graph::Quantize>(node.operation) ||
                               std::holds_alternative<graph::Requantize>(node.operation) ||
                               std::holds_alternative<graph::Dequantize>(node.operation);
        const bool affine = quantizes || (binary != nullptr && binary->algorithm <= graph::BinaryAlgorithm::multiply) ||
                            (eltwise != nullptr && eltwise->algorithm == graph::EltwiseAlgorithm::linear);
        return affine && std::all_of(node.inputs.begin() + 1, node.inputs.end(), [this](TensorId id) {
                   return id == graph::kAbsent || graph::element_count(graph_.tensor(id).shape) == 1;
               });
    }

    void describe_sharing() {
        for (std::size_t id = 0; id < graph_.tensors.size(); ++id) {
            const auto tensor = static_cast<TensorId>(id);
            if (is_computed(tensor) && graph_.consumers_of(tensor).size() > 1) {
                words_.insert("a result with two readers");
            }
        }
        for (const Node& node : graph_.nodes) {
            if (std::count_if(node.inputs.begin(), node.inputs.end(), [this](TensorId id) { return is_computed(id); }) >
                1) {
                words_.insert("branches that join");
            }
        }
    }

    void describe_repetition() {
        std::set<graph::EltwiseAlgorithm> seen;
        for (const Node& node : graph_.nodes) {
            if (const auto* eltwise = std::get_if<graph::Eltwise>(&node.operation)) {
                if (!seen.insert(eltwise->algorithm).second) {
                    words_.insert("an eltwise algorithm twice");
                }
            }
        }
    }

    const Graph& graph_;
    std::set<std::string> words_;
};

}  // namespace

std::string grouping_of(const Graph& graph, const Node& node) {
    return std::visit(
        [&](const auto& op) -> std::string {
            if constexpr (requires { op.groups; }) {
                const bool depthwise = op.groups > 1 && graph.tensor(node.inputs[1]).shape[1] == 1;
                return op.groups == 1 ? "dense" : depthwise ? "depthwise" : "grouped";
            } else {
                return "";
            }
        },
        node.operation);
}

std::vector<std::string> node_attributes(const graph::Case& value, graph::NodeId id) {
    return AttributeWords(value, value.graph.node(id)).words();
}

std::vector<std::string> features_of(const graph::Case& value, const std::vector<std::string>& nodes) {
    std::set<std::string> features;
    for (const std::string& name : nodes) {
        const auto id = value.graph.find_node(name);
        if (!id) {
            continue;
        }
        const std::string_view operation = graph::name_of(value.graph.node(*id).operation);
        for (const std::string& word : node_attributes(value, *id)) {
            features.insert(fmt::format("{} {}", operation, word));
        }
    }
    return {features.begin(), features.end()};
}

std::vector<std::vector<std::string>> case_features(const graph::Case& value) {
    std::set<std::vector<std::string>> features;
    for (std::size_t id = 0; id < value.graph.nodes.size(); ++id) {
        std::vector<std::string> of_node = node_attributes(value, static_cast<graph::NodeId>(id));
        of_node.emplace(of_node.begin(), graph::name_of(value.graph.nodes[id].operation));
        features.insert(std::move(of_node));
    }
    std::vector<std::string> whole = GraphWords(value.graph).words();
    whole.emplace(whole.begin(), "graph");
    features.insert(std::move(whole));
    return {features.begin(), features.end()};
}

std::vector<std::string> flat_features(const std::vector<std::vector<std::string>>& features) {
    std::vector<std::string> flat;
    for (const std::vector<std::string>& each : features) {
        for (std::size_t word = 1; word < each.size(); ++word) {
            flat.push_back(fmt::format("{} {}", each.front(), each[word]));
        }
    }
    std::sort(flat.begin(), flat.end());
    flat.erase(std::unique(flat.begin(), flat.end()), flat.end());
    return flat;
}

std::int64_t case_cost(const graph::Case& value) {
    std::int64_t cost = static_cast<std::int64_t>(value.graph.nodes.size()) * kCostOfNode;
    for (const graph::Tensor& tensor : value.graph.tensors) {
        cost += graph::element_count(tensor.shape).value_or(0);
    }
    return cost;
}

}  // namespace difftest::harness
