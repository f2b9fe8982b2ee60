#include "harness/generate/case_grower.hpp"

#include "reference/oracle/oracle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace difftest::harness {

using graph::TensorData;
using graph::TensorId;

double ValueRange::largest() const {
    return std::max({std::fabs(lo), std::fabs(hi), 1e-6});
}

CaseGrower::CaseGrower(ChoiceSource& choices, const GeneratorLimits& limits, const std::string& name)
    : choices_(choices), limits_(limits), builder_(name) {}

ValueRange CaseGrower::range(TensorId id) const {
    ValueRange result{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
    const TensorData& data = values(id);
    for (std::int64_t i = 0; i < data.size(); ++i) {
        if (const double value = data.at(i); std::isfinite(value)) {
            result.lo = std::min(result.lo, value);
            result.hi = std::max(result.hi, value);
        }
    }
    return result.lo > result.hi ? ValueRange{} : result;
}

TensorId CaseGrower::input(const char* kind, TensorData data) {
    values_.push_back(data);
    data_tensors_.push_back(builder_.input(fmt::format("{}{}", kind, counter_++), std::move(data)));
    return data_tensors_.back();
}

TensorId CaseGrower::constant(const char* kind, TensorData data) {
    values_.push_back(data);
    return builder_.constant(fmt::format("{}{}", kind, counter_++), std::move(data));
}

TensorId CaseGrower::scalar(float value) {
    return constant("c", TensorData(graph::DataType::f32, {}, {value}));
}

TensorId CaseGrower::parameter(const std::vector<float>& values, std::size_t rank) {
    if (values.size() == 1) {
        return scalar(values[0]);
    }
    graph::Shape shape(rank, 1);
    shape.at(1) = static_cast<std::int64_t>(values.size());
    return constant("c", TensorData(graph::DataType::f32, shape, std::vector<double>(values.begin(), values.end())));
}

TensorId CaseGrower::node(const char* kind, graph::Operation operation, std::vector<TensorId> inputs,
                          graph::DataType output) {
    const TensorId id =
        builder_.node(fmt::format("{}{}", kind, counter_), std::move(operation), std::move(inputs), output);
    ++counter_;
    values_.push_back(values_of_node(builder_.graph().nodes.back()));
    data_tensors_.push_back(id);
    current_ = id;
    return id;
}

TensorData CaseGrower::probed(const graph::Operation& operation, const std::vector<TensorId>& inputs,
                              graph::DataType output) const {
    graph::CaseBuilder alone("node");
    std::vector<TensorId> own;
    for (const TensorId id : inputs) {
        const std::string name = fmt::format("input{}", own.size());
        own.push_back(id == graph::kAbsent ? id : alone.constant(name, values(id)));
    }
    const TensorId result = alone.node("result", operation, own, output);
    const graph::Case value = alone.build({result});
    const oracle::Evaluation evaluation = oracle::evaluate(value, contract::Contract());
    const oracle::AllowedTensor& allowed = evaluation.of(result);
    TensorData data(output, allowed.shape());
    for (std::int64_t i = 0; i < data.size(); ++i) {
        data.set(i, allowed.is_point(i) ? allowed.point(i) : 0);
    }
    return data;
}

TensorData CaseGrower::values_of_node(const graph::Node& node) const {
    graph::Case alone;
    alone.name = "node";
    graph::Node copy = node;
    std::map<TensorId, TensorId> moved;
    for (TensorId& id : copy.inputs) {
        if (id == graph::kAbsent) {
            continue;
        }
        if (!moved.contains(id)) {
            graph::Tensor tensor = builder_.graph().tensor(id);
            tensor.role = tensor.role == graph::TensorRole::constant ? tensor.role : graph::TensorRole::input;
            tensor.producer = -1;
            moved[id] = static_cast<TensorId>(alone.graph.tensors.size());
            alone.graph.tensors.push_back(std::move(tensor));
            alone.data.push_back(values(id));
        }
        id = moved[id];
    }
    graph::Tensor result = builder_.graph().tensor(node.output);
    result.producer = 0;
    copy.output = static_cast<TensorId>(alone.graph.tensors.size());
    alone.graph.outputs = {copy.output};
    alone.graph.tensors.push_back(result);
    alone.data.emplace_back();
    alone.graph.nodes.push_back(std::move(copy));

    const oracle::Evaluation evaluation = oracle::evaluate(alone, contract::Contract());
    const oracle::AllowedTensor& allowed = evaluation.of(alone.graph.outputs.front());
    TensorData data(result.type, result.shape);
    for (std::int64_t i = 0; i < data.size(); ++i) {
        if (allowed.is_point(i)) {
            data.set(i, allowed.point(i));
            continue;
        }
        const oracle::AllowedSet set = allowed.at(i);
        const double value =
            set.intervals.empty() ? std::numeric_limits<double>::quiet_NaN() : set.intervals.front().lo;
        data.set(i, set.unconstrained || (std::isnan(value) && graph::is_integer(result.type)) ? 0 : value);
    }
    return data;
}

graph::Case CaseGrower::finish() const {
    std::vector<TensorId> outputs;
    for (const graph::Node& node : builder_.graph().nodes) {
        if (builder_.graph().consumers_of(node.output).empty()) {
            outputs.push_back(node.output);
        }
    }
    return builder_.build(outputs);
}

float CaseGrower::factor_near(double magnitude) {
    magnitude = std::clamp(magnitude, 1e-18, 1e18);
    if (exact_ || choices_.chance(1, 6)) {
        return static_cast<float>(std::exp2(std::round(std::log2(magnitude))));
    }
    const double jitter = 0.5 + static_cast<double>(choices_.integer(0, (1 << 24) - 1)) * 0x1p-24;
    return static_cast<float>(magnitude * jitter);
}

float CaseGrower::addend_near(double magnitude) {
    if (!exact_) {
        return factor_near(magnitude);
    }
    const double grid = std::exp2(std::floor(std::log2(std::clamp(magnitude, 1e-18, 1e18))) - 3);
    return static_cast<float>(static_cast<double>(choices_.integer(1, 16)) * grid);
}

std::vector<float> CaseGrower::factors(double magnitude, std::int64_t count, bool either_sign) {
    std::vector<float> values;
    for (std::int64_t i = 0; i < count; ++i) {
        const float value = factor_near(magnitude);
        values.push_back(either_sign && choices_.chance(1, 2) ? -value : value);
    }
    return values;
}

}  // namespace difftest::harness
