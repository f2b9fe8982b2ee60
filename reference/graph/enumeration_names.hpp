#pragma once

#include "reference/graph/operations.hpp"

#include <optional>
#include <span>
#include <string_view>

/// The names under which the enumerators of operations.hpp stand in case files and reports.
namespace difftest::graph {

template <typename Enum>
struct NamedValue {
    Enum value;
    std::string_view name;
};

/// All enumerators of `Enum` with their names, in declaration order.
template <typename Enum>
std::span<const NamedValue<Enum>> names_of();

template <typename Enum>
std::string_view name_of_value(Enum value) {
    for (const auto& entry : names_of<Enum>()) {
        if (entry.value == value) {
            return entry.name;
        }
    }
    return "?";
}

template <typename Enum>
std::optional<Enum> value_from_name(std::string_view name) {
    for (const auto& entry : names_of<Enum>()) {
        if (entry.name == name) {
            return entry.value;
        }
    }
    return std::nullopt;
}

template <>
std::span<const NamedValue<Rounding>> names_of<Rounding>();
template <>
std::span<const NamedValue<ZeroPointSite>> names_of<ZeroPointSite>();
template <>
std::span<const NamedValue<Overflow>> names_of<Overflow>();
template <>
std::span<const NamedValue<FixedPointRounding>> names_of<FixedPointRounding>();
template <>
std::span<const NamedValue<Reinterpretation>> names_of<Reinterpretation>();
template <>
std::span<const NamedValue<FakeQuantizeForm>> names_of<FakeQuantizeForm>();
template <>
std::span<const NamedValue<EltwiseAlgorithm>> names_of<EltwiseAlgorithm>();
template <>
std::span<const NamedValue<BinaryAlgorithm>> names_of<BinaryAlgorithm>();
template <>
std::span<const NamedValue<Layout>> names_of<Layout>();
template <>
std::span<const NamedValue<PoolingAlgorithm>> names_of<PoolingAlgorithm>();
template <>
std::span<const NamedValue<ReductionAlgorithm>> names_of<ReductionAlgorithm>();
template <>
std::span<const NamedValue<ResamplingAlgorithm>> names_of<ResamplingAlgorithm>();
template <>
std::span<const NamedValue<SoftmaxAlgorithm>> names_of<SoftmaxAlgorithm>();

}  // namespace difftest::graph
