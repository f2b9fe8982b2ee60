#pragma once

#include "harness/reduce/case_cost.hpp"
#include "harness/reduce/pass.hpp"
#include "harness/reduce/trial.hpp"
#include "harness/reduce/trial_journal.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace difftest::harness {

struct ReductionLimits {
    std::int64_t tries = 20'000;          ///< candidates that are looked at
    std::chrono::milliseconds time{0};    ///< 0: no limit
    int repetitions = 5;                  ///< of a candidate, where the failure does not show every time
    std::vector<std::string> isa_ladder;  ///< of the backend, highest first
};

struct PassStatistics {
    std::string name;
    std::int64_t offered = 0;   ///< valid and smaller candidates
    std::int64_t accepted = 0;  ///< of them, that kept the bug
    friend bool operator==(const PassStatistics&, const PassStatistics&) = default;
};

/// Another bug than the one that is reduced.
struct OtherBug {
    Signature signature;
    graph::Case value;  ///< the smallest case that showed it
};

/// A case one step away from the minimal one that passes.
struct PassingStep {
    std::string what;
    graph::Case value;
};

struct Reduction {
    graph::Case minimal;
    Observation original;
    Observation observation;   ///< of the minimal case
    bool one_minimal = false;  ///< no single step of any pass keeps the failure
    bool flaky = false;        ///< the failure does not show every time
    std::int64_t tries = 0;    ///< different candidates that were looked at
    std::vector<PassStatistics> passes;
    std::vector<OtherBug> others;        ///< by signature
    std::optional<PassingStep> passing;  ///< of the steps from the minimal case the one that leaves most

    /// "1-minimal: no single step of 10 passes keeps the failure (412 tries)" or "budget spent after 1000 tries".
    std::string certificate() const;
};

/// The start does not fail, so there is nothing to reduce. The message is one line.
class NothingToReduce : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Greedy descent: of every pass's opportunities the first that keeps the bug and costs less is taken, until a whole
/// round over all passes finds none. The result does not depend on how many cases run at a time.
class Reducer {
public:
    /// All outlive the reducer. `accepted` is told of every smaller case, the start included.
    Reducer(Trial& trial, TrialJournal& journal, ReductionLimits limits,
            std::function<void(const graph::Case&, const std::string& step)> accepted = {});

    /// Throws NothingToReduce.
    Reduction reduce(graph::Case start);

    /// Observes one case through the journal.
    Observation observe(const graph::Case& value);

private:
    struct Candidate {
        std::string what;
        graph::Case value;
        std::string key;
        CaseCost cost;
        std::size_t position;  ///< among the opportunities, counted from where the round began
        std::optional<Observation> observation;
    };

    void confirm_start(graph::Case start);
    bool run_pass(const Pass& pass, PassStatistics& statistics);
    std::vector<Candidate> gather(const std::vector<Opportunity>& opportunities, std::size_t first,
                                  std::size_t& visited);
    void observe_all(std::vector<Candidate>& batch);
    Observation repeated(const graph::Case& value, Observation first);
    bool judge(Candidate& candidate, PassStatistics& statistics);
    void note_other(const Candidate& candidate);
    void note_passing(const Candidate& candidate);
    void accept(Candidate candidate, std::string_view pass);
    bool out_of_budget() const;

    Trial& trial_;
    TrialJournal& journal_;
    ReductionLimits limits_;
    std::function<void(const graph::Case&, const std::string&)> accepted_;
    std::chrono::steady_clock::time_point deadline_;
    std::shared_ptr<const graph::Case> current_;
    CaseCost cost_;
    CaseCost passing_cost_;
    PassContext context_;
    std::set<std::string> requested_;
    Reduction result_;
};

}  // namespace difftest::harness
