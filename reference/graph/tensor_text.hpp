#pragma once

#include "reference/graph/json_cursor.hpp"
#include "reference/graph/json_layout.hpp"
#include "reference/graph/tensor_data.hpp"

#include <cstdint>

/// The values of one tensor in a case file: {"values": [...]} or {"zstd": "base64 of one zstd frame"}.
namespace difftest::graph {

/// Tensors with more elements are written compressed.
inline constexpr std::int64_t kMostInlineElements = 64;

/// Inline when there are at most 64 elements and no NaN other than the one that "nan" reads back as; else compressed.
OutputJson write_tensor(const TensorData& tensor);

/// Both forms, of any size. The element count must have been checked against Limits. Throws MisplacedInput.
TensorData read_tensor(const JsonCursor& cursor, DataType type, const Shape& shape);

}  // namespace difftest::graph
