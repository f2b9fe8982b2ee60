#pragma once

#include "harness/report/tolerance_report.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>

namespace difftest::harness {

/// What makes the finding's documents (finding.json and observation.json, JSON texts that may come from anybody) other
/// than difftest writes them; nothing when a page can show them, or when there are none.
std::optional<std::string> complaint_of_documents(const ReportedFinding& finding);

/// What the templates show of one finding. The graph drawing is markup; everything else is text that they escape. The
/// documents must have passed complaint_of_documents.
nlohmann::ordered_json finding_view(const ReportedFinding& finding);

}  // namespace difftest::harness
