#include "harness/diagnose/diagnosis.hpp"

#include "harness/diagnose/explaining_faults.hpp"
#include "harness/diagnose/variants.hpp"
#include "reference/graph/validation.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <set>
#include <utility>

namespace difftest::harness {
namespace {

/// A hypothesis that still stands, and how often it was seen to differ from the graph.
struct Candidate {
    Hypothesis hypothesis;
    std::int64_t seen = 0;
};

bool is_one_rule(const Hypothesis& hypothesis) {
    return hypothesis.placements.front().fault.deviation == hypothesis.placements.back().fault.deviation;
}

class Search {
public:
    Search(const graph::Case& value, const RunBackend& run, const DiagnosisBudget& budget)
        : value_(value), run_(run), budget_(budget) {}

    Diagnosis diagnose(const graph::Case* original) {
        const auto observed = ask(value_);
        if (!observed) {
            return unexplained("the backend gives no values for the case");
        }
        const oracle::Evaluation correct = oracle::evaluate(value_, observed->contract);
        if (!contradiction(value_, correct, observed->outputs)) {
            return unexplained("the backend agrees with the graph");
        }
        if (!adopt(single_hypotheses(value_), *observed, correct, original) &&
            !adopt(paired_hypotheses(value_, budget_.pairs), *observed, correct, original)) {
            // What makes the wrong elements anything at all is believed only if it is seen to say what they are
            // elsewhere.
            must_be_seen_ = true;
        }
        if (must_be_seen_ && !adopt(single_hypotheses(value_), *observed, correct, original)) {
            return unexplained("no rule of the dictionary and no two of them reproduce the result");
        }
        separate();
        if (must_be_seen_ && std::erase_if(candidates_, [](const Candidate& each) { return each.seen == 0; }) > 0 &&
            candidates_.empty()) {
            return unexplained("no rule of the dictionary says what the wrong elements are");
        }
        if (candidates_.empty()) {
            return unexplained("what reproduces the case does not reproduce its variants");
        }
        if (values_.size() == 1) {
            return unexplained(fmt::format("every element of every run is {}: too little to tell a rule by",
                                           std::bit_cast<double>(*values_.begin())));
        }
        return finished();
    }

private:
    /// What the backend is asked for. Its values are kept: where all are one, anything that makes everything the same
    /// reproduces them.
    std::optional<ObservedOutputs> ask(const graph::Case& value) {
        std::optional<ObservedOutputs> observed = run_(value);
        ++result_.runs;
        for (const graph::TensorData& output : observed ? observed->outputs : std::vector<graph::TensorData>{}) {
            for (std::int64_t i = 0; i < output.size() && values_.size() < 2; ++i) {
                values_.insert(std::bit_cast<std::uint64_t>(output.at(i)));
            }
        }
        return observed;
    }

    Diagnosis unexplained(std::string why) {
        result_.unexplained = std::move(why);
        return std::move(result_);
    }

    /// Keeps what reproduces the case (which may not mean to allow anything where it is wrong, at first), and the
    /// original at one of its nodes or at all of them.
    bool adopt(const std::vector<Hypothesis>& hypotheses, const ObservedOutputs& observed,
               const oracle::Evaluation& correct, const graph::Case* original) {
        for (const Hypothesis& hypothesis : hypotheses) {
            const oracle::Evaluation predicted = prediction(value_, observed.contract, hypothesis);
            const auto wrong = must_be_seen_ ? contradiction(value_, predicted, observed.outputs)
                                             : contradiction(value_, predicted, correct, observed.outputs);
            if (!wrong) {
                candidates_.push_back({hypothesis});
            } else if (is_one_rule(hypothesis) && !must_be_seen_) {
                reject(hypothesis, "the case itself", *wrong);
            }
        }
        keep_what_explains(original);
        return !candidates_.empty();
    }

    void keep_what_explains(const graph::Case* original) {
        if (original == nullptr || candidates_.empty()) {
            return;
        }
        const auto observed = ask(*original);
        if (!observed) {
            return;
        }
        std::erase_if(candidates_, [&](const Candidate& candidate) {
            if (explains(*original, *observed, candidate.hypothesis)) {
                return false;
            }
            result_.rejected.push_back({hypothesis_text(value_, candidate.hypothesis),
                                        "it does not reproduce the case "
                                        "that this one was reduced from"});
            return true;
        });
    }

