#include "reference/graph/case_builder.hpp"
#include "reference/graph/validation.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace difftest::graph {
namespace {

std::string shape_or_problem(const Operation& operation, std::vector<Shape> inputs) {
    inputs.resize(slots_of(operation).size());
    const ShapeResult result = infer_shape(operation, inputs);
    return result.problem ? result.problem->place + ": " + result.problem->message : to_string(result.shape);
}

TEST(MovementShapes, Permute) {
    EXPECT_EQ(shape_or_problem(Permute{{0, 2, 3, 1}}, {{2, 3, 5, 7}}), "2x5x7x3");
    EXPECT_EQ(shape_or_problem(Permute{{}}, {{}}), "scalar");
    EXPECT_EQ(shape_or_problem(Permute{{0, 1}}, {{2, 3, 5}}), "/attributes/order: 2 values for 3 dimensions");
    EXPECT_EQ(shape_or_problem(Permute{{0, 2}}, {{2, 3}}), "/attributes/order/1: there is no dimension 2 in 2x3");
    EXPECT_EQ(shape_or_problem(Permute{{0, -1}}, {{2, 3}}), "/attributes/order/1: there is no dimension -1 in 2x3");
    EXPECT_EQ(shape_or_problem(Permute{{1, 1}}, {{2, 3}}), "/attributes/order/1: dimension 1 stands twice");
}

TEST(MovementShapes, Reshape) {
    EXPECT_EQ(shape_or_problem(Reshape{{5, 6}}, {{2, 3, 5}}), "5x6");
    EXPECT_EQ(shape_or_problem(Reshape{{}}, {{1, 1}}), "scalar");
    EXPECT_EQ(shape_or_problem(Reshape{{0, 9}}, {{3, 0}}), "0x9");
    EXPECT_EQ(shape_or_problem(Reshape{{5, 7}}, {{2, 3, 5}}),
              "/attributes/shape: shape 5x7 has not as many elements as the data's 2x3x5");
    EXPECT_EQ(shape_or_problem(Reshape{{-1, 30}}, {{2, 3, 5}}),
              "/attributes/shape: a dimension is negative or the shape has too many elements");
}

TEST(MovementShapes, SliceCountsItsElements) {
    for (std::int64_t begin = 0; begin <= 7; ++begin) {
        for (std::int64_t end = begin; end <= 7; ++end) {
            for (std::int64_t step = 1; step <= 4; ++step) {
                std::int64_t count = 0;
                for (std::int64_t i = begin; i < end; i += step) {
                    ++count;
                }
                EXPECT_EQ(shape_or_problem(Slice{{begin}, {end}, {step}}, {{7}}), to_string({count}));
            }
        }
    }
}

TEST(MovementShapes, SliceRefusesWhatIsOutside) {
    EXPECT_EQ(shape_or_problem(Slice{{0}, {1}, {1, 1}}, {{7}}), "/attributes/step: 2 values for 1 dimensions");
    EXPECT_EQ(shape_or_problem(Slice{{-1}, {3}, {1}}, {{7}}), "/attributes/begin/0: -1 is outside 0 to 7");
    EXPECT_EQ(shape_or_problem(Slice{{4}, {3}, {1}}, {{7}}), "/attributes/end/0: 3 is outside 4 to 7");
    EXPECT_EQ(shape_or_problem(Slice{{4}, {8}, {1}}, {{7}}), "/attributes/end/0: 8 is outside 4 to 7");
    EXPECT_EQ(shape_or_problem(Slice{{0}, {7}, {0}}, {{7}}), "/attributes/step/0: 0 is outside 1 to 2147483647");
}

TEST(MovementShapes, Concat) {
    EXPECT_EQ(shape_or_problem(Concat{1}, {{2, 3, 5}, {2, 4, 5}, {2, 1, 5}}), "2x8x5");
    EXPECT_EQ(shape_or_problem(Concat{0}, {{2}}), "2");
    EXPECT_EQ(shape_or_problem(Concat{1}, {{2}}), "/attributes/axis: there is no dimension 1 in 2");
    EXPECT_EQ(shape_or_problem(Concat{-1}, {{2}}), "/attributes/axis: there is no dimension -1 in 2");
    EXPECT_EQ(shape_or_problem(Concat{0}, {{2, 3}, {2, 4}}),
              "/inputs/data1: shape 2x4 differs from the first input's 2x3 in more than dimension 0");
    EXPECT_EQ(shape_or_problem(Concat{0}, {{2, 3}, {3}}),
              "/inputs/data1: shape 3 differs from the first input's 2x3 in more than dimension 0");
}

TEST(MovementShapes, Reorder) {
    EXPECT_EQ(shape_or_problem(Reorder{Layout::plain}, {{}}), "scalar");
    EXPECT_EQ(shape_or_problem(Reorder{Layout::channels_blocked_16}, {{2, 3, 5}}), "2x3x5");
    EXPECT_EQ(shape_or_problem(Reorder{Layout::channels_last}, {{2}}),
              "/attributes/layout: shape 2 has no channel dimension");
}

std::string problem_of_concat(const TensorData& a, const TensorData& b, DataType output) {
    CaseBuilder builder("concat");
    const auto joined = builder.node("joined", Concat{0}, {builder.input("a", a), builder.input("b", b)}, output);
    const auto problem = validate_case(builder.build({joined}));
    return problem ? problem->place + ": " + problem->message : "none";
}

TEST(MovementRules, AllTensorsHaveOneType) {
    const TensorData s8(DataType::s8, {2}, {1, 2});
    const TensorData u8(DataType::u8, {2}, {1, 2});
    const TensorData scalar(DataType::s8, {}, {1});
    EXPECT_EQ(problem_of_concat(s8, s8, DataType::s8), "none");
    EXPECT_EQ(problem_of_concat(s8, u8, DataType::s8),
              "/graph/nodes/0/inputs/data1: type u8 is not allowed here, only s8");
    EXPECT_EQ(problem_of_concat(s8, s8, DataType::f32),
              "/graph/nodes/0/output/type: type f32 is not allowed here, only s8");
    EXPECT_EQ(problem_of_concat(s8, scalar, DataType::s8),
              "/graph/nodes/0/inputs/data1: a scalar has no dimension to join along");
}

}  // namespace
}  // namespace difftest::graph
