// The reduction of any random case gives valid cases only, keeps the failure, and never makes a case larger. The "bug"
// is an operation of the case: whatever still has it fails.
#include "fuzzers/require.hpp"
#include "fuzzers/target.hpp"
#include "harness/generate/fuzz_input.hpp"
#include "harness/reduce/reducer.hpp"
#include "reference/graph/validation.hpp"

#include <algorithm>

namespace {

using namespace difftest::harness;
namespace graph = difftest::graph;
using difftest::fuzzers::require;

bool has_operation(const graph::Case& value, std::size_t kind) {
    return std::any_of(value.graph.nodes.begin(), value.graph.nodes.end(),
                       [kind](const graph::Node& node) { return node.operation.index() == kind; });
}

class OperationBug : public Trial {
public:
    explicit OperationBug(std::size_t kind) : kind_(kind) {}

    std::size_t width() const override { return 1; }

    std::vector<Observation> run(std::span<const graph::Case> cases) override {
        std::vector<Observation> result;
        for (const graph::Case& value : cases) {
            require(!graph::validate_case(value), "only valid cases are tried");
            Observation observation;
            observation.signature.verdict = has_operation(value, kind_) ? Verdict::violation : Verdict::exact;
            observation.plan = "fused";
            observation.plans = {"fused"};
            result.push_back(observation);
        }
        return result;
    }

private:
    std::size_t kind_;
};

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const graph::Case value = case_from_decisions({data, size}, "fuzzed");
    const std::size_t chosen = size % value.graph.nodes.size();
    const std::size_t kind = value.graph.nodes[chosen].operation.index();
    OperationBug bug(kind);
    TrialJournal journal;
    ReductionLimits limits;
    limits.tries = 150;
    const Reduction reduction = Reducer(bug, journal, limits).reduce(value);
    require(!graph::validate_case(reduction.minimal), "the smallest case is valid");
    require(has_operation(reduction.minimal, kind), "the smallest case still fails");
    require(!(cost_of(value) < cost_of(reduction.minimal)), "the smallest case is not larger");
    require(!reduction.passing || !graph::validate_case(reduction.passing->value), "the passing neighbour is valid");
    return 0;
}
