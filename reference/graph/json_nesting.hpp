#pragma once

#include <cstddef>
#include <string_view>

namespace difftest::graph {

/// Whether brackets outside of strings are nested deeper than so many levels, without reading the JSON text: whoever
/// copies or prints a document does so level by level on the stack, and a text from anybody must not use it up.
inline bool nests_deeper_than(std::string_view text, std::size_t levels) {
    std::size_t depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char each = text[i];
        if (in_string) {
            i += each == '\\' ? 1 : 0;
            in_string = each != '"';
        } else if (each == '"') {
            in_string = true;
        } else if (each == '[' || each == '{') {
            if (++depth > levels) {
                return true;
            }
        } else if ((each == ']' || each == '}') && depth > 0) {
            --depth;
        }
    }
    return false;
}

}  // namespace difftest::graph
