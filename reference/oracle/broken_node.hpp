#pragma once

#include "reference/oracle/context.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace difftest::oracle {

using EvaluateNode = std::function<AllowedTensor(const Context&, graph::NodeId)>;

/// A node at which rules are broken: what it reads and what it is may be changed, then it is evaluated like any other.
/// So the reference of the faults is the reference itself.
class BrokenNode {
public:
    /// `evaluate` evaluates a node without looking for broken rules of this kind.
    BrokenNode(const Context& context, graph::NodeId id, EvaluateNode evaluate);

    const Context& context() const { return original_; }
    graph::NodeId id() const { return id_; }
    bool broken(Deviation deviation) const { return original_.broken(deviation, id_); }
    const graph::Tensor& output() const { return original_.tensor(original_.node(id_).output); }

    graph::Operation& operation() { return value_.graph.nodes[static_cast<std::size_t>(id_)].operation; }
    /// The operation as the type says, or null.
    template <class Op>
    Op* is() {
        return std::get_if<Op>(&operation());
    }

    std::size_t slots() const { return node().inputs.size(); }
    bool has(std::size_t slot) const { return slot < slots() && node().inputs[slot] != graph::kAbsent; }
    const AllowedTensor& operand(std::size_t slot) const;
    const graph::Tensor& tensor(std::size_t slot) const;
    bool is_constant(std::size_t slot) const;

    void replace(std::size_t slot, AllowedTensor operand);
    void drop(std::size_t slot);
    void exchange(std::size_t a, std::size_t b);

    /// The result of another operation on other operands.
    AllowedTensor compute(const graph::Operation& operation, std::vector<AllowedTensor> operands, graph::DataType type,
                          const graph::Shape& shape);

    /// The result, which then is not evaluated any more.
    void settle(AllowedTensor result) { settled_ = std::move(result); }

    AllowedTensor evaluate();

private:
    const graph::Node& node() const { return value_.graph.node(id_); }
    graph::TensorId add(AllowedTensor operand);
    AllowedTensor evaluate(graph::NodeId id);

    const Context& original_;
    graph::NodeId id_;
    EvaluateNode evaluate_;
    graph::Case value_;
    std::vector<AllowedTensor> tensors_;
    std::vector<RealView> real_views_;
    std::optional<AllowedTensor> settled_;
};

/// What a rule that is broken at the node makes of its parameters, addends, operands of a contraction, attributes.
void break_parameters(BrokenNode& node);
void break_addends(BrokenNode& node);
void break_contraction(BrokenNode& node);
void break_attributes(BrokenNode& node);
/// What a rule that is broken at the node makes of its result.
void break_result(const Context& context, graph::NodeId id, AllowedTensor& result);

/// The result of a node, with the rules that are broken at it.
AllowedTensor evaluate_broken(const Context& context, graph::NodeId id, const EvaluateNode& evaluate);

/// A tensor whose element i is element source(i) of another.
AllowedTensor gathered(const AllowedTensor& from, const graph::Shape& shape,
                       const std::function<std::int64_t(std::int64_t)>& source);

/// A tensor with a function applied to every value. Intervals take the function's values at their ends.
AllowedTensor mapped(const AllowedTensor& from, graph::DataType type, const std::function<double(double)>& function);

}  // namespace difftest::oracle
