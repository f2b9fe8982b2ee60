#include "harness/diagnose/error_portrait.hpp"

#include "reference/contract/contract.hpp"
#include "reference/graph/case_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace difftest::harness {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A slice that leaves nothing out of 0, 1, 2, ...: what is right is easy to see.
graph::Case counting(const graph::Shape& shape) {
    graph::CaseBuilder builder("counting");
    graph::TensorData data(graph::DataType::s32, shape);
    for (std::int64_t i = 0; i < data.size(); ++i) {
        data.set(i, static_cast<double>(i));
    }
    const auto x = builder.input("x", std::move(data));
    const auto y = builder.node("y", graph::Slice{graph::Shape(shape.size(), 0), shape, graph::Shape(shape.size(), 1)},
                                {x}, graph::DataType::s32);
    return builder.build({y});
}

/// The portrait when the elements for which `wrong` holds get another value.
template <typename Wrong>
ErrorPortrait portrait_of(const graph::Shape& shape, const Wrong& wrong) {
    const graph::Case value = counting(shape);
    graph::TensorData got = value.data.front();
    for (std::int64_t i = 0; i < got.size(); ++i) {
        got.set(i, wrong(i, got.at(i)));
    }
    const auto all = portraits(value, oracle::evaluate(value, contract::Contract()), {got});
    return all.empty() ? ErrorPortrait{} : all.front();
}

TEST(ErrorPortrait, SaysNothingOfWhatIsRight) {
    const ErrorPortrait none = portrait_of({1, 2, 3, 4}, [](std::int64_t, double right) { return right; });
    EXPECT_THAT(none.places, IsEmpty());
    EXPECT_THAT(none.values, IsEmpty());
}

TEST(ErrorPortrait, NamesOneChannelAndAConstantOffset) {
    // Channel 1 of 2 is elements 12 to 23.
    const ErrorPortrait seen =
        portrait_of({1, 2, 3, 4}, [](std::int64_t i, double right) { return i < 12 ? right : right + 128; });
    EXPECT_THAT(seen.places, ElementsAre("12 of 24 judged elements are wrong", "only channel 1 of 2"));
    EXPECT_THAT(seen.values, Contains("each is 128 too large"));
}

TEST(ErrorPortrait, NamesTheTailOfABlock) {
    // 18 channels of one element: the tail of a block of 16 is 16 and 17.
    const ErrorPortrait seen = portrait_of({1, 18}, [](std::int64_t i, double right) { return i < 16 ? right : 0; });
    EXPECT_THAT(seen.places, Contains("only channel 16 and behind: the tail of a block of 16"));
    EXPECT_THAT(seen.values, Contains("each is 0"));
}

TEST(ErrorPortrait, NamesThePhaseOfAStride) {
    // Positions 1, 3, 5 of a row of 7.
    const ErrorPortrait seen =
        portrait_of({1, 1, 7}, [](std::int64_t i, double right) { return i % 2 == 1 ? right * 3 : right; });
    EXPECT_THAT(seen.places, Contains("only where the position in dimension 2 modulo 2 is 1"));
    EXPECT_THAT(seen.values, Contains("each is 3 times what it should be"));
}

TEST(ErrorPortrait, NamesTheBorderAndTheNeighbour) {
    // 4x4 plane, the outer 12 of 16 wrong by different amounts.
    const ErrorPortrait border = portrait_of({1, 1, 4, 4}, [](std::int64_t i, double right) {
        const bool inner = i == 5 || i == 6 || i == 9 || i == 10;
        return inner ? right : right * right + 100;
    });
    EXPECT_THAT(border.places, Contains("only at the border: at the first or last position of a spatial dimension"));
    // Every element but the last of each row holds what belongs one further.
    const ErrorPortrait shifted =
        portrait_of({1, 1, 3, 4}, [](std::int64_t i, double right) { return i % 4 == 3 ? right : right + 1; });
    EXPECT_THAT(shifted.values, Contains("each is what belongs 1 further in dimension 3"));
}

TEST(ErrorPortrait, NamesMultiplesOf256) {
    const ErrorPortrait seen =
        portrait_of({1, 4}, [](std::int64_t i, double right) { return right + 256 * (static_cast<double>(i) + 1); });
    EXPECT_THAT(seen.values, Contains("each difference is a multiple of 256, as when bytes wrap"));
}

}  // namespace
}  // namespace difftest::harness
