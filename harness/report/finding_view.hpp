#pragma once

#include "harness/report/tolerance_report.hpp"

#include <nlohmann/json_fwd.hpp>

namespace difftest::harness {

/// What the templates show of one finding. The graph drawing is markup; everything else is text that they escape.
nlohmann::ordered_json finding_view(const ReportedFinding& finding);

}  // namespace difftest::harness
