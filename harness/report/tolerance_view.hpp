#pragma once

#include "harness/report/tolerance_report.hpp"

#include <nlohmann/json_fwd.hpp>

namespace difftest::harness {

/// What the templates of reports show: the numbers of a report put together and written out. Names that no template
/// could tell apart from those around them (it looks outwards) begin with what they belong to.
nlohmann::ordered_json tolerance_view(const ToleranceReport& report);

}  // namespace difftest::harness
