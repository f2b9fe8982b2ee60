#pragma once

#include "harness/report/screen_style.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

/// What `difftest bench --throughput` has to say, as values: how fast generated cases go through everything but a
/// library.
namespace difftest::harness {

/// The same indices with so many judges side by side. Times of the stages are summed over the judges.
struct ThroughputRow {
    int jobs = 1;
    std::int64_t cases = 0;
    std::chrono::nanoseconds clock{0};
    std::chrono::nanoseconds processor{0};  ///< of the whole process
    std::chrono::nanoseconds judge{0};      ///< generating, gate, comparing, record
    std::chrono::nanoseconds journal{0};    ///< formatting and writing the line
    std::chrono::nanoseconds fold{0};       ///< adding it up

    double cases_per_second() const;
    double cases_per_processor_second() const;
};

/// What the process held after so many cases of the first row.
struct ThroughputHolding {
    std::int64_t cases = 0;
    std::int64_t resident_bytes = 0;
};

struct ThroughputReport {
    std::string configuration;
    std::vector<ThroughputRow> rows;
    std::vector<ThroughputHolding> holdings;
};

std::string throughput_screen(const ThroughputReport& report, const ScreenStyle& style);

/// reports/schema/throughput.schema.json
std::string throughput_document(const ThroughputReport& report);

}  // namespace difftest::harness
