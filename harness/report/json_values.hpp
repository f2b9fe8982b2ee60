#pragma once

#include "harness/compare/trace.hpp"
#include "reference/graph/data_type.hpp"
#include "reference/oracle/allowed_set.hpp"

#include <nlohmann/json.hpp>

/// How values and sets stand in every JSON document.
namespace difftest::harness {

/// JSON has no infinities and no NaN: those become "inf", "-inf", "nan".
nlohmann::ordered_json json_number(double value, graph::DataType type);

nlohmann::ordered_json json_set(const oracle::AllowedSet& set, graph::DataType type);

nlohmann::ordered_json json_operands(const std::vector<TraceOperand>& operands);

}  // namespace difftest::harness
