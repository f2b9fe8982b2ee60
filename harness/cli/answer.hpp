#pragma once

#include "harness/report/screen_style.hpp"

#include <string>

namespace difftest::harness::cli {

/// The style for stdout.
ScreenStyle screen_style_for_answer();

/// Writes the whole answer to stdout. Throws std::runtime_error when it cannot be written: a full disk must not look
/// like a short answer.
void write_answer(const std::string& text);

}  // namespace difftest::harness::cli
