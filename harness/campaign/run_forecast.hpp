#pragma once

#include "backends/backend.hpp"
#include "harness/campaign/case_record.hpp"
#include "harness/campaign/run_steering.hpp"
#include "reference/graph/case.hpp"

#include <map>
#include <string>
#include <vector>

namespace difftest::harness {

/// Which runs of one case are withheld, and what became of those that were made although a description fits them.
class RunForecast {
public:
    /// Without `steering` (may be null) nothing is foretold; where `makes_all`, nothing is withheld.
    RunForecast(const graph::Case& value, const RunSteering* steering, bool makes_all)
        : value_(value), steering_(steering), makes_all_(makes_all) {}

    /// Whether the run is not to be made. Asked once for each run.
    bool withholds(const std::string& backend, const std::string& isa, const backends::Plan& plan);

    /// Writes into the record, which knows its failures already, what was withheld and what came true.
    void settle(CaseRecord& record, const std::vector<RunEntry>& entries) const;

private:
    struct Made {
        std::string backend;
        std::string isa;
        std::string plan;
        std::vector<RunSteering::Fit> fits;
    };
    RunPattern pattern_of(const std::string& backend, const std::string& isa, const backends::Plan& plan);

    const graph::Case& value_;
    const RunSteering* steering_;
    bool makes_all_;
    std::map<std::vector<std::string>, std::vector<std::string>> features_;  ///< of partitions, by their nodes
    std::map<std::string, std::int64_t> withheld_;
    std::vector<Made> made_;
};

}  // namespace difftest::harness
