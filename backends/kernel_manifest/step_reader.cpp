#include "backends/kernel_manifest/step_reader.hpp"

#include "backends/kernel_manifest/names.hpp"
#include "reference/graph/graph.hpp"
#include "reference/graph/names.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace difftest::backends::kernel_manifest {
namespace {

using graph::JsonCursor;

/// A value of the kind that the attribute has.
AttributeValue attribute_value(const JsonCursor& cursor, const AttributeValue& kind) {
    if (std::holds_alternative<std::vector<std::int64_t>>(kind)) {
        return cursor.json().is_array() ? AttributeValue(cursor.integers()) : AttributeValue(cursor.integer());
    }
    if (std::holds_alternative<std::string>(kind)) {
        return cursor.text();
    }
    if (std::holds_alternative<bool>(kind)) {
        return cursor.truth_value();
    }
    return std::holds_alternative<float>(kind) ? AttributeValue(cursor.number()) : AttributeValue(cursor.integer());
}

void read_attributes(const JsonCursor& cursor, StepPattern& step) {
    const auto attributes = cursor.find("attributes");
    if (!attributes) {
        return;
    }
    const auto known = attributes_of(step.operation);
    for (const auto& [name, value] : attributes->members()) {
        const auto attribute = known.find(name);
        if (attribute == known.end()) {
            value.fail(fmt::format("{} has no attribute {}", graph::name_of(step.operation), graph::in_quotes(name)));
        }
        std::vector<AttributeValue>& wanted = step.attributes[name];
        if (value.json().is_object()) {
            value.allow_only({"one_of"});
            for (const JsonCursor& each : value.member("one_of").elements()) {
                wanted.push_back(attribute_value(each, attribute->second));
            }
        } else {
            wanted.push_back(attribute_value(value, attribute->second));
        }
    }
}

graph::DataType data_type(const JsonCursor& cursor) {
    const std::optional<graph::DataType> type = graph::data_type_from(cursor.text());
    if (!type) {
        cursor.fail(fmt::format("unknown type {}", graph::in_quotes(cursor.text())));
    }
    return *type;
}

void read_types(const JsonCursor& cursor, StepPattern& step) {
    const auto types = cursor.find("types");
    if (!types) {
        return;
    }
    for (const auto& [slot, value] : types->members()) {
        if (slot != kOutput && !graph::slot_index(step.operation, slot)) {
            value.fail(fmt::format("{} has no slot {}", graph::name_of(step.operation), graph::in_quotes(slot)));
        }
        std::vector<graph::DataType>& wanted = step.types[slot];
        if (!value.json().is_array()) {
            wanted.push_back(data_type(value));
            continue;
        }
        for (const JsonCursor& each : value.elements()) {
            wanted.push_back(data_type(each));
        }
    }
}

}  // namespace

std::string identifier(const JsonCursor& cursor) {
    if (!is_identifier(cursor.text())) {
        cursor.fail(fmt::format("{} is no name of letters, digits and underscores", graph::in_quotes(cursor.text())));
    }
    return cursor.text();
}

StepPattern read_step(const JsonCursor& cursor) {
    cursor.allow_only({"name", "op", "optional", "chain", "attributes", "types"});
    StepPattern step;
    step.name = identifier(cursor.member("name"));
    const JsonCursor kind = cursor.member("op");
    const std::optional<graph::Operation> operation = operation_named(kind.text());
    if (!operation) {
        kind.fail(fmt::format("unknown operation {} (known: {})", graph::in_quotes(kind.text()), known_operations()));
    }
    step.operation = *operation;
    if (const auto optional = cursor.find("optional")) {
        step.optional = optional->truth_value();
    }
    if (const auto chain = cursor.find("chain")) {
        step.chain = chain->text();
        if (!graph::slot_index(step.operation, step.chain)) {
            chain->fail(fmt::format("{} has no slot {}", kind.text(), graph::in_quotes(step.chain)));
        }
    }
    read_attributes(cursor, step);
    read_types(cursor, step);
    return step;
}

}  // namespace difftest::backends::kernel_manifest
