#pragma once

#include "harness/report/run_report.hpp"
#include "harness/report/screen_style.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What `difftest equivalents` has to say, as values.
namespace difftest::harness {

struct FormRow {
    std::string form;
    std::string meaning;
    std::string why_not;         ///< why there is none of this case; empty: there is one
    std::string breaks;          ///< why it is no equivalent of this case; empty: the same allowed sets
    std::int64_t differing = 0;  ///< elements of the convolution's result whose allowed sets differ
    std::int64_t nodes = 0;
    std::string file;  ///< empty: not written
};

/// The smallest problem on which a form breaks for a reason.
struct BreakRow {
    std::string form;
    std::string reason;
    std::int64_t taps = 0;
    std::int64_t x = 0, w = 0;
    std::int64_t data_zero_point = 0, weights_zero_point = 0;
    std::optional<double> expected, got;  ///< nothing: an s32 overflowed
    std::string file;
};

struct EquivalentsReport {
    std::string case_name;
    std::string node;
    std::vector<FormRow> forms;
    RunReport runs;  ///< of those with the same allowed sets
    std::vector<BreakRow> breaks;
};

std::string equivalents_screen(const EquivalentsReport& report, const ScreenStyle& style);

/// One JSON document: reports/schema/equivalents.schema.json.
std::string equivalents_document(const EquivalentsReport& report);

}  // namespace difftest::harness
