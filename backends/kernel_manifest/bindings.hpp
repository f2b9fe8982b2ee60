#pragma once

#include "backends/kernel_manifest/manifest.hpp"
#include "backends/kernel_manifest/names.hpp"
#include "backends/kernel_manifest/pattern_match.hpp"

/// The names of a manifest in one graph.
namespace difftest::backends::kernel_manifest {

/// The name belongs to an optional step or slot that the graph does not have here.
class NotThere : public ExpressionError {
public:
    using ExpressionError::ExpressionError;
};

class Bindings {
public:
    /// The parameters outlive the bindings.
    Bindings(const Manifest& manifest, const graph::Graph& graph, const Match& match)
        : manifest_(manifest), graph_(graph), match_(match) {}

    /// Throws ExpressionError, NotThere.
    std::int64_t value(const Expression& expression) const;

    bool has_step(const std::string& step) const { return match_.steps.count(step) != 0; }
    /// Throws NotThere when the step is missing.
    const graph::Node& node(const std::string& step) const;
    /// kAbsent for a slot that is not used. Throws NotThere when the step is missing.
    graph::TensorId tensor(const Reference& reference) const;
    /// The last result.
    graph::TensorId output() const;
    /// The attribute of that name, when it is one.
    std::optional<AttributeValue> attribute(const Reference& reference) const;

private:
    std::int64_t named(const std::string& text) const;
    std::int64_t dimension(const std::string& name) const;
    std::int64_t attribute_number(const ParsedName& name) const;
    std::int64_t tensor_number(const ParsedName& name) const;

    const Manifest& manifest_;
    const graph::Graph& graph_;
    const Match& match_;
    /// Each is computed once, however many others it is part of.
    mutable std::map<std::string, std::int64_t> dimensions_;
};

}  // namespace difftest::backends::kernel_manifest
