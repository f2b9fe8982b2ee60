#pragma once

#include "harness/report/run_report.hpp"
#include "harness/report/screen_style.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What became of the errors that were found before, as values: the answer of `difftest recheck`.
namespace difftest::harness {

/// Where a finding stands in its life, on one release of one library.
enum class FindingState : std::uint8_t {
    fresh,       ///< "new": it fails, and nothing explains it
    known,       ///< it fails, and a known issue explains it
    incubating,  ///< it does not fail, but has not passed often enough to be called fixed
    fixed,       ///< it does not fail any more
    regressed,   ///< it was fixed, or this release is said to be without it, and it fails
    not_run      ///< nothing was judged
};

std::string_view name_of(FindingState state);
std::optional<FindingState> finding_state_from(std::string_view name);

/// A known issue, or a case that failed before, on one backend.
struct RecheckedFinding {
    std::string id;  ///< of the known issue, or the name of the case
    bool is_known_issue = false;
    std::string backend;
    std::string library_version;
    FindingState state = FindingState::not_run;
    FindingState before = FindingState::not_run;  ///< at the check before; not_run: there was none
    std::int64_t passes = 0;                      ///< checks in a row in which it did not fail
    std::int64_t failing_runs = 0;
    std::int64_t passing_runs = 0;
    std::string remark;  ///< one line: of a failing run, or why nothing was judged
};

struct LifecycleReport {
    std::vector<BackendUsed> backends;
    std::vector<RungNotRun> not_run;
    std::vector<RecheckedFinding> findings;  ///< as they were checked
    std::int64_t harness_errors = 0;

    std::int64_t count(FindingState state) const;
};

/// 1 when something is new or regressed, 4 after a harness error, 3 when nothing was judged, else 0.
ExitCode exit_code_of(const LifecycleReport& report);

std::string lifecycle_screen(const LifecycleReport& report, const ScreenStyle& style);

/// reports/schema/lifecycle.schema.json
std::string lifecycle_document(const LifecycleReport& report);

}  // namespace difftest::harness
