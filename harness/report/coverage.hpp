#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

/// Which pairs of attributes a campaign reached: two attributes (types, "depthwise", "stride>1", an algorithm, ...) of
/// one node together. Most errors of a kernel need no more than two.
namespace difftest::harness {

struct OperationCoverage {
    std::string operation;
    std::int64_t possible = 0;  ///< pairs of attributes that were drawn and do not exclude each other
    std::int64_t drawn = 0;
    std::int64_t judged = 0;                        ///< on some rung
    std::map<std::string, std::int64_t> judged_on;  ///< by backend and rung
};

/// A pair that was judged nowhere.
struct MissedPair {
    std::string operation;
    std::string first;
    std::string second;
    std::int64_t cases = 0;  ///< that have it
    std::string why;
};

struct Coverage {
    std::vector<OperationCoverage> operations;  ///< by name
    std::vector<MissedPair> missed;             ///< by operation and attributes
};

}  // namespace difftest::harness
