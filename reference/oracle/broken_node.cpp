#include "reference/oracle/broken_node.hpp"

#include <algorithm>
#include <utility>

namespace difftest::oracle {
namespace {

/// What stands in the case for an operand: its values where they are known, zeros elsewhere.
graph::TensorData data_of(const AllowedTensor& operand) {
    graph::TensorData data(operand.type(), operand.shape());
    for (std::int64_t i = 0; i < operand.size(); ++i) {
        const double value = operand.is_point(i) ? operand.point(i) : 0;
        const bool fits =
            !graph::is_integer(operand.type()) || (value >= static_cast<double>(graph::lowest_of(operand.type())) &&
                                                   value <= static_cast<double>(graph::highest_of(operand.type())));
        data.set(i, fits ? value : 0);
    }
    return data;
}

}  // namespace

BrokenNode::BrokenNode(const Context& context, graph::NodeId id, EvaluateNode evaluate)
    : original_(context),
      id_(id),
      evaluate_(std::move(evaluate)),
      value_(context.value),
      tensors_(context.tensors),
      real_views_(context.real_views) {}

const AllowedTensor& BrokenNode::operand(std::size_t slot) const {
    return tensors_[static_cast<std::size_t>(node().inputs[slot])];
}

const graph::Tensor& BrokenNode::tensor(std::size_t slot) const {
    return value_.graph.tensor(node().inputs[slot]);
}

bool BrokenNode::is_constant(std::size_t slot) const {
    return has(slot) && tensor(slot).role == graph::TensorRole::constant;
}

graph::TensorId BrokenNode::add(AllowedTensor operand) {
    graph::Tensor tensor;
    tensor.name = "broken";
    tensor.type = operand.type();
    tensor.shape = operand.shape();
    tensor.role = graph::TensorRole::constant;
    value_.graph.tensors.push_back(std::move(tensor));
    value_.data.push_back(data_of(operand));
    tensors_.push_back(std::move(operand));
    real_views_.emplace_back();
    return static_cast<graph::TensorId>(value_.graph.tensors.size() - 1);
}

void BrokenNode::replace(std::size_t slot, AllowedTensor operand) {
    value_.graph.nodes[static_cast<std::size_t>(id_)].inputs[slot] = add(std::move(operand));
}

void BrokenNode::drop(std::size_t slot) {
    value_.graph.nodes[static_cast<std::size_t>(id_)].inputs[slot] = graph::kAbsent;
}

void BrokenNode::exchange(std::size_t a, std::size_t b) {
    std::vector<graph::TensorId>& inputs = value_.graph.nodes[static_cast<std::size_t>(id_)].inputs;
    std::swap(inputs[a], inputs[b]);
}

AllowedTensor BrokenNode::compute(const graph::Operation& operation, std::vector<AllowedTensor> operands,
                                  graph::DataType type, const graph::Shape& shape) {
    graph::Node other;
    other.name = "broken";
    other.operation = operation;
    other.inputs.assign(graph::slots_of(operation).size(), graph::kAbsent);
    for (std::size_t slot = 0; slot < operands.size(); ++slot) {
        other.inputs[slot] = add(std::move(operands[slot]));
    }
    other.output = add(AllowedTensor(type, shape));
    const auto id = static_cast<graph::NodeId>(value_.graph.nodes.size());
    graph::Tensor& result = value_.graph.tensors.back();
    result.role = graph::TensorRole::intermediate;
    result.producer = id;
    value_.graph.nodes.push_back(std::move(other));
    return evaluate(id);
}

AllowedTensor BrokenNode::evaluate() {
    if (settled_) {
        return std::move(*settled_);
    }
    AllowedTensor result = evaluate(id_);
    const auto output = static_cast<std::size_t>(node().output);
    original_.real_views[output] = std::move(real_views_[output]);
    return result;
}

AllowedTensor BrokenNode::evaluate(graph::NodeId id) {
    const Context changed{value_, original_.contract, original_.rules, tensors_, real_views_, original_.metrics};
    return evaluate_(changed, id);
}

AllowedTensor evaluate_broken(const Context& context, graph::NodeId id, const EvaluateNode& evaluate) {
    BrokenNode node(context, id, evaluate);
    break_attributes(node);
    break_parameters(node);
    break_addends(node);
    break_contraction(node);
    AllowedTensor result = node.evaluate();
    break_result(context, id, result);
    return result;
}

AllowedTensor gathered(const AllowedTensor& from, const graph::Shape& shape,
                       const std::function<std::int64_t(std::int64_t)>& source) {
    AllowedTensor result(from.type(), shape);
    for (std::int64_t i = 0; i < result.size(); ++i) {
        result.set(i, from.at(source(i)));
    }
    return result;
}

AllowedTensor mapped(const AllowedTensor& from, graph::DataType type, const std::function<double(double)>& function) {
    AllowedTensor result(type, from.shape());
    for (std::int64_t i = 0; i < result.size(); ++i) {
        AllowedSet set = from.at(i);
        for (Interval& part : set.intervals) {
            const double a = function(part.lo);
            const double b = function(part.hi);
            part = {std::min(a, b), std::max(a, b)};
        }
        if (set.intervals.size() > 1) {
            std::sort(set.intervals.begin(), set.intervals.end(),
                      [](const Interval& a, const Interval& b) { return a.lo < b.lo; });
            std::vector<Interval> merged;
            for (const Interval& part : set.intervals) {
                if (!merged.empty() && part.lo <= merged.back().hi) {
                    merged.back().hi = std::max(merged.back().hi, part.hi);
                } else {
                    merged.push_back(part);
                }
            }
            set.intervals = std::move(merged);
        }
        result.set(i, std::move(set));
    }
    return result;
}

}  // namespace difftest::oracle
