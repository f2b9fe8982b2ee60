#pragma once

#include "harness/campaign/known_issues.hpp"
#include "harness/report/tolerance_report.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace difftest::harness {

/// Where the nights are kept, and the name of this one.
struct NightRequest {
    std::filesystem::path folder;
    std::string night;
};

/// Everything that a campaign's folder holds, whether the campaign has ended or not; nothing in it is changed. What is
/// missing or cannot be read is a warning of the report. With `nights` the states of the findings are those after this
/// night, which is kept. Without drawings: finding_drawings.hpp. Throws InputError: not a campaign's folder, or one of
/// another version.
ToleranceReport read_tolerance_report(const std::filesystem::path& folder, const std::vector<KnownIssue>& known_issues,
                                      const std::optional<NightRequest>& nights);

}  // namespace difftest::harness
