#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace difftest::harness {

/// How text is shown: colours only where a terminal wants them, and no wider than it is.
struct ScreenStyle {
    bool colours = false;
    std::optional<std::size_t> width;  ///< in columns; nothing when the output is not a terminal

    std::string_view failure() const { return colours ? "\x1b[31m" : ""; }
    std::string_view known() const { return colours ? "\x1b[33m" : ""; }
    std::string_view pass() const { return colours ? "\x1b[32m" : ""; }
    std::string_view faint() const { return colours ? "\x1b[2m" : ""; }
    std::string_view reset() const { return colours ? "\x1b[0m" : ""; }
};

/// The style for a file descriptor: colours when it is a terminal and NO_COLOR is unset or empty (no-color.org), width
/// from the terminal.
ScreenStyle screen_style_for(int descriptor);

}  // namespace difftest::harness
