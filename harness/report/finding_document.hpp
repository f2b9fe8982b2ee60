#pragma once

#include "harness/report/diagnosis_report.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// A finding, as values: what stands in finding.json and README.md of a finding folder.
namespace difftest::harness {

/// How big a case is.
struct CaseSize {
    std::int64_t nodes = 0;
    std::int64_t elements_in = 0;   ///< of inputs and constants
    std::int64_t elements_out = 0;  ///< of the outputs
};

struct FindingPass {
    std::string name;
    std::int64_t offered = 0;
    std::int64_t accepted = 0;
};

/// For which values of one number of the minimal case the failure shows.
struct FindingCondition {
    std::string what;
    std::int64_t own = 0;  ///< in the minimal case
    std::vector<std::int64_t> fails;
    std::vector<std::int64_t> passes;
    std::vector<std::int64_t> others;
    std::string text;
};

/// Another bug that the reduction met.
struct FindingOther {
    std::string signature;
    std::string file;  ///< in the finding folder
};

struct FindingReport {
    std::string case_name;
    std::string backend;
    std::string library;
    std::string library_version;
    std::string isa;
    std::string plan;
    std::string verdict;
    std::string reason;
    std::vector<std::string> implementations;
    std::vector<std::string> rules;  ///< of the fault dictionary that explain it
    std::optional<std::string> known_issue;
    std::string affected;  ///< the releases that the registry says have that issue: "oneDNN before 2.7"
    std::string signature;
    CaseSize original;
    CaseSize minimal;
    bool one_minimal = false;
    bool flaky = false;
    std::int64_t tries = 0;
    std::string certificate;
    std::vector<FindingPass> passes;
    std::vector<FindingCondition> conditions;
    std::vector<DecidingProperty> switches;
    std::optional<std::string> passing;  ///< how the passing neighbour differs
    std::vector<FindingOther> others;
    std::optional<DiagnosisReport> diagnosis;  ///< of wrong values
    std::string reproduce;                     ///< command line
};

/// One JSON document: reports/schema/finding.schema.json.
std::string finding_document(const FindingReport& report);

/// The README of a finding folder, Markdown.
std::string finding_readme(const FindingReport& report);

/// A few lines for a terminal.
std::string finding_screen(const FindingReport& report, const std::string& folder);

}  // namespace difftest::harness
