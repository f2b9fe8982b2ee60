#pragma once

#include "harness/generate/choice_source.hpp"
#include "harness/generate/generator_limits.hpp"
#include "reference/graph/case_builder.hpp"

#include <optional>
#include <string>
#include <vector>

namespace difftest::harness {

/// Where the finite values of a tensor lie.
struct ValueRange {
    double lo = 0;
    double hi = 0;
    double span() const { return hi - lo; }
    /// The larger magnitude of both ends, and at least a little.
    double largest() const;
};

/// A case while it grows, node by node. It knows the values of every tensor so far, as the oracle computes them without
/// any freedom, so that the parameters of the next node can be chosen to keep values alive.
class CaseGrower {
public:
    CaseGrower(ChoiceSource& choices, const GeneratorLimits& limits, const std::string& name);

    ChoiceSource& choices() { return choices_; }
    const GeneratorLimits& limits() const { return limits_; }

    /// By value: every tensor that is added may move the others.
    graph::Shape shape(graph::TensorId id) const { return builder_.graph().tensor(id).shape; }
    graph::DataType type(graph::TensorId id) const { return builder_.graph().tensor(id).type; }
    bool is_integer(graph::TensorId id) const { return graph::is_integer(type(id)); }
    const graph::TensorData& values(graph::TensorId id) const { return values_[static_cast<std::size_t>(id)]; }
    ValueRange range(graph::TensorId id) const;

    graph::TensorId input(const char* kind, graph::TensorData data);
    graph::TensorId constant(const char* kind, graph::TensorData data);
    graph::TensorId scalar(float value);

    /// One value as a scalar, several as [1, C, 1, ...] with `rank` dimensions.
    graph::TensorId parameter(const std::vector<float>& values, std::size_t rank);

    /// Adds a node and computes its values; the current tensor is then its output. Throws std::invalid_argument when
    /// the node does not fit.
    graph::TensorId node(const char* kind, graph::Operation operation, std::vector<graph::TensorId> inputs,
                         graph::DataType output);

    /// The values that a node would have, without adding it.
    graph::TensorData probed(const graph::Operation& operation, const std::vector<graph::TensorId>& inputs,
                             graph::DataType output) const;

    /// The tensor that the next step continues; nothing at the start.
    std::optional<graph::TensorId> current() const { return current_; }
    void continue_at(graph::TensorId id) { current_ = id; }

    /// Every input and intermediate so far that is not a parameter.
    const std::vector<graph::TensorId>& data_tensors() const { return data_tensors_; }

    std::size_t nodes() const { return builder_.graph().nodes.size(); }

    /// The finished case: what nothing reads is an output.
    graph::Case finish() const;

    /// A positive float near `magnitude`: a power of two where the arithmetic shall be exact, else with a full
    /// mantissa.
    float factor_near(double magnitude);

    /// A number near `magnitude` that is a multiple of a coarse power of two where the arithmetic shall be exact.
    float addend_near(double magnitude);

    /// `count` factors around one magnitude.
    std::vector<float> factors(double magnitude, std::int64_t count, bool either_sign);

    /// Whether scales are powers of two, so that ties happen and nothing is ambiguous.
    void make_exact(bool exact) { exact_ = exact; }

private:
    graph::TensorData values_of_node(const graph::Node& node) const;

    ChoiceSource& choices_;
    const GeneratorLimits& limits_;
    graph::CaseBuilder builder_;
    std::vector<graph::TensorData> values_;
    std::vector<graph::TensorId> data_tensors_;
    std::optional<graph::TensorId> current_;
    bool exact_ = false;
    int counter_ = 0;
};

}  // namespace difftest::harness
