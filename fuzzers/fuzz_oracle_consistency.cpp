// The generator gives a valid case for any bytes; without freedoms every element of the oracle whose operands are
// single values is what exact arithmetic gives (exact_node.hpp); and every contract level allows what `strict` allows.
#include "fuzzers/exact_node.hpp"
#include "fuzzers/require.hpp"
#include "fuzzers/target.hpp"
#include "harness/generate/fuzz_input.hpp"
#include "reference/graph/validation.hpp"
#include "reference/oracle/oracle.hpp"

#include <algorithm>

namespace {

namespace graph = difftest::graph;
namespace oracle = difftest::oracle;
using difftest::fuzzers::require;

bool are_points(const oracle::Evaluation& strict, const graph::Node& node) {
    return std::all_of(node.inputs.begin(), node.inputs.end(),
                       [&strict](graph::TensorId id) { return id == graph::kAbsent || strict.of(id).all_points(); });
}

void check_nodes(const graph::Case& value, const oracle::Evaluation& strict) {
    difftest::fuzzers::Values values;
    for (const oracle::AllowedTensor& tensor : strict.tensors) {
        values.push_back(tensor.points());
    }
    for (const graph::Node& node : value.graph.nodes) {
        const auto elements =
            are_points(strict, node) ? difftest::fuzzers::exact_node(value, node, values) : std::nullopt;
        if (!elements) {
            continue;
        }
        const oracle::AllowedTensor& sets = strict.of(node.output);
        for (std::size_t i = 0; i < elements->size(); ++i) {
            const auto at = static_cast<std::int64_t>(i);
            const bool holds = !(*elements)[i] || (sets.is_point(at) && sets.point(at) == *(*elements)[i]);
            if (!holds) {
                std::fprintf(stderr, "%s element %zu: exactly %a, the oracle says %s\n", node.name.c_str(), i,
                             *(*elements)[i], sets.at(at).to_string().c_str());
            }
            require(holds, "the oracle equals exact arithmetic");
        }
    }
}

void check_levels(const graph::Case& value, const oracle::Evaluation& strict) {
    for (const auto& level : difftest::contract::all_levels()) {
        const oracle::Evaluation wider = oracle::evaluate(value, level.contract);
        for (const graph::TensorId output : value.graph.outputs) {
            const oracle::AllowedTensor& narrow = strict.of(output);
            for (std::int64_t i = 0; i < narrow.size(); ++i) {
                const bool holds = !narrow.is_point(i) || wider.of(output).contains(i, narrow.point(i));
                if (!holds) {
                    std::fprintf(stderr, "%s element %lld: `strict` says %a, `%s` allows %s\n",
                                 value.graph.tensor(output).name.c_str(), static_cast<long long>(i), narrow.point(i),
                                 level.contract.name().c_str(), wider.of(output).at(i).to_string().c_str());
                }
                require(holds, "every level grants at least what `strict` allows");
            }
        }
    }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const graph::Case value = difftest::harness::case_from_decisions({data, size}, "fuzzed");
    const auto problem = graph::validate_case(value);
    require(!problem, problem ? problem->place + ": " + problem->message : "");
    const oracle::Evaluation strict = oracle::evaluate(value, {});
    check_nodes(value, strict);
    check_levels(value, strict);
    return 0;
}
