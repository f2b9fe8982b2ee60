#include "harness/campaign/self_test.hpp"

#include "harness/campaign/campaign_configuration.hpp"
#include "harness/campaign/diagnose_case.hpp"
#include "harness/campaign/input_error.hpp"
#include "harness/campaign/reduce_case.hpp"
#include "harness/generate/gated_case.hpp"
#include "reference/faults/faulty_evaluation.hpp"
#include "reference/graph/case_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace difftest::harness {
namespace {

/// A generated case in which a fault plays a part and is seen.
struct Exposed {
    std::int64_t index = 0;
    graph::Case value;
};

std::vector<faults::Fault> chosen_faults(const SelfTestRequest& request) {
    if (request.faults.empty()) {
        const auto all = faults::all_faults();
        return {all.begin(), all.end()};
    }
    std::vector<faults::Fault> chosen;
    for (const std::string& name : request.faults) {
        const auto fault = faults::find_fault(name);
        if (!fault) {
            throw InputError(fmt::format("selftest: no fault {} (see: difftest list rules)", name));
        }
        chosen.push_back(*fault);
    }
    return chosen;
}

bool is_seen(const graph::Case& value, const oracle::Evaluation& allowed, const faults::Fault& fault,
             const std::vector<graph::NodeId>& nodes) {
    std::vector<faults::Placement> placements;
    for (const graph::NodeId node : nodes) {
        placements.push_back({fault, node});
    }
    return contradiction(value, allowed, faults::evaluate_with_faults(value, placements)).has_value();
}

class SelfTest {
public:
    explicit SelfTest(const SelfTestRequest& request)
        : request_(request),
          configuration_(read_configuration(request.corpora, request.configuration)),
          faults_(chosen_faults(request)) {
        report_.configuration = request.configuration;
        report_.cases = request.cases;
        report_.rows.resize(faults_.size());
        exposed_.resize(faults_.size());
    }

    SelfTestReport run() {
        std::filesystem::create_directories(request_.folder);
        search();
        for (std::size_t i = 0; i < faults_.size(); ++i) {
            examine(faults_[i], exposed_[i], report_.rows[i]);
            if (request_.progress) {
                const SelfTestRow& row = report_.rows[i];
                request_.progress(fmt::format("{} {}: {}", row.id, row.name,
                                              !row.why_not.empty()  ? row.why_not
                                              : row.named_exactly() ? "named"
                                                                    : "several"));
            }
        }
        return std::move(report_);
    }

private:
    /// One pass over the cases serves all faults.
    void search() {
        std::size_t open = faults_.size();
        for (std::int64_t index = 0; index < request_.cases && open > 0; ++index) {
            const GatedCase drawn = gated_case(configuration_.generator, static_cast<std::uint64_t>(index),
                                               fmt::format("selftest_{}", index));
            const oracle::Evaluation allowed = oracle::evaluate(drawn.value, contract::Contract());
            ++report_.correct_cases;
            if (contradiction(drawn.value, allowed, faults::evaluate_with_faults(drawn.value, {}))) {
                ++report_.correct_findings;
                graph::write_case(drawn.value, request_.folder / fmt::format("correct_{}.json", index));
            }
            for (std::size_t i = 0; i < faults_.size(); ++i) {
                if (report_.rows[i].exposed) {
                    continue;
                }
                const std::vector<graph::NodeId> nodes = faults::applicable_nodes(faults_[i], drawn.value);
                report_.rows[i].applicable += nodes.empty() ? 0 : 1;
                if (!nodes.empty() && is_seen(drawn.value, allowed, faults_[i], nodes)) {
                    report_.rows[i].exposed = index;
                    exposed_[i] = {index, drawn.value};
                    --open;
                }
            }
        }
    }

    /// Worker, judgement, reduction and diagnosis of one fault.
    void examine(const faults::Fault& fault, const Exposed& exposed, SelfTestRow& row) {
        row.id = fault.id;
        row.name = fault.name;
        if (!row.exposed) {
            row.why_not = row.applicable == 0 ? "plays no part in any case" : "no case exposes it";
            return;
        }
        ReduceRequest reduce;
        reduce.value = exposed.value;
        reduce.value.execution = {};
        reduce.backend = select_backend(fmt::format("faulty:{}", fault.name));
        reduce.plan = "fused";
        reduce.folder = request_.folder / std::string(fault.name);
        if (std::filesystem::exists(reduce.folder / "journal.jsonl")) {
            std::filesystem::remove_all(reduce.folder);  // of an earlier self-test, perhaps with other cases
        }
        try {
            const FindingReport finding = reduce_case(reduce);
            row.verdict = finding.verdict;
            row.nodes = finding.minimal.nodes;
            row.elements = finding.minimal.elements_in;
            row.one_minimal = finding.one_minimal;
            name(fault, reduce, row);
        } catch (const InputError& error) {
            row.why_not = error.what();
        }
    }

    static void name(const faults::Fault& fault, const ReduceRequest& reduced, SelfTestRow& row) {
        DiagnoseRequest request;
        request.value = graph::read_case(reduced.folder / "minimal.json");
        request.original = reduced.value;
        request.original->execution.plans = {"fused"};
        request.backend = reduced.backend;
        const DiagnosisReport diagnosis = diagnose_case(request);
        row.diagnosis_seconds = diagnosis.seconds;
        const std::string truth = fmt::format("{} {} at ", fault.id, fault.name);
        for (const DiagnosisRule& rule : diagnosis.named) {
            row.named.push_back(rule.name);
            if (row.rank == 0 && rule.name.find(truth) != std::string::npos) {
                row.rank = static_cast<std::int64_t>(row.named.size());
            }
        }
        row.why_not = diagnosis.named.empty() ? "unexplained: " + diagnosis.unexplained : "";
    }

    const SelfTestRequest& request_;
    CampaignConfiguration configuration_;
    std::vector<faults::Fault> faults_;
    std::vector<Exposed> exposed_;
    SelfTestReport report_;
};

}  // namespace

SelfTestReport self_test(const SelfTestRequest& request) {
    return SelfTest(request).run();
}

}  // namespace difftest::harness
