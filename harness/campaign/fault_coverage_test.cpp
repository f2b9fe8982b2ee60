#include "harness/campaign/fault_coverage.hpp"

#include "harness/campaign/judged_case.hpp"
#include "reference/faults/dictionary.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace difftest::harness {
namespace {

const FaultCaught& entry(const std::vector<FaultCaught>& all, const std::string& id) {
    return *std::find_if(all.begin(), all.end(), [&](const FaultCaught& each) { return each.id == id; });
}

TEST(FaultCoverage, SamplesTheSameCasesWhateverTheOrder) {
    CampaignConfiguration configuration;
    configuration.name = "coverage";
    std::vector<CaseRecord> records(40);
    for (std::size_t i = 0; i < records.size(); ++i) {
        records[i].index = i;
        records[i].applicable_faults = applicable_faults(recorded_case(configuration, i, 0));
    }
    FaultCoverage forward;
    FaultCoverage backward;
    std::for_each(records.begin(), records.end(), [&](const CaseRecord& each) { forward.add(each); });
    std::for_each(records.rbegin(), records.rend(), [&](const CaseRecord& each) { backward.add(each); });
    const std::vector<FaultCaught> seen = forward.examine(configuration);
    EXPECT_EQ(seen.size(), faults::all_faults().size());
    std::int64_t exposed = 0;
    const std::vector<FaultCaught> again = backward.examine(configuration);
    for (std::size_t i = 0; i < seen.size(); ++i) {
        EXPECT_EQ(seen[i].exposed, again[i].exposed) << seen[i].id;
        EXPECT_LE(seen[i].examined, std::min<std::int64_t>(seen[i].cases, 32));
        EXPECT_LE(seen[i].exposed, seen[i].examined);
        exposed += seen[i].exposed > 0 ? 1 : 0;
    }
    // A conversion to an integer that stores the low bits would be seen in 40 random cases.
    EXPECT_GT(entry(seen, "D13").exposed, 0);
    EXPECT_GT(exposed, 20);
}

TEST(FaultCoverage, OfNothingCatchesNothing) {
    for (const FaultCaught& each : FaultCoverage().examine(CampaignConfiguration())) {
        EXPECT_EQ(each.cases + each.examined + each.exposed, 0) << each.id;
    }
}

}  // namespace
}  // namespace difftest::harness
