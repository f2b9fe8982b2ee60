#pragma once

#include "harness/report/tolerance_report.hpp"

#include <nlohmann/json_fwd.hpp>

/// The forms of a tolerance report that are JSON, before they become text.
namespace difftest::harness {

/// reports/schema/report.schema.json
nlohmann::ordered_json tolerance_document(const ToleranceReport& report);

/// SARIF 2.1.0: the rules are the ways to fail, the results are findings, absent findings and known issues.
nlohmann::ordered_json sarif_document(const ToleranceReport& report);

/// A JSON text of the campaign's folder; null where it is empty or cannot be read.
nlohmann::ordered_json parsed_or_null(const std::string& text);

/// "violation in convolution (jit_uni_int8, dense, values)": what a cluster is called.
std::string title_of(const Cluster& cluster);

/// An identity for readers: "violation|onednn|binary||jit:uni|nan" becomes "violation, onednn, binary, jit:uni, nan".
std::string readable_identity(const std::string& identity);

}  // namespace difftest::harness
