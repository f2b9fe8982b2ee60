#pragma once

#include <string_view>

namespace difftest::harness {

/// A file that CMake embedded (`difftest_embed` in CMakeLists.txt), by its name: "report.html.mustache",
/// "chart.min.js". Throws std::logic_error when there is none.
std::string_view embedded_text(std::string_view name);

}  // namespace difftest::harness
