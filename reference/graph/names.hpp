#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Names of cases, tensors, nodes and annotations, and how text from outside stands in a one-line message.
namespace difftest::graph {

inline constexpr std::size_t kLongestName = 200;  ///< in bytes, so that a name still fits into a file name

/// What is wrong with a name: it is empty, too long, not UTF-8, or holds a control character or a slash. Nothing when
/// it is a good one. Names become JSON pointers, file names and table cells, hence the rules.
std::optional<std::string> complaint_about_name(std::string_view name);

bool is_utf8(std::string_view text);

/// Whether the text is UTF-8 without control characters, so that it may stand in a line as it is.
bool is_printable(std::string_view text);

/// `text` in quotation marks as one line of valid UTF-8: escaped as in JSON, and cut after 80 bytes.
std::string in_quotes(std::string_view text);

/// "/name" with the escapes of a JSON pointer (RFC 6901), fit for a message.
std::string pointer_step(std::string_view key);

}  // namespace difftest::graph
