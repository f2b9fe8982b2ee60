#pragma once

#include "harness/campaign/backend_selection.hpp"
#include "harness/campaign/backend_session.hpp"
#include "harness/campaign/known_issues.hpp"
#include "harness/reduce/trial.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace difftest::harness {

/// Runs the candidates of a reduction on one backend, in worker processes: several lanes, each with workers of its own.
class ReductionTrial : public Trial {
public:
    /// `accused`: names of implementations, with their ISA; where some are given, only they are suspected, by that
    /// name. Else families are (implementation_family), so that a reduction may go on on a lower rung. Throws
    /// WorkerUnavailable when the backend cannot be started.
    ReductionTrial(const BackendSelection& selection, const std::vector<KnownIssue>& known_issues, std::size_t lanes,
                   const WorkerLimits& limits = {}, const std::vector<std::string>& accused = {});
    ~ReductionTrial() override;

    std::size_t width() const override { return lanes_.size(); }
    std::vector<Observation> run(std::span<const graph::Case> cases) override;

    /// The verdict's reason, a crash or hang seen again in a fresh worker.
    std::string confirmed_reason(const graph::Case& value);

    const backends::Description& description() const { return description_; }
    const std::vector<std::string>& ladder() const { return ladder_; }

private:
    class Lane;

    std::vector<std::unique_ptr<Lane>> lanes_;
    backends::Description description_;
    std::vector<std::string> ladder_;
};

}  // namespace difftest::harness
