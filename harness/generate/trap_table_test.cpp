#include "harness/generate/trap_table.hpp"

#include "harness/generate/gated_case.hpp"
#include "harness/generate/sample_size_test.hpp"
#include "reference/graph/case_builder.hpp"
#include "reference/graph/validation.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>

namespace difftest::harness {
namespace {

using graph::DataType;
using graph::TensorData;
using testing::Contains;
using testing::Not;

std::vector<int> traps_under_strict(const graph::Case& value) {
    return traps_of(value, oracle::evaluate(value, contract::Contract()));
}

TEST(TrapTable, NamesEveryTrapOnce) {
    int number = 0;
    for (const Trap& trap : trap_table()) {
        EXPECT_EQ(trap.number, ++number);
    }
    EXPECT_EQ(number, 54);
}

/// 2.5 and 3 become integers: 2.5 is a tie, 3 is not.
TEST(TrapTable, SeesATie) {
    for (const double value : {2.5, 3.0}) {
        graph::CaseBuilder builder("tie");
        const auto x = builder.input("x", TensorData(DataType::f32, {1, 1}, {value}));
        const auto y = builder.node("y", graph::Convert{}, {x}, DataType::s8);
        const std::vector<int> traps = traps_under_strict(builder.build({y}));
        EXPECT_EQ(std::count(traps.begin(), traps.end(), 6), value == 2.5 ? 1 : 0);
    }
}

/// A quantize in mid-chain whose range ends at 100: 150 is clamped there, 50 is not.
TEST(TrapTable, SeesAClampThatMatters) {
    for (const double value : {150.0, 50.0}) {
        graph::CaseBuilder builder("clamp");
        const auto x = builder.input("x", TensorData(DataType::f32, {1, 1}, {value}));
        const auto q = builder.node(
            "q", graph::FakeQuantize{256, graph::FakeQuantizeForm::specification},
            {x, builder.scalar("il", 0), builder.scalar("ih", 100), builder.scalar("ol", 0), builder.scalar("oh", 255)},
            DataType::u8);
        const auto y = builder.node("y", graph::Eltwise{graph::EltwiseAlgorithm::relu, 0, 0}, {q}, DataType::f32);
        const std::vector<int> traps = traps_under_strict(builder.build({y}));
        EXPECT_EQ(std::count(traps.begin(), traps.end(), 1), value == 150 ? 1 : 0);
        EXPECT_THAT(traps, Contains(2));
        EXPECT_THAT(traps, Not(Contains(27)));
    }
}

/// So many cases show the rarest trap with its share; fewer only show that looking for traps does no harm.
constexpr std::int64_t kEnoughForShares = 4000;
constexpr std::int64_t kEnoughForOperations = 400;

/// 4,000 cases, or as many as DIFFTEST_TRAP_CASES says: scripts/trap-shares.
std::int64_t wanted_cases() {
    const char* text = std::getenv("DIFFTEST_TRAP_CASES");  // NOLINT(concurrency-mt-unsafe): nothing sets it
    return text == nullptr ? sample_size(kEnoughForShares) : std::max(std::atoll(text), 1LL);
}

/// The table of measured shares; each trap must have its own.
TEST(TrapTable, EveryTrapIsReachedOftenEnough) {
    const std::int64_t cases = wanted_cases();
    std::map<int, std::int64_t> counts;
    std::set<std::string_view> operations;
    std::map<std::string, std::int64_t> refused;
    for (std::uint64_t index = 0; index < static_cast<std::uint64_t>(cases); ++index) {
        const GatedCase drawn = gated_case({}, index, "case");
        ASSERT_FALSE(graph::validate_case(drawn.value)) << index;
        for (const int trap : traps_of(drawn.value, drawn.evaluation)) {
            ++counts[trap];
        }
        for (const graph::Node& node : drawn.value.graph.nodes) {
            operations.insert(graph::name_of(node.operation));
        }
        for (const auto& [reason, count] : drawn.refused) {
            refused[reason] += count;
        }
    }
    for (const Trap& trap : trap_table()) {
        EXPECT_GT(trap.least_per_100000, 0) << "T" << trap.number << " states no share";
        const std::int64_t share = counts[trap.number] * 100000 / cases;
        std::printf("T%-2d %6ld per 10^5 (at least %ld): %.*s\n", trap.number, static_cast<long>(share),
                    static_cast<long>(trap.least_per_100000), static_cast<int>(trap.stimulus.size()),
                    trap.stimulus.data());
        if (cases >= kEnoughForShares) {
            EXPECT_GE(share, trap.least_per_100000) << "T" << trap.number << ": " << trap.stimulus;
        }
    }
    for (const auto& [reason, count] : refused) {
        std::printf("refused %ld draws: %s\n", static_cast<long>(count), reason.c_str());
    }
    if (cases >= kEnoughForOperations) {
        EXPECT_EQ(operations.size(), std::variant_size_v<graph::Operation>) << "an operation is never generated";
    }
}

}  // namespace
}  // namespace difftest::harness
