#pragma once

#include "harness/campaign/case_record.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace difftest::harness {

/// What is known of a run before it is made.
struct RunPattern {
    struct Part {
        std::string operation;              ///< of the partition's first node
        std::vector<std::string> features;  ///< of its nodes, the plan's traits and "plan NAME"; ascending
    };
    std::string backend;
    std::string isa;
    std::vector<Part> parts;  ///< one for each partition
};

/// What the runs of full clusters look like before they are made: a loud error of a library is a trait of a plan, a
/// rung and attributes of one partition, while the case around it is like any other. Such runs are withheld, the others
/// of the case are made.
///
/// A cluster is described, on each rung, by lists of features. A failing run that none of them fits makes the nearest
/// one more general, or is the first of another list. What becomes of the runs that a list fits is counted in the
/// records (Forecast): a list that fits too many others is forgotten.
class RunSteering {
public:
    /// `full`: cases that a list must describe, `least_runs`: runs that it must have fitted before it withholds any.
    RunSteering(std::int64_t full, std::int64_t least_runs) : full_(full), least_runs_(least_runs) {}

    /// Records of one lane, in ascending order of their indices.
    void learn(const CaseRecord& record);

    struct Fit {
        std::uint64_t description = 0;
        std::string identity;    ///< steering_identity of the cluster
        bool withholds = false;  ///< the cluster is full, and at least every fourth run that was like this one failed
    };
    /// The descriptions that fit the run.
    std::vector<Fit> fits(const RunPattern& pattern) const;

private:
    struct Description {
        std::uint64_t id = 0;
        std::string identity;
        std::vector<std::string> common;
        std::int64_t cases = 0;   ///< that it describes
        std::int64_t runs = 0;    ///< that it fitted and that were made, since it is as it is
        std::int64_t failed = 0;  ///< of these
    };
    using Place = std::tuple<std::string, std::string, std::string>;  ///< backend, rung, operation

    bool is_tried(const Description& each) const { return each.runs >= least_runs_; }
    void learn_failure(std::vector<Description>& known, const std::string& identity,
                       const std::vector<std::string>& features, std::vector<std::uint64_t>& counted);

    std::int64_t full_;
    std::int64_t least_runs_;
    std::uint64_t next_id_ = 0;
    std::map<Place, std::vector<Description>> places_;
};

/// The features of a partition's nodes with those of its plan, as RunPattern::Part has them.
std::vector<std::string> with_plan(std::vector<std::string> features, const std::string& plan);

/// What a failure is counted under: its cluster, or the known issue that explains it.
std::string steering_identity(const FailureRecord& failure);

/// Whether a failure is what a description with that identity foretells: one error of a library makes a cluster for
/// each kernel and pattern, so that any failure counts that is not explained; for a known issue only its own.
bool is_foretold(const FailureRecord& failure, const std::string& identity);

}  // namespace difftest::harness
