#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

/// Texts that are more layout than logic: templates in the Mustache language, embedded files, filled from JSON.
namespace difftest::harness {

/// What happens to the value of a {{name}}. {{{name}}} stands as it is, so it is for text that was made safe before.
enum class Escaping {
    markup,    ///< HTML and XML: & < > " ' as entities; characters that XML cannot hold become U+FFFD
    markdown,  ///< what Markdown would read as markup gets a backslash; a line end becomes a space, so tables hold
    none       ///< programs and plain text
};

/// Fills the embedded file `name`. Objects open sections, arrays repeat them; null, false, empty arrays and empty texts
/// do not. Numbers and texts are values. {{>part.mustache}} is another embedded template, {{>page.css}} an embedded
/// file that stands as it is. Throws std::logic_error: a template that cannot be parsed, or a file that is not there.
std::string fill_template(std::string_view name, const nlohmann::ordered_json& values, Escaping escaping);

std::string escaped(std::string_view text, Escaping escaping);

/// The text with at most one empty line at a time: sections of a template that are left out leave theirs.
std::string single_blank_lines(const std::string& text);

/// The JSON text for a <script type="application/json"> element: no value can end the element.
std::string script_json(const nlohmann::ordered_json& value);

}  // namespace difftest::harness
