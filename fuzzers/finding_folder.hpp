#pragma once

#include "harness/report/campaign_report.hpp"
#include "reference/graph/case.hpp"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace difftest::fuzzers {

/// What tells failures apart, as the name of a file: "violation_convolution_jit_avx2_off_by_one".
std::string name_of_signature(const harness::FailureSignature& signature);

/// Where findings of a target are put, so that it can go on.
class FindingFolder {
public:
    /// The folder that DIFFTEST_FUZZ_FINDINGS names; without one, keep() ends the process.
    static FindingFolder from_environment();

    /// Writes NAME.input, NAME.case.json and NAME.txt, unless they are there: the first input is kept.
    void keep(const std::string& name, const std::string& reason, const graph::Case& value,
              std::span<const std::uint8_t> input) const;

private:
    explicit FindingFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}

    std::filesystem::path folder_;
};

}  // namespace difftest::fuzzers
