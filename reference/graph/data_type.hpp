#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace difftest::graph {

/// Element types of a tensor. Integers are two's complement; f16 is IEEE binary16, bf16 the upper half of a binary32.
enum class DataType : std::uint8_t { s8, u8, s32, f32, f16, bf16 };

/// Size of one element in bytes.
std::size_t size_of(DataType type);

/// The name used in case files and reports, such as "u8".
std::string_view name_of(DataType type);

/// The inverse of name_of; nothing when the name is unknown.
std::optional<DataType> data_type_from(std::string_view name);

bool is_integer(DataType type);

/// Smallest value of an integer type. Precondition: is_integer(type).
std::int64_t lowest_of(DataType type);

/// Largest value of an integer type. Precondition: is_integer(type).
std::int64_t highest_of(DataType type);

}  // namespace difftest::graph
