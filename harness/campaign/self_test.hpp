#pragma once

#include "harness/campaign/corpora.hpp"
#include "harness/report/selftest_report.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace difftest::harness {

struct SelfTestRequest {
    Corpora corpora;
    std::string configuration = "nightly";
    std::int64_t cases = 2000;        ///< indices that are searched for a case that exposes a fault
    std::vector<std::string> faults;  ///< names or ids; empty: all
    std::filesystem::path folder;     ///< for the finding folders of the reductions; made when it is not there
    std::function<void(const std::string&)> progress;
};

/// Tests the harness on bugs whose truth is known: every fault of the dictionary is put into the faulty backend; the
/// first generated case that exposes it goes through worker, judgement, reduction and diagnosis. Throws InputError: no
/// such fault or configuration.
SelfTestReport self_test(const SelfTestRequest& request);

}  // namespace difftest::harness
