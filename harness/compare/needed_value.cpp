#include "harness/compare/needed_value.hpp"

#include "reference/graph/case_builder.hpp"
#include "reference/oracle/oracle.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <variant>

namespace difftest::harness {
namespace {

constexpr int kOctaves = 40;
constexpr int kStepsPerOctave = 16;
constexpr int kBisections = 40;

/// The rest of the chain behind step `from`, as a function of that step's result at the traced element.
class RestOfChain {
public:
    RestOfChain(const graph::Case& value, const Trace& trace, std::size_t from)
        : case_(value), trace_(trace), from_(from) {}

    /// What the traced element becomes for each candidate; nothing when the rest is not element-wise.
    std::optional<std::vector<double>> results_for(const std::vector<double>& candidates) const {
        graph::CaseBuilder builder("rest");
        const auto count = static_cast<std::int64_t>(candidates.size());
        std::map<graph::TensorId, graph::TensorId> moved;
        // Any value may stand here, also one that the tensor's own type could not hold.
        moved[tensor_of(from_)] =
            builder.input("candidates", graph::TensorData(graph::DataType::f32, {count}, candidates));
        for (std::size_t i = from_ + 1; i < trace_.size(); ++i) {
            const graph::Node& node = case_.graph.node(case_.graph.tensor(tensor_of(i)).producer);
            const bool depends = std::any_of(node.inputs.begin(), node.inputs.end(),
                                             [&](graph::TensorId id) { return moved.contains(id); });
            if (!depends) {
                continue;
            }
            if (graph::is_contraction(node.operation)) {
                return std::nullopt;
            }
            std::vector<graph::TensorId> inputs;
            for (std::size_t slot = 0; slot < node.inputs.size(); ++slot) {
                inputs.push_back(input(builder, moved, node, slot, i));
            }
            moved[node.output] = builder.node(node.name, node.operation, inputs, case_.graph.tensor(node.output).type);
        }
        const graph::Case rest = builder.build({moved.at(tensor_of(trace_.size() - 1))});
        return oracle::evaluate(rest, contract::Contract()).of(rest.graph.outputs.front()).points();
    }

private:
    graph::TensorId tensor_of(std::size_t step) const { return *case_.graph.find_tensor(trace_[step].tensor); }

    graph::TensorId input(graph::CaseBuilder& builder, const std::map<graph::TensorId, graph::TensorId>& moved,
                          const graph::Node& node, std::size_t slot, std::size_t step) const {
        const graph::TensorId id = node.inputs[slot];
        if (id == graph::kAbsent || moved.contains(id)) {
            return id == graph::kAbsent ? id : moved.at(id);
        }
        const graph::Tensor& tensor = case_.graph.tensor(id);
        double constant = 0;
        if (tensor.role == graph::TensorRole::intermediate) {
            const auto other = std::find_if(trace_.begin(), trace_.end(),
                                            [&](const TraceStep& each) { return each.tensor == tensor.name; });
            constant = other->allowed.intervals.empty() ? 0 : other->allowed.intervals.front().lo;
        } else {
            const auto& operands = trace_[step].operands;
            const auto name = graph::slots_of(node.operation)[slot].name;
            constant = std::find_if(operands.begin(), operands.end(), [&](const TraceOperand& each) {
                           return each.slot == name;
                       })->value;
        }
        return builder.constant(tensor.name, graph::TensorData(tensor.type, {}, {constant}));
    }

    const graph::Case& case_;
    const Trace& trace_;
    std::size_t from_;
};

/// Numbers of both signs over all magnitudes, whole numbers and halves of the 8-bit range, and the right value.
std::vector<double> candidates_around(double right) {
    std::set<double> values{0, static_cast<float>(right)};
    for (int i = -20 * kStepsPerOctave; i <= kOctaves * kStepsPerOctave; ++i) {
        const float magnitude = std::exp2(static_cast<float>(i) / kStepsPerOctave);
        values.insert(magnitude);
        values.insert(-magnitude);
    }
    for (int i = -1024; i <= 1024; ++i) {
        values.insert(i / 2.0);
    }
    return {values.begin(), values.end()};
}

/// Between a candidate that gives `got` and one that does not: the last float that still does.
double boundary(const RestOfChain& rest, double inside, double outside, double got) {
    for (int i = 0; i < kBisections; ++i) {
        const double middle = static_cast<float>((inside + outside) / 2);
        if (middle == inside || middle == outside) {
            break;
        }
        ((*rest.results_for({middle}))[0] == got ? inside : outside) = middle;
    }
    return inside;
}

std::optional<NeededValue> needed_at(const RestOfChain& rest, double right, double got) {
    const std::vector<double> candidates = candidates_around(right);
    const auto results = rest.results_for(candidates);
    if (!results) {
        return std::nullopt;
    }
    std::optional<std::size_t> nearest;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        const bool closer = !nearest || std::fabs(candidates[i] - right) < std::fabs(candidates[*nearest] - right);
        if ((*results)[i] == got && closer) {
            nearest = i;
        }
    }
    if (!nearest) {
        return std::nullopt;
    }
    std::size_t first = *nearest;
    std::size_t last = *nearest;
    while (first > 0 && (*results)[first - 1] == got) {
        --first;
    }
    while (last + 1 < candidates.size() && (*results)[last + 1] == got) {
        ++last;
    }
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    return NeededValue{
        first == 0 ? -kInfinity : boundary(rest, candidates[first], candidates[first - 1], got),
        last + 1 == candidates.size() ? kInfinity : boundary(rest, candidates[last], candidates[last + 1], got)};
}

}  // namespace

std::vector<std::optional<NeededValue>> needed_values(const graph::Case& value, const Trace& trace, double got) {
    std::vector<std::optional<NeededValue>> result(trace.size());
    for (std::size_t step = 0; step + 1 < trace.size(); ++step) {
        const auto& intervals = trace[step].allowed.intervals;
        if (!intervals.empty()) {
            result[step] = needed_at(RestOfChain(value, trace, step), intervals.front().lo, got);
        }
    }
    if (!trace.empty()) {
        result.back() = NeededValue{got, got};
    }
    return result;
}

}  // namespace difftest::harness
