#pragma once

#include "harness/campaign/backend_selection.hpp"
#include "harness/campaign/known_issues.hpp"
#include "harness/execute/worker.hpp"
#include "harness/report/finding_document.hpp"
#include "reference/graph/case.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace difftest::harness {

struct ReduceRequest {
    graph::Case value;
    BackendSelection backend;
    std::optional<std::string> isa;   ///< the first rung that fails by default
    std::optional<std::string> plan;  ///< the first that fails by default
    /// The failure that is wanted where the case shows several: the rung and plan to look at first, the rungs that it
    /// may be reduced on, and the implementations of which one is to blame, as FailureSignature names them. Empty:
    /// whichever is seen first, on any rung.
    std::string wanted_isa;
    std::vector<std::string> wanted_isas;
    std::string wanted_plan;
    std::string wanted_implementation;
    std::vector<KnownIssue> known_issues;
    std::filesystem::path folder;  ///< is made; holds case.json, minimal.json, passing.json, finding.json, README.md
    std::int64_t tries = 20'000;
    std::chrono::milliseconds time{0};  ///< 0: no limit
    std::size_t jobs = 1;
    WorkerLimits limits;  ///< every candidate that hangs costs the time that an answer may take
    std::function<void(const std::string&)> progress;  ///< one line for each step
};

/// Reduces a failing case and writes its finding folder. The folder's journal makes a reduction go on where it was
/// ended; minimal.json is the best so far at any time. Throws InputError: the case does not fail, the folder belongs to
/// another reduction, no such ISA. Throws WorkerUnavailable.
FindingReport reduce_case(const ReduceRequest& request);

}  // namespace difftest::harness
