#pragma once

#include "reference/graph/case.hpp"

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace difftest::graph {

/// A case file that cannot be read. The message is one line that names the file and the place in it (a line and column
/// for malformed JSON, a JSON pointer such as /graph/nodes/3/attributes/strides otherwise).
class CaseError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Reads and validates a case file. Format: reports/schema/case.schema.json and reference/graph/README.md.
/// Throws CaseError.
Case read_case(const std::filesystem::path& file);

/// As read_case, from text; `origin` is what messages name as the file.
Case parse_case(std::string_view text, std::string_view origin);

/// The canonical text of a case: parse_case(format_case(c)) == c, and formatting a case that was read from canonical
/// text gives the same bytes. Every value survives bit by bit.
std::string format_case(const Case& value);

/// Writes format_case(value) through a temporary file and a rename, so that a reader never sees half of it.
/// Throws std::runtime_error naming the file.
void write_case(const Case& value, const std::filesystem::path& file);

}  // namespace difftest::graph
