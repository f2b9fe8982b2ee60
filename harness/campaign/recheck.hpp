#pragma once

#include "harness/campaign/case_runner.hpp"
#include "harness/campaign/lifecycle.hpp"
#include "harness/report/lifecycle_report.hpp"
#include "reference/graph/case.hpp"

#include <optional>
#include <vector>

namespace difftest::harness {

struct RecheckRequest {
    std::vector<graph::Case> cases;  ///< that failed before
    RunSelection selection;          ///< its known issues are checked as well, each with its smallest case
    std::int64_t passes_until_fixed = 1;
};

/// Runs the smallest case of every known issue, and cases that failed before, on every backend of the selection, and
/// says what became of each: from the state that `ledger` holds, to the one that it then holds. Throws InputError.
LifecycleReport recheck(const RecheckRequest& request, Ledger& ledger);

}  // namespace difftest::harness
