#pragma once

#include "reference/graph/case.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <variant>

namespace difftest::faults {

/// A node of a case, and what a rule may ask of it.
class Place {
public:
    Place(const graph::Case& value, graph::NodeId id) : value_(value), id_(id), node_(value.graph.node(id)) {}

    const graph::Case& value() const { return value_; }
    const graph::Node& node() const { return node_; }
    template <class Op>
    const Op* is() const {
        return std::get_if<Op>(&node_.operation);
    }

    std::size_t slots() const { return node_.inputs.size(); }
    bool has(std::size_t slot) const { return slot < slots() && node_.inputs[slot] != graph::kAbsent; }
    const graph::Tensor& tensor(std::size_t slot) const { return value_.graph.tensor(node_.inputs[slot]); }
    const graph::Shape& shape(std::size_t slot) const { return tensor(slot).shape; }
    const graph::Tensor& output() const { return value_.graph.tensor(node_.output); }
    bool is_eight_bit(const graph::Tensor& tensor) const {
        return tensor.type == graph::DataType::u8 || tensor.type == graph::DataType::s8;
    }

    /// Something reads the result, and it is no output of the graph.
    bool is_mid_chain() const;
    /// The node that produces the operand when it is of the type; null otherwise.
    template <class Op>
    const graph::Node* producer_of(std::size_t slot) const {
        const graph::NodeId producer = tensor(slot).producer;
        const graph::Node* found = producer < 0 ? nullptr : &value_.graph.node(producer);
        return found != nullptr && std::holds_alternative<Op>(found->operation) ? found : nullptr;
    }
    /// The only node that reads the result; null when there are more or none.
    const graph::Node* only_reader() const;

    bool is_constant(std::size_t slot) const { return has(slot) && tensor(slot).role == graph::TensorRole::constant; }
    /// Whether a constant operand has an element of that kind. Operands that are no constants have none.
    bool any(std::size_t slot, const std::function<bool(double)>& kind) const;
    /// The same, where an operand that is computed may have every kind.
    bool may_have(std::size_t slot, const std::function<bool(double)>& kind) const;
    /// The value of a constant with one element.
    std::optional<double> scalar(std::size_t slot) const;
    /// A constant that is a parameter: behind the data of an operation that is neither contraction nor concatenation.
    bool is_parameter(std::size_t slot) const;
    bool any_parameter(const std::function<bool(std::size_t)>& kind) const;
    /// The dimension of the result along which the operand varies, if it is one.
    std::optional<std::size_t> axis_of(std::size_t slot) const;

private:
    const graph::Case& value_;
    graph::NodeId id_;
    const graph::Node& node_;
};

}  // namespace difftest::faults
