#pragma once

#include "harness/campaign/campaign_configuration.hpp"
#include "harness/campaign/case_record.hpp"
#include "harness/report/campaign_report.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace difftest::harness {

/// Which faults of the dictionary a campaign would have caught: in how many cases that a backend passed each plays a
/// part, and a sample of these. The sample is the same whatever the order in which records come.
class FaultCoverage {
public:
    static constexpr std::size_t kSample = 32;    ///< cases for each fault, at most
    static constexpr std::int64_t kExamined = 8;  ///< of these in any case; the others while none has shown the fault

    void add(const CaseRecord& record);

    /// Breaks each rule in the cases of its sample, which are generated again, and looks whether it would have been
    /// seen. All faults of the dictionary, in its order.
    std::vector<FaultCaught> examine(const CampaignConfiguration& configuration) const;

private:
    /// By a hash of the index first: a sample of all indices, not of the first.
    using Place = std::tuple<std::uint64_t, std::uint64_t, int>;

    struct Seen {
        std::int64_t cases = 0;
        std::set<Place> sample;
    };

    std::map<std::string, Seen> faults_;  ///< by id
};

/// The ids of the faults that play a part in the case.
std::vector<std::string> applicable_faults(const graph::Case& value);

}  // namespace difftest::harness
