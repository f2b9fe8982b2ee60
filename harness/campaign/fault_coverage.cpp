#include "harness/campaign/fault_coverage.hpp"

#include "harness/campaign/judged_case.hpp"
#include "reference/faults/sharpness.hpp"

#include <fmt/format.h>

#include <utility>

namespace difftest::harness {
namespace {

/// The mixing function of SplitMix64 (Steele, Lea, Flood 2014).
std::uint64_t mixed(std::uint64_t value) {
    value += 0x9E3779B97F4A7C15U;
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9U;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBU;
    return value ^ (value >> 31);
}

/// A case of the samples, with what the oracle says of it.
struct Sampled {
    graph::Case value;
    oracle::Evaluation allowed;
};

}  // namespace

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
    for (const std::string& id : record.applicable_faults) {
        Seen& seen = faults_[id];
        ++seen.cases;
        seen.sample.insert({mixed(record.index), record.index, record.draw});
        if (seen.sample.size() > kSample) {
            seen.sample.erase(std::prev(seen.sample.end()));
        }
    }
}

std::vector<FaultCaught> FaultCoverage::examine(const CampaignConfiguration& configuration) const {
    std::map<std::uint64_t, Sampled> cases;
    const auto sampled = [&](std::uint64_t index, int draw) -> const Sampled& {
        const auto found = cases.find(index);
        if (found != cases.end()) {
            return found->second;
        }
        graph::Case value = recorded_case(configuration, index, draw);
        oracle::Evaluation allowed = oracle::evaluate(value, configuration.generator.contract);
        return cases.emplace(index, Sampled{std::move(value), std::move(allowed)}).first->second;
    };
    std::vector<FaultCaught> result;
    for (const faults::Fault& fault : faults::all_faults()) {
        FaultCaught caught{std::string(fault.id), std::string(fault.name), 0, 0, 0};
        if (const auto seen = faults_.find(caught.id); seen != faults_.end()) {
            caught.cases = seen->second.cases;
            for (const auto& [hash, index, draw] : seen->second.sample) {
                if (caught.examined >= kExamined && caught.exposed > 0) {
                    break;
                }
                const Sampled& each = sampled(index, draw);
                ++caught.examined;
                caught.exposed += faults::exposes(each.value, each.allowed, fault) ? 1 : 0;
            }
        }
        result.push_back(std::move(caught));
    }
    return result;
}

}  // namespace difftest::harness
