#pragma once

#include "harness/report/run_report.hpp"
#include "harness/report/screen_style.hpp"

#include <string>

namespace difftest::harness {

/// The answer of `difftest run` on one screen: a line per run, the trace of the worst element, known issues, what did
/// not run, and a summary line.
std::string run_screen(const RunReport& report, const ScreenStyle& style);

}  // namespace difftest::harness
