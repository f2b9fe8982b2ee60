#pragma once

#include "harness/campaign/case_record.hpp"
#include "harness/report/coverage.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace difftest::harness {

/// Counts pairs of attributes over the records of a campaign, in any order. Its memory depends on how many attributes
/// and rungs there are.
class CoverageMap {
public:
    void add(const CaseRecord& record);

    Coverage result() const;

private:
    using Pair = std::pair<std::uint32_t, std::uint32_t>;  ///< numbers of words, the lower first
    struct Count {
        std::int64_t cases = 0;
        std::uint64_t judged_on = 0;                  ///< one bit for each rung
        std::map<Refused, std::int64_t> refused_for;  ///< of cases that no rung judged
    };
    struct Operation {
        std::map<std::string, std::uint32_t> words;
        std::map<Pair, Count> pairs;
    };
    void add_node(const CaseRecord& record, const std::vector<std::string>& node, std::uint64_t judged_on);

    std::map<std::string, Operation> operations_;
    std::map<std::string, std::uint64_t> rungs_;  ///< the bit of each
};

/// The word of an attribute for pairs: what names dimensions one by one is taken together.
std::string pair_word(const std::string& attribute);

/// Whether two attributes can never be those of one node: two types, two numbers of dimensions, two algorithms, ...
bool exclude_each_other(std::string_view a, std::string_view b);

}  // namespace difftest::harness
