#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// What `difftest diagnose` has to say, as values.
namespace difftest::harness {

struct DiagnosisRule {
    std::string name;      ///< "D01 clamp_dropped_mid_chain at quant1"
    std::string rule;      ///< what must hold
    std::string deviates;  ///< what the kernel does instead
    std::string seen_in;   ///< where it was met before
};

struct DiagnosisRejection {
    std::string name;
    std::string because;
};

/// A property of the case, and what becomes of the failure with another in its place.
struct DecidingProperty {
    std::string what;      ///< "fake_quantize.levels", "data: axis 1"
    std::string own;       ///< "256"
    bool decides = false;  ///< with another value it passes
    std::string text;      ///< "fails for 256, passes for 255"
};

/// What the wrong elements of a tensor have in common.
struct DiagnosisPortrait {
    std::string tensor;
    std::vector<std::string> places;
    std::vector<std::string> values;
};

/// The same case on another rung or with another plan.
struct DiagnosisRun {
    std::string isa;
    std::string plan;
    std::string verdict;
    std::vector<std::string> implementations;
};

struct DiagnosisReport {
    std::string case_name;
    std::string backend;
    std::string isa;
    std::string plan;
    std::vector<DiagnosisRule> named;  ///< several: nothing that was run tells them apart
    std::string unexplained;           ///< why nothing is named
    std::vector<DiagnosisRejection> rejected;
    std::vector<DiagnosisPortrait> portraits;
    std::vector<DecidingProperty> properties;
    std::vector<DiagnosisRun> elsewhere;
    std::int64_t runs = 0;
    std::int64_t confirmations = 0;
    double seconds = 0;
};

/// What is named, why, and what was rejected, a line each, without the head.
std::string diagnosis_lines(const DiagnosisReport& report);

std::string diagnosis_screen(const DiagnosisReport& report);

/// One JSON document: reports/schema/diagnosis.schema.json.
std::string diagnosis_document(const DiagnosisReport& report);

}  // namespace difftest::harness
