#include "harness/generate/gated_case.hpp"

#include "reference/graph/case_builder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace difftest::harness {
namespace {

std::int64_t node_count(const graph::Case& value) {
    return std::ssize(value.graph.nodes);
}

/// With a gate that nothing is refused by: of every four draws the largest, of equal ones the first.
TEST(GatedCase, TakesTheDrawThatIsWorthMost) {
    GeneratorSetup setup;
    setup.gate = {1, 1, 1, INT64_MAX, false};
    DrawWish wish;
    wish.worth = node_count;
    wish.candidates = 4;
    int later = 0;
    for (std::uint64_t index = 0; index < 40; ++index) {
        std::vector<std::int64_t> counts;
        for (int draw = 0; draw < 4; ++draw) {
            counts.push_back(node_count(drawn_case(setup, index, draw, "case")));
        }
        const auto largest = std::max_element(counts.begin(), counts.end());
        const GatedCase taken = gated_case(setup, index, "case", wish);
        EXPECT_EQ(taken.draw, largest - counts.begin()) << index;
        EXPECT_EQ(taken.gained, *largest - counts.front()) << index;
        EXPECT_EQ(taken.value, drawn_case(setup, index, taken.draw, "case"));
        later += taken.draw > 0 ? 1 : 0;
    }
    EXPECT_GT(later, 10);
}

/// What is to be avoided is not compared; where every draw is, the last is taken.
TEST(GatedCase, AvoidsWhatItIsTold) {
    GeneratorSetup setup;
    setup.gate = {1, 1, 1, INT64_MAX, false};
    setup.most_draws = 5;
    DrawWish wish;
    wish.worth = node_count;
    wish.candidates = 3;
    wish.avoid = [&](const graph::Case& value) -> std::optional<std::string> {
        return value == drawn_case(setup, 3, 0, "case") ? std::optional<std::string>("the first") : std::nullopt;
    };
    const GatedCase second = gated_case(setup, 3, "case", wish);
    EXPECT_GT(second.draw, 0);
    EXPECT_LE(second.draw, 3);
    EXPECT_EQ(second.avoided, std::set<std::string>{"the first"});
    wish.avoid = [](const graph::Case&) { return std::optional<std::string>("all"); };
    EXPECT_EQ(gated_case(setup, 3, "case", wish).draw, 4);
}

/// The gate has the last word: what is worth most may be refused.
TEST(GatedCase, TriesTheOthersWhenTheGateRefuses) {
    GeneratorSetup setup;
    DrawWish wish;
    wish.worth = node_count;
    wish.candidates = 4;
    int refused = 0;
    for (std::uint64_t index = 0; index < 60; ++index) {
        const GatedCase taken = gated_case(setup, index, "case", wish);
        EXPECT_FALSE(complaint_of_gate(setup.gate, taken.value, taken.evaluation)) << index;
        refused += taken.refused.empty() ? 0 : 1;
    }
    EXPECT_GT(refused, 0);
}

/// Zeros that are only moved show nothing, whatever a kernel does to them.
TEST(Gate, RefusesWhatWouldExposeNoFault) {
    const auto moved = [](double value) {
        graph::CaseBuilder builder("moved");
        const auto x = builder.input("x", graph::TensorData(graph::DataType::s8, {1, 2, 1, 1}, {0, value}));
        return builder.build({builder.node("y", graph::Reshape{{1, 2}}, {x}, graph::DataType::s8)});
    };
    const graph::Case zeros = moved(0);
    EXPECT_EQ(complaint_of_gate({}, zeros, oracle::evaluate(zeros, contract::Contract())), "would expose no fault");
    const graph::Case others = moved(7);
    EXPECT_EQ(complaint_of_gate({}, others, oracle::evaluate(others, contract::Contract())), std::nullopt);
}

}  // namespace
}  // namespace difftest::harness
