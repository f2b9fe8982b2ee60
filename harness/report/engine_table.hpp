#pragma once

#include "harness/report/run_report.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Several engines on one case, side by side: each was judged against the allowed set of its own contract, and here it
/// stands how far apart they are. Engines that agree prove nothing; the oracle is the evidence.
namespace difftest::harness {

/// Runs of one backend that gave the same outputs, bit by bit, and were judged alike; or one that gave none.
struct EngineAnswer {
    std::string backend;
    std::string library;
    std::vector<std::string> runs;  ///< "fused AVX2"
    std::string contract;
    std::string verdict;
    std::int64_t judged = 0;
    std::int64_t outside = 0;
    double most = 0;                  ///< of the elements outside: steps of their type (error_steps.hpp)
    const RunEntry* first = nullptr;  ///< of these runs
};

/// Of all outputs of two answers.
struct EngineDistance {
    std::int64_t different = 0;  ///< elements
    double most = 0;             ///< the largest distance: LSB of an integer, ulp of a floating type
};

struct EngineTable {
    std::string case_name;
    std::vector<EngineAnswer> answers;
    /// By two positions in `answers`; nothing where one of the two gave no outputs.
    std::vector<std::vector<std::optional<EngineDistance>>> distances;
};

/// One for each case on which at least two backends have entries, of those whose outputs were kept (RunEntry::given).
/// Runs that were unsupported stand for a backend only when it has no other.
std::vector<EngineTable> engine_tables(const RunReport& report);

/// As a table for a screen of that width; empty for no answers.
std::string engine_table_text(const EngineTable& table, std::optional<std::size_t> width);

}  // namespace difftest::harness
