#pragma once

#include "harness/export/reproducer.hpp"

#include <string>
#include <vector>

namespace difftest::harness {

/// finding.md: a text for the library's issue tracker, under a page: title, environment, steps, expected, actual,
/// analysis. `finding` is finding.json.
std::string issue_text(const ExportSubject& subject, const std::string& finding,
                       const std::vector<ReportedReproducer>& reproducers);

}  // namespace difftest::harness
