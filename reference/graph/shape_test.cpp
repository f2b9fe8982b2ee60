#include "reference/graph/shape.hpp"

#include <gtest/gtest.h>

namespace difftest::graph {
namespace {

TEST(Shape, CountsElements) {
    EXPECT_EQ(element_count({}), 1);
    EXPECT_EQ(element_count({2, 3, 4}), 24);
    EXPECT_EQ(element_count({5, 0, 7}), 0);
}

TEST(Shape, HasNoCountBeyond63Bits) {
    EXPECT_EQ(element_count({std::int64_t{1} << 31, std::int64_t{1} << 31}), std::int64_t{1} << 62);
    EXPECT_EQ(element_count({std::int64_t{1} << 32, std::int64_t{1} << 31}), std::nullopt);
    EXPECT_EQ(element_count({3, -1}), std::nullopt);
}

TEST(Shape, HasAName) {
    EXPECT_EQ(to_string(Shape{1, 15, 5, 4}), "1x15x5x4");
    EXPECT_EQ(to_string(Shape{}), "scalar");
}

TEST(Shape, IndexAndCoordinatesAgree) {
    const Shape shape{2, 3, 4};
    EXPECT_EQ(row_major_strides(shape), (std::vector<std::int64_t>{12, 4, 1}));
    std::int64_t index = 0;
    for (std::int64_t i = 0; i < 2; ++i) {
        for (std::int64_t j = 0; j < 3; ++j) {
            for (std::int64_t k = 0; k < 4; ++k) {
                EXPECT_EQ(coordinates_of(index++, shape), (std::vector<std::int64_t>{i, j, k}));
            }
        }
    }
}

// The examples of the NumPy manual, "Broadcasting", General broadcasting rules.
TEST(Shape, BroadcastsLikeNumpy) {
    EXPECT_EQ(broadcast({256, 256, 3}, {3}), (Shape{256, 256, 3}));
    EXPECT_EQ(broadcast({8, 1, 6, 1}, {7, 1, 5}), (Shape{8, 7, 6, 5}));
    EXPECT_EQ(broadcast({5, 4}, {1}), (Shape{5, 4}));
    EXPECT_EQ(broadcast({15, 3, 5}, {3, 1}), (Shape{15, 3, 5}));
    EXPECT_EQ(broadcast({3}, {4}), std::nullopt);
    EXPECT_EQ(broadcast({2, 1}, {8, 4, 3}), std::nullopt);
    EXPECT_EQ(broadcast({}, {2, 3}), (Shape{2, 3}));
    EXPECT_EQ(broadcast({0, 3}, {1, 3}), (Shape{0, 3}));
}

TEST(Shape, BroadcastStridesRepeatWhereTheDimensionIsOne) {
    EXPECT_EQ(broadcast_strides({3, 1, 2}, {4, 3, 5, 2}), (std::vector<std::int64_t>{0, 2, 0, 1}));
    EXPECT_EQ(broadcast_strides({}, {4, 3}), (std::vector<std::int64_t>{0, 0}));
}

}  // namespace
}  // namespace difftest::graph
