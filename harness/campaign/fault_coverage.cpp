#include "harness/campaign/fault_coverage.hpp"

#include "harness/campaign/judged_case.hpp"
#include "harness/generate/counter_random.hpp"
#include "reference/faults/sharpness.hpp"

#include <iterator>
#include <utility>

namespace difftest::harness {

std::vector<std::string> applicable_faults(const graph::Case& value) {
    std::vector<std::string> ids;
    for (const faults::Fault& fault : faults::all_faults()) {
        if (!faults::applicable_nodes(fault, value).empty()) {
            ids.emplace_back(fault.id);
        }
    }
    return ids;
}

void FaultCoverage::add(const CaseRecord& record) {
    const CounterRandom order(0, 0);
    for (const std::string& id : record.applicable_faults) {
        Seen& seen = faults_[id];
        ++seen.cases;
        seen.sample.insert({order.at(record.index), record.index, record.draw});
        if (seen.sample.size() > kSample) {
            seen.sample.erase(std::prev(seen.sample.end()));
        }
    }
}

std::vector<FaultCaught> FaultCoverage::examine(const CampaignConfiguration& configuration) const {
    std::vector<FaultCaught> result;
    std::map<Place, std::vector<std::size_t>> faults_at;  // in the order of every sample
    for (const faults::Fault& fault : faults::all_faults()) {
        FaultCaught caught{std::string(fault.id), std::string(fault.name), 0, 0, 0};
        if (const auto seen = faults_.find(caught.id); seen != faults_.end()) {
            caught.cases = seen->second.cases;
            for (const Place& place : seen->second.sample) {
                faults_at[place].push_back(result.size());
            }
        }
        result.push_back(std::move(caught));
    }
    for (auto& [place, candidates] : faults_at) {
        std::erase_if(candidates, [&result](std::size_t each) {
            return result[each].examined >= kExamined && result[each].exposed > 0;
        });
        if (candidates.empty()) {
            continue;
        }
        const graph::Case value = recorded_case(configuration, std::get<1>(place), std::get<2>(place));
        const oracle::Evaluation allowed = oracle::evaluate(value, configuration.generator.contract);
        for (const std::size_t each : candidates) {
            ++result[each].examined;
            result[each].exposed += faults::exposes(value, allowed, faults::all_faults()[each]) ? 1 : 0;
        }
    }
    return result;
}

}  // namespace difftest::harness
