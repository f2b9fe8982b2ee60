#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace difftest::graph {

/// A document to be written: keys keep the order in which they were added, fractions are f32.
using OutputJson =
    nlohmann::basic_json<nlohmann::ordered_map, std::vector, std::string, bool, std::int64_t, std::uint64_t, float>;

/// The canonical text of a document, made for readable diffs: two spaces of indentation; an array or object stands on
/// one line when it fits into 120 columns and holds nothing deeper than arrays of scalars; a longer array of scalars is
/// filled line by line. Every f32 has the fewest digits that read back as the same bits. Ends with a newline.
/// Precondition: all strings are UTF-8, all numbers finite.
std::string lay_out(const OutputJson& document);

}  // namespace difftest::graph
