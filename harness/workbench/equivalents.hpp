#pragma once

#include "harness/campaign/run_cases.hpp"
#include "harness/report/equivalents_report.hpp"

#include <filesystem>

namespace difftest::harness {

struct EquivalentsRequest {
    graph::Case value;
    std::string node;              ///< of the convolution; empty: the first with a zero point
    std::filesystem::path folder;  ///< where CASE.FORM.json and the smallest breaks go; empty: nowhere
    bool runs = true;
    bool searches = true;
    RunRequest run;  ///< what to run them on; its cases are filled in
};

/// Makes every equivalent form, holds its allowed sets against those of the case, runs those with the same sets and
/// the native form on every backend, and searches where each form breaks. Throws InputError.
EquivalentsReport equivalents(const EquivalentsRequest& request);

}  // namespace difftest::harness
