#pragma once

#include "harness/compare/needed_value.hpp"
#include "harness/compare/trace.hpp"
#include "harness/report/screen_style.hpp"
#include "reference/oracle/taps.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace difftest::harness {

/// Why one element of an output may be what it may be.
struct Explanation {
    std::string case_name;
    std::string contract;
    std::string tensor;
    graph::DataType type = graph::DataType::f32;
    std::vector<std::int64_t> coordinates;
    oracle::AllowedSet allowed;
    std::optional<double> got;  ///< a value to be explained
    Trace trace;
    /// By step of the trace; empty when no value is to be explained.
    std::vector<std::optional<NeededValue>> needed;
    /// The taps of every accumulator of the trace, by node.
    std::map<std::string, std::vector<oracle::Tap>> taps;
    std::vector<std::string> notes;  ///< why elements of the case are outside the contract
};

std::string explanation_screen(const Explanation& explanation, const ScreenStyle& style);

/// The JSON document of `difftest explain --json` (reports/schema/explain.schema.json), ending with a newline.
std::string explanation_document(const Explanation& explanation);

}  // namespace difftest::harness
