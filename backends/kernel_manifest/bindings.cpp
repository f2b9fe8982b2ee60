#include "backends/kernel_manifest/bindings.hpp"

#include <fmt/format.h>

namespace difftest::backends::kernel_manifest {

std::int64_t Bindings::value(const Expression& expression) const {
    return expression.value([this](const std::string& name) { return named(name); });
}

const graph::Node& Bindings::node(const std::string& step) const {
    const auto found = match_.steps.find(step);
    if (found == match_.steps.end()) {
        throw NotThere(fmt::format("the graph has no '{}' here", step));
    }
    return graph_.node(found->second);
}

graph::TensorId Bindings::output() const {
    return graph_.node(match_.nodes.back()).output;
}

graph::TensorId Bindings::tensor(const Reference& reference) const {
    if (reference.step.empty()) {
        return output();
    }
    const graph::Node& is = node(reference.step);
    if (reference.member == kOutput) {
        return is.output;
    }
    if (reference.member == kOther) {
        return is.inputs[1 - match_.chain.at(reference.step)];
    }
    return graph::input_at(is, reference.member);
}

std::optional<AttributeValue> Bindings::attribute(const Reference& reference) const {
    if (reference.step.empty()) {
        return std::nullopt;
    }
    const auto attributes = attributes_of(node(reference.step).operation);
    const auto found = attributes.find(reference.member);
    return found == attributes.end() ? std::nullopt : std::optional(found->second);
}

std::int64_t Bindings::named(const std::string& text) const {
    const ParsedName name = parse_name(text);
    switch (name.kind) {
        case NameKind::dimension: return dimension(name.of.member);
        case NameKind::step_present: return has_step(name.of.step) ? 1 : 0;
        case NameKind::attribute: return attribute_number(name);
        case NameKind::slot_present:
            return name.of.step.empty() || (has_step(name.of.step) && tensor(name.of) != graph::kAbsent) ? 1 : 0;
        default: return tensor_number(name);
    }
}

std::int64_t Bindings::dimension(const std::string& name) const {
    const auto known = dimensions_.find(name);
    if (known != dimensions_.end()) {
        return known->second;
    }
    return dimensions_.emplace(name, value(manifest_.dimensions.at(name))).first->second;
}

std::int64_t Bindings::attribute_number(const ParsedName& name) const {
    const AttributeValue value = attribute(name.of).value();
    if (const auto* list = std::get_if<std::vector<std::int64_t>>(&value)) {
        if (*name.index >= list->size()) {
            throw ExpressionError(
                fmt::format("{} has {} elements, and none at [{}]", text_of(name.of), list->size(), *name.index));
        }
        return (*list)[*name.index];
    }
    const auto* truth = std::get_if<bool>(&value);
    return truth != nullptr ? static_cast<std::int64_t>(*truth) : std::get<std::int64_t>(value);
}

std::int64_t Bindings::tensor_number(const ParsedName& name) const {
    const graph::TensorId id = tensor(name.of);
    if (id == graph::kAbsent) {
        throw NotThere(fmt::format("the graph does not use {} here", text_of(name.of)));
    }
    const graph::Shape& shape = graph_.tensor(id).shape;
    if (name.kind == NameKind::rank) {
        return static_cast<std::int64_t>(shape.size());
    }
    if (name.kind == NameKind::size) {
        return graph::element_count(shape).value_or(0);
    }
    if (*name.index >= shape.size()) {
        throw ExpressionError(
            fmt::format("{} is {} here, and has no shape[{}]", text_of(name.of), graph::to_string(shape), *name.index));
    }
    return shape[*name.index];
}

}  // namespace difftest::backends::kernel_manifest
