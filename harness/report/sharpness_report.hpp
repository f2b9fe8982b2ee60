#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// What `difftest sharpness` has to say, as values.
namespace difftest::harness {

/// A fault at a node of a case.
struct SharpnessRow {
    std::string fault;          ///< "D01 clamp_dropped_mid_chain at quant1"
    std::int64_t elements = 0;  ///< of the outputs, that would leave their allowed sets; 0: nobody would notice
};

struct SharpnessReport {
    std::string case_name;
    std::vector<SharpnessRow> rows;

    std::int64_t exposed() const;
};

std::string sharpness_screen(const std::vector<SharpnessReport>& reports);

/// One JSON document: reports/schema/sharpness.schema.json.
std::string sharpness_document(const std::vector<SharpnessReport>& reports);

}  // namespace difftest::harness
