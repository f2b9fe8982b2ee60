#include "backends/kernel_manifest/attribute_value.hpp"

#include "reference/graph/enumeration_names.hpp"
#include "reference/graph/operation_attributes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <type_traits>
#include <utility>

namespace difftest::backends::kernel_manifest {
namespace {

template <typename Value>
AttributeValue value_of(const Value& value) {
    if constexpr (std::is_enum_v<Value>) {
        return std::string(graph::name_of_value(value));
    } else {
        return value;
    }
}

template <std::size_t Index = 0>
std::vector<graph::Operation> all_operations() {
    if constexpr (Index == std::variant_size_v<graph::Operation>) {
        return {};
    } else {
        std::vector<graph::Operation> rest = all_operations<Index + 1>();
        rest.emplace_back(std::in_place_index<Index>);
        return rest;
    }
}

}  // namespace

std::map<std::string, AttributeValue> attributes_of(const graph::Operation& operation) {
    std::map<std::string, AttributeValue> result;
    std::visit(
        [&result](const auto& op) {
            graph::visit_attributes(
                op, [&result](std::string_view name, const auto& value) { result.emplace(name, value_of(value)); });
        },
        operation);
    return result;
}

std::string text_of(const AttributeValue& value) {
    if (const auto* list = std::get_if<std::vector<std::int64_t>>(&value)) {
        return fmt::format("[{}]", fmt::join(*list, ", "));
    }
    if (const auto* text = std::get_if<std::string>(&value)) {
        return *text;
    }
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
        return fmt::format("{}", *number);
    }
    if (const auto* truth = std::get_if<bool>(&value)) {
        return *truth ? "true" : "false";
    }
    return fmt::format("{}", std::get<float>(value));
}

bool fits(const AttributeValue& value, const AttributeValue& wanted) {
    const auto* list = std::get_if<std::vector<std::int64_t>>(&value);
    const auto* number = std::get_if<std::int64_t>(&wanted);
    if (list != nullptr && number != nullptr) {
        return std::all_of(list->begin(), list->end(), [number](std::int64_t each) { return each == *number; });
    }
    if (const auto* real = std::get_if<float>(&value); real != nullptr && number != nullptr) {
        return *real == static_cast<float>(*number);
    }
    return value == wanted;
}

std::optional<graph::Operation> operation_named(std::string_view name) {
    for (const graph::Operation& operation : all_operations()) {
        if (graph::name_of(operation) == name) {
            return operation;
        }
    }
    return std::nullopt;
}

std::string known_operations() {
    std::vector<std::string_view> names;
    for (const graph::Operation& operation : all_operations()) {
        names.push_back(graph::name_of(operation));
    }
    std::sort(names.begin(), names.end());
    return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace difftest::backends::kernel_manifest
