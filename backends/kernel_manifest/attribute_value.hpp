#pragma once

#include "reference/graph/operations.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Attributes of operations as plain values, whatever the operation.
namespace difftest::backends::kernel_manifest {

/// Enumerators stand as their names.
using AttributeValue = std::variant<std::int64_t, bool, float, std::string, std::vector<std::int64_t>>;

/// Every attribute of the operation by its name in case files.
std::map<std::string, AttributeValue> attributes_of(const graph::Operation& operation);

/// "2", "relu", "[1, 2]"
std::string text_of(const AttributeValue& value);

/// Whether `value` is `wanted`; a list is also a single number that all its elements are.
bool fits(const AttributeValue& value, const AttributeValue& wanted);

/// An operation of that name with default attributes; nothing when there is none.
std::optional<graph::Operation> operation_named(std::string_view name);

/// "binary, concat, ..."
std::string known_operations();

}  // namespace difftest::backends::kernel_manifest
