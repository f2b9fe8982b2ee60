#include "harness/generate/random_case.hpp"

#include "harness/generate/sample_size_test.hpp"
#include "reference/graph/case_file.hpp"
#include "reference/graph/validation.hpp"
#include "reference/oracle/oracle.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace difftest::harness {
namespace {

TEST(RandomCase, IsAFunctionOfItsIndexAndOfItsDecisions) {
    for (std::uint64_t index = 0; index < 100; ++index) {
        CounterChoices choices(7, index);
        const graph::Case value = random_case(choices, {}, "case");
        CounterChoices again(7, index);
        EXPECT_EQ(random_case(again, {}, "case"), value);
        RecordedChoices recorded(choices.taken());
        EXPECT_EQ(random_case(recorded, {}, "case"), value) << index;
    }
}

TEST(RandomCase, IsValidFromAnyChoices) {
    const auto cases = static_cast<std::uint64_t>(sample_size(2000));
    for (std::uint64_t index = 0; index < cases; ++index) {
        CounterChoices choices(8, index);
        const graph::Case value = random_case(choices, {}, "case");
        const auto problem = graph::validate_case(value);
        ASSERT_FALSE(problem) << index << ": " << problem->place << " " << problem->message;
    }
    const CounterRandom random(9, 0);
    for (std::uint64_t round = 0; round < cases; ++round) {
        std::vector<std::uint8_t> bytes(random.at(round) % 200);
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            bytes[i] = static_cast<std::uint8_t>(random.at(1000 * round + i));
        }
        ByteChoices choices(bytes);
        const graph::Case value = random_case(choices, {}, "case");
        const auto problem = graph::validate_case(value);
        ASSERT_FALSE(problem) << round << ": " << problem->place << " " << problem->message;
    }
}

TEST(RandomCase, StaysAliveAndDecidable) {
    std::int64_t elements = 0;
    std::int64_t singletons = 0;
    std::int64_t constant = 0;
    const std::int64_t cases = sample_size(500);
    for (std::uint64_t index = 0; index < static_cast<std::uint64_t>(cases); ++index) {
        CounterChoices choices(10, index);
        const graph::Case value = random_case(choices, {}, "case");
        const oracle::Evaluation evaluation = oracle::evaluate(value, *contract::level("onednn2"));
        elements += evaluation.metrics.elements;
        singletons += evaluation.metrics.singletons;
        const auto& points = evaluation.of(value.graph.outputs.front()).points();
        constant += std::all_of(points.begin(), points.end(), [&](double p) { return p == points.front(); }) ? 1 : 0;
    }
    // An f32 result behind a multiply-add has two admissible values for a good part of its elements.
    EXPECT_GT(singletons, elements * 8 / 10);
    EXPECT_LT(constant, cases * 3 / 10);
}

/// Found by the fuzzers: first data that was larger than a tight limit left a graph without nodes.
TEST(RandomCase, IsValidUnderTightLimits) {
    for (const std::int64_t most : {1, 7, 64, 2048}) {
        GeneratorLimits limits;
        limits.most_elements = most;
        for (std::uint64_t index = 0; index < 60; ++index) {
            CounterChoices choices(5, index);
            const auto problem = graph::validate_case(random_case(choices, limits, "tight"));
            ASSERT_FALSE(problem) << most << " " << index << ": " << problem->place << " " << problem->message;
        }
    }
}

}  // namespace
}  // namespace difftest::harness
