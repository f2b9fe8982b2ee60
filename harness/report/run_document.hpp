#pragma once

#include "harness/report/run_report.hpp"

#include <string>

namespace difftest::harness {

/// The JSON document of `difftest run --json` (reports/schema/run.schema.json), ending with a newline.
std::string run_document(const RunReport& report);

}  // namespace difftest::harness
