#pragma once

#include "fuzzers/readers.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace difftest::fuzzers {

/// What a reader did with many malformed texts.
struct ReaderTrial {
    std::int64_t inputs = 0;
    std::int64_t read = 0;
    std::int64_t refused = 0;
    double slowest_seconds = 0;  ///< of processor time, for one input
    double peak_megabytes = 0;   ///< resident, beyond what the process had before
    std::string fault;           ///< empty: none; else what went wrong first, and where the input lies
};

struct TrialLimits {
    double seconds = 1;
    double megabytes = 256;
};

/// Gives `count` changed texts to the reader, in a process of its own so that a crash is a result: each must be read or
/// refused in one line, within the limits. While it reads, the process may write no file at all. The unchanged seeds
/// come first, and must be read. An input that breaks something is left in `faults`.
ReaderTrial try_reader(const Reader& reader, std::int64_t count, std::uint32_t seed, const TrialLimits& limits,
                       const std::filesystem::path& faults);

}  // namespace difftest::fuzzers
