#include "fuzzers/decision_mutation.hpp"
#include "fuzzers/text_mutation.hpp"
#include "harness/generate/choice_source.hpp"
#include "harness/generate/fuzz_input.hpp"
#include "harness/generate/random_case.hpp"
#include "reference/graph/case_file.hpp"
#include "reference/graph/validation.hpp"

#include <gtest/gtest.h>

#include <set>

namespace difftest::fuzzers {
namespace {

constexpr std::size_t kMost = 4096;

Bytes bytes_of(std::uint64_t index) {
    harness::CounterChoices choices(7, index);
    harness::random_case(choices, harness::fuzz_limits(), "counted");
    return harness::bytes_of_decisions(choices.taken());
}

TEST(Decisions, BytesGiveTheSameCaseAgain) {
    for (std::uint64_t index = 0; index < 20; ++index) {
        harness::CounterChoices choices(7, index);
        const graph::Case expected = harness::random_case(choices, harness::fuzz_limits(), "counted");
        EXPECT_EQ(harness::case_from_decisions(harness::bytes_of_decisions(choices.taken()), "counted"), expected);
    }
}

/// The property that the fuzzers rest on: whatever mutation or noise gives, it is a valid case.
TEST(Decisions, EveryMutationCrossingAndNoiseIsAValidCase) {
    Bytes bytes = bytes_of(0);
    int changed = 0;
    for (std::uint32_t seed = 0; seed < 150; ++seed) {
        const Bytes other = bytes_of(seed % 16);
        const Bytes next =
            seed % 3 == 0 ? crossed_decisions(bytes, other, seed, kMost) : mutated_decisions(bytes, seed, kMost);
        const graph::Case value = harness::case_from_decisions(next, "mutated");
        const auto problem = graph::validate_case(value);
        ASSERT_FALSE(problem) << seed << ": " << problem->place << " " << problem->message;
        changed += value == harness::case_from_decisions(bytes, "mutated") ? 0 : 1;
        bytes = seed % 10 == 9 ? other : next;
        // Bytes that no mutation made.
        Bytes noise(seed);
        for (std::size_t i = 0; i < noise.size(); ++i) {
            noise[i] = static_cast<std::uint8_t>((seed * 2654435761U + i * 40503U) >> 7U);
        }
        const auto of_noise = graph::validate_case(harness::case_from_decisions(noise, "noise"));
        ASSERT_FALSE(of_noise) << seed << ": " << of_noise->place << " " << of_noise->message;
    }
    EXPECT_GT(changed, 100) << "mutation that changes nothing finds nothing";
}

TEST(Decisions, AMutationIsAFunctionOfItsSeed) {
    EXPECT_EQ(mutated_decisions(bytes_of(1), 5, kMost), mutated_decisions(bytes_of(1), 5, kMost));
    EXPECT_LE(mutated_decisions(bytes_of(1), 5, 3).size(), 3U);
}

TEST(Decisions, StepsArePartsOfTheCase) {
    harness::CounterChoices choices(7, 2);
    const graph::Case value = harness::random_case(choices, harness::fuzz_limits(), "counted");
    EXPECT_GE(choices.parts().size(), 1U);
    for (const auto& part : choices.parts()) {
        EXPECT_LE(part.first, part.end);
        EXPECT_LE(part.end, choices.taken().size());
    }
    ASSERT_EQ(choices.counts().size(), choices.taken().size());
    for (std::size_t i = 0; i < choices.taken().size(); ++i) {
        EXPECT_LT(static_cast<std::uint64_t>(choices.taken()[i]), choices.counts()[i]);
    }
}

TEST(FuzzInput, IsACaseForTheTargetsThatHaveOne) {
    const Bytes bytes = bytes_of(3);
    const graph::Case value = harness::case_from_fuzz_input("fuzz_case_onednn", bytes, "named");
    EXPECT_EQ(value.name, "named");
    const std::string text = graph::format_case(value);
    const std::span<const std::uint8_t> text_bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    EXPECT_EQ(harness::case_from_fuzz_input("fuzz_case_file", text_bytes, "named"), value);
    EXPECT_THROW(harness::case_from_fuzz_input("fuzz_case_file", bytes, "named"), harness::FuzzInputError);
    EXPECT_THROW(harness::case_from_fuzz_input("fuzz_requantize", bytes, "named"), harness::FuzzInputError);
    EXPECT_THROW(harness::case_from_fuzz_input("fuzz_benchdnn_import", text_bytes, "named"), harness::FuzzInputError);
}

TEST(TextMutation, ChangesJsonAsATreeAndOtherTextAsBytes) {
    std::set<std::string> results;
    for (std::uint32_t seed = 0; seed < 50; ++seed) {
        results.insert(mutated_json(R"({"a": [1, 2], "b": {"c": "text"}})", seed));
        results.insert(crossed_json(R"({"a": [1]})", R"([true])", seed));
        results.insert(mutated_bytes("no json", seed));
    }
    EXPECT_GT(results.size(), 90U);
    EXPECT_EQ(mutated_json("{\"a\":1}", 4), mutated_json("{\"a\":1}", 4));
}

}  // namespace
}  // namespace difftest::fuzzers