    /// The same rules at one node each or at all nodes of the original.
    static bool explains(const graph::Case& original, const ObservedOutputs& observed, const Hypothesis& hypothesis) {
        Hypothesis everywhere;
        std::vector<Hypothesis> attempts;
        std::vector<oracle::Deviation> rules;
        for (const faults::Placement& placement : hypothesis.placements) {
            if (std::find(rules.begin(), rules.end(), placement.fault.deviation) != rules.end()) {
                continue;
            }
            rules.push_back(placement.fault.deviation);
            for (const graph::NodeId node : faults::applicable_nodes(placement.fault, original)) {
                everywhere.placements.push_back({placement.fault, node});
                attempts.push_back({{{placement.fault, node}}});
            }
        }
        if (rules.size() > 1) {
            attempts.clear();
        }
        attempts.push_back(std::move(everywhere));
        return std::any_of(attempts.begin(), attempts.end(), [&](const Hypothesis& attempt) {
            return !contradiction(original, prediction(original, observed.contract, attempt), observed.outputs);
        });
    }

    void reject(const Hypothesis& hypothesis, const std::string& where, const PredictedElement& wrong) {
        result_.rejected.push_back({hypothesis_text(value_, hypothesis),
                                    fmt::format("{}, element {} of output {}: {} by it, got {}", where, wrong.element,
                                                wrong.output, wrong.predicted, wrong.got)});
    }

    /// Runs variants on which the candidates' predictions differ, from each other or from the graph.
    void separate() {
        contract::Contract contract;
        for (std::uint64_t number = 0; number < budget_.variants && !candidates_.empty() && wants_more(); ++number) {
            const graph::Case variant = variant_of(value_, number);
            if (graph::validate_case(variant)) {
                continue;
            }
            std::vector<oracle::Evaluation> predictions;
            for (const Candidate& candidate : candidates_) {
                predictions.push_back(prediction(variant, contract, candidate.hypothesis));
            }
            if (tells_something(variant, contract, predictions)) {
                judge(variant, number);
            }
        }
    }

    bool wants_more() const {
        return result_.runs < budget_.runs &&
               (candidates_.size() > 1 || candidates_.front().seen < budget_.confirmations || values_.size() == 1);
    }

    bool tells_something(const graph::Case& variant, const contract::Contract& contract,
                         const std::vector<oracle::Evaluation>& predictions) const {
        for (std::size_t i = 1; i < predictions.size(); ++i) {
            if (are_separated(variant, predictions[0], predictions[i])) {
                return true;
            }
        }
        if (values_.size() == 1 && predicts_another_value(variant, predictions[0])) {
            return true;
        }
        return candidates_.front().seen < budget_.confirmations &&
               are_separated(variant, predictions[0], oracle::evaluate(variant, contract));
    }

    /// Whether some element must be another than the only value that was ever seen.
    bool predicts_another_value(const graph::Case& variant, const oracle::Evaluation& predicted) const {
        const auto only = std::bit_cast<double>(*values_.begin());
        return std::any_of(variant.graph.outputs.begin(), variant.graph.outputs.end(), [&](graph::TensorId id) {
            const oracle::AllowedTensor& tensor = predicted.of(id);
            for (std::int64_t i = 0; i < tensor.size(); ++i) {
                if (!tensor.contains(i, only)) {
                    return true;
                }
            }
            return false;
        });
    }

    void judge(const graph::Case& variant, std::uint64_t number) {
        const auto observed = ask(variant);
        if (!observed) {
            return;
        }
        const oracle::Evaluation correct = oracle::evaluate(variant, observed->contract);
        const bool differs = contradiction(variant, correct, observed->outputs).has_value();
        std::erase_if(candidates_, [&](Candidate& candidate) {
            const oracle::Evaluation predicted = prediction(variant, observed->contract, candidate.hypothesis);
            const auto wrong = contradiction(variant, predicted, observed->outputs);
            if (wrong) {
                reject(candidate.hypothesis, fmt::format("variant {}", number), *wrong);
            }
            candidate.seen += differs && !contradiction(variant, predicted, correct, observed->outputs) ? 1 : 0;
            return wrong.has_value();
        });
    }

    Diagnosis finished() {
        std::stable_sort(candidates_.begin(), candidates_.end(), [](const Candidate& a, const Candidate& b) {
            return a.hypothesis.placements.size() < b.hypothesis.placements.size();
        });
        for (Candidate& candidate : candidates_) {
            result_.named.push_back(hypothesis_text(value_, candidate.hypothesis));
            result_.standing.push_back(std::move(candidate.hypothesis));
        }
        result_.confirmations = candidates_.front().seen;
        return std::move(result_);
    }

    const graph::Case& value_;
    const RunBackend& run_;
    DiagnosisBudget budget_;
    std::vector<Candidate> candidates_;
    bool must_be_seen_ = false;       ///< a candidate allows anything where the case is wrong
    std::set<std::uint64_t> values_;  ///< that the backend gave, as bits, the first two
    Diagnosis result_;
};

}  // namespace

Diagnosis diagnose(const graph::Case& value, const graph::Case* original, const RunBackend& run,
                   const DiagnosisBudget& budget) {
    return Search(value, run, budget).diagnose(original);
}

}  // namespace difftest::harness
