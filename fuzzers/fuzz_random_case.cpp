// Any bytes give a valid case, and the oracle evaluates it under every contract level without complaint.
#include "harness/generate/random_case.hpp"
#include "reference/graph/validation.hpp"
#include "reference/oracle/oracle.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    difftest::harness::ByteChoices choices(std::span<const std::uint8_t>(data, size));
    const difftest::graph::Case value = difftest::harness::random_case(choices, {}, "fuzzed");
    if (difftest::graph::validate_case(value)) {
        std::abort();
    }
    const difftest::oracle::Evaluation strict = difftest::oracle::evaluate(value, {});
    for (const auto& level : difftest::contract::all_levels()) {
        const difftest::oracle::Evaluation wider = difftest::oracle::evaluate(value, level.contract);
        for (const difftest::graph::TensorId output : value.graph.outputs) {
            for (std::int64_t i = 0; i < strict.of(output).size(); ++i) {
                // Every level grants at least what `strict` allows.
                if (strict.of(output).is_point(i) && !wider.of(output).contains(i, strict.of(output).point(i))) {
                    std::abort();
                }
            }
        }
    }
    return 0;
}
