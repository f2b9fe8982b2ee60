#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What `difftest selftest` has to say, as values.
namespace difftest::harness {

/// What became of one fault.
struct SelfTestRow {
    std::string id;
    std::string name;
    std::int64_t applicable = 0;          ///< cases in which the rule plays a part, up to the one that exposed it
    std::optional<std::int64_t> exposed;  ///< the index of the first case that exposed it
    std::string verdict;                  ///< of the complete path on the original case
    std::int64_t nodes = 0;               ///< of the minimal case
    std::int64_t elements = 0;
    bool one_minimal = false;
    std::vector<std::string> named;
    std::int64_t rank = 0;  ///< of the true name among them, from 1; 0: not among them
    double diagnosis_seconds = 0;
    std::string why_not;  ///< not detected, or not named: the reason

    bool detected() const { return verdict == "violation"; }
    bool named_exactly() const { return rank == 1 && named.size() == 1; }
};

struct SelfTestReport {
    std::string configuration;
    std::int64_t cases = 0;
    std::vector<SelfTestRow> rows;
    /// The correct backend on as many cases as were looked at: how many the oracle took for wrong, which must be none.
    /// Each lies in the folder as correct_INDEX.json.
    std::int64_t correct_cases = 0;
    std::int64_t correct_findings = 0;

    std::int64_t detected() const;
    std::int64_t named_exactly() const;
    std::int64_t among_first(std::int64_t rank) const;
    std::int64_t wrongly_named() const;  ///< names without the true one among them
};

std::string selftest_screen(const SelfTestReport& report);

/// One JSON document: reports/schema/selftest.schema.json.
std::string selftest_document(const SelfTestReport& report);

/// One self-contained HTML page with the matrix.
std::string selftest_page(const SelfTestReport& report);

}  // namespace difftest::harness
