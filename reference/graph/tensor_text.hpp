#pragma once

#include "reference/graph/graph.hpp"
#include "reference/graph/json_cursor.hpp"
#include "reference/graph/json_layout.hpp"
#include "reference/graph/tensor_data.hpp"

#include <cstdint>

/// The values of one tensor in a case file: {"values": [...]} or {"zstd": "base64 of one zstd frame"}.
namespace difftest::graph {

/// Tensors with more elements are written compressed.
inline constexpr std::int64_t kMostInlineElements = 64;

/// What the values of a case file of so many bytes may take in memory: 128 MiB, or 64 times the file. A frame of zeros
/// is 30,000 times smaller than what it holds, and a file of a few kilobytes must not ask for gigabytes.
constexpr std::uint64_t most_unfolded_bytes(std::uint64_t file_bytes) {
    constexpr std::uint64_t kAlways = std::uint64_t{128} << 20;
    constexpr std::uint64_t kFactor = 64;
    return file_bytes * kFactor > kAlways ? file_bytes * kFactor : kAlways;
}

/// The bytes that the values of all inputs and constants take. Precondition: the sizes have been checked.
std::uint64_t unfolded_bytes(const Graph& graph);

/// Inline when there are at most 64 elements and no NaN other than the one that "nan" reads back as; else compressed.
OutputJson write_tensor(const TensorData& tensor);

/// Both forms, of any size. The element count must have been checked against Limits. Throws MisplacedInput.
TensorData read_tensor(const JsonCursor& cursor, DataType type, const Shape& shape);

}  // namespace difftest::graph
