#pragma once

#include "harness/report/tolerance_report.hpp"

#include <filesystem>

namespace difftest::harness {

/// Draws the graph of each reduced finding of a report that was read from `folder`, with the nodes to blame in colour:
/// runs Graphviz. Findings stay without a drawing where that is not installed, where the minimal case cannot be read
/// (a warning), and where it is too large to look at.
void draw_findings(ToleranceReport& report, const std::filesystem::path& folder);

}  // namespace difftest::harness
