// Data movement against its definition in coordinates, on tensors in which some elements are sets.
#include "reference/oracle/movement.hpp"
#include "reference/graph/case_builder.hpp"
#include "reference/oracle/oracle.hpp"
#include "reference/oracle/testing/draw.hpp"
#include "reference/oracle/testing/single_op.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace difftest::oracle {
namespace {

using contract::Freedom;
using graph::CaseBuilder;
using graph::DataType;
using graph::Shape;
using graph::TensorData;
using graph::TensorId;
using testing::Draw;
using testing::granting;

/// An s8 tensor of which a quarter of the elements is {6, 7}: 91 / 14 is 6.5 as a quotient, and 6.50000048 as a product
/// with the rounded reciprocal (semantics, example E1).
TensorId ambiguous_tensor(CaseBuilder& builder, Draw& draw, const std::string& name, const Shape& shape) {
    TensorData data(DataType::f32, shape);
    for (std::int64_t i = 0; i < data.size(); ++i) {
        data.set(i, draw(0, 3) == 0 ? 91.0 : 14.0 * static_cast<double>(draw(-128, 127)));
    }
    const TensorId x = builder.input(fmt::format("{}.x", name), data);
    return builder.node(name, graph::Quantize{}, {x, builder.scalar(fmt::format("{}.s", name), 14.0F)}, DataType::s8);
}

/// The coordinates in an input from which the result's element at `at` must come, and the input's position.
struct Origin {
    std::size_t input;
    std::vector<std::int64_t> at;
};
using Definition = std::function<Origin(const std::vector<std::int64_t>& at)>;

/// Compares every set of the moved tensor with the set that the definition names; returns the number of elements.
std::int64_t expect_moved(CaseBuilder& builder, const graph::Operation& op, const std::vector<TensorId>& inputs,
                          const Definition& origin) {
    const TensorId moved = builder.node("moved", op, inputs, DataType::s8);
    const graph::Case value = builder.build({moved});
    const Evaluation evaluation = evaluate(value, granting({Freedom::reciprocal_division}));
    const graph::Node& node = value.graph.nodes.back();
    const AllowedTensor& result = evaluation.of(node.output);
    for (std::int64_t i = 0; i < result.size(); ++i) {
        const Origin expected = origin(graph::coordinates_of(i, result.shape()));
        const AllowedTensor& data = evaluation.of(node.inputs[expected.input]);
        const std::vector<std::int64_t> strides = graph::row_major_strides(data.shape());
        std::int64_t from = 0;
        for (std::size_t d = 0; d < strides.size(); ++d) {
            from += strides[d] * expected.at[d];
        }
        EXPECT_EQ(result.at(i).intervals, data.at(from).intervals) << graph::name_of(op) << ", element " << i;
        const ElementSource source = moved_from(value.graph, node, i);
        EXPECT_EQ(source.slot, expected.input);
        EXPECT_EQ(source.index, from);
    }
    return result.size();
}

TEST(Movement, PermuteEqualsItsDefinition) {
    Draw draw(1);
    for (int n = 0; n < 60; ++n) {
        CaseBuilder builder("permute");
        const Shape shape = draw.shape(0, 5, 6);
        const TensorId x = ambiguous_tensor(builder, draw, "x", shape);
        std::vector<std::int64_t> order;
        for (std::size_t d = 0; d < shape.size(); ++d) {
            order.insert(order.begin() + draw(0, static_cast<std::int64_t>(d)), static_cast<std::int64_t>(d));
        }
        expect_moved(builder, graph::Permute{order}, {x}, [&](const std::vector<std::int64_t>& at) {
            std::vector<std::int64_t> from(at.size());
            for (std::size_t d = 0; d < at.size(); ++d) {
                from[static_cast<std::size_t>(order[d])] = at[d];
            }
            return Origin{0, from};
        });
    }
}

TEST(Movement, SliceEqualsItsDefinition) {
    Draw draw(2);
    for (int n = 0; n < 60; ++n) {
        CaseBuilder builder("slice");
        const Shape shape = draw.shape(0, 5, 6);
        const TensorId x = ambiguous_tensor(builder, draw, "x", shape);
        graph::Slice op;
        for (const std::int64_t dimension : shape) {
            op.begin.push_back(draw(0, dimension));
            op.end.push_back(draw(op.begin.back(), dimension));
            op.step.push_back(draw(1, 3));
        }
        expect_moved(builder, op, {x}, [&](std::vector<std::int64_t> at) {
            for (std::size_t d = 0; d < at.size(); ++d) {
                at[d] = op.begin[d] + at[d] * op.step[d];
            }
            return Origin{0, at};
        });
    }
}

TEST(Movement, ConcatEqualsItsDefinition) {
    Draw draw(3);
    for (int n = 0; n < 60; ++n) {
        CaseBuilder builder("concat");
        Shape shape = draw.shape(1, 4, 6);
        const auto axis = static_cast<std::size_t>(draw(0, static_cast<std::int64_t>(shape.size()) - 1));
        std::vector<TensorId> inputs;
        std::vector<std::int64_t> lengths;
        for (std::int64_t count = draw(1, 8); count > 0; --count) {
            shape[axis] = draw(0, 3);
            lengths.push_back(shape[axis]);
            inputs.push_back(ambiguous_tensor(builder, draw, fmt::format("x{}", count), shape));
        }
        const graph::Concat op{static_cast<std::int64_t>(axis)};
        expect_moved(builder, op, inputs, [&](std::vector<std::int64_t> at) {
            std::size_t input = 0;
            while (at[axis] >= lengths[input]) {
                at[axis] -= lengths[input++];
            }
            return Origin{input, at};
        });
    }
}

TEST(Movement, ReshapeAndReorderKeepTheRowMajorOrder) {
    Draw draw(4);
    CaseBuilder reshape("reshape");
    const TensorId x = ambiguous_tensor(reshape, draw, "x", {4, 6, 5});
    EXPECT_EQ(expect_moved(reshape, graph::Reshape{{2, 60}}, {x},
                           [](const std::vector<std::int64_t>& at) {
                               const std::int64_t i = at[0] * 60 + at[1];
                               return Origin{0, {i / 30, i / 5 % 6, i % 5}};
                           }),
              120);
    CaseBuilder reorder("reorder");
    const TensorId y = ambiguous_tensor(reorder, draw, "y", {2, 18, 5});
    EXPECT_EQ(expect_moved(reorder, graph::Reorder{graph::Layout::channels_blocked_16}, {y},
                           [](const std::vector<std::int64_t>& at) {
                               return Origin{0, at};
                           }),
              180);
}

TEST(Movement, WhatAnF32ReaderSeesOfAnAccumulatorTravels) {
    // Example E17: 16777217 - 16777216 = 1 with an s32 bias, and rn(16777217) - 16777216 = 0 with an f32 bias.
    // 16777217 = 255 * 255 * 258 + 255 * 3 + 2.
    CaseBuilder builder("bias");
    TensorData x(DataType::u8, {1, 260, 1, 2});
    TensorData w(DataType::u8, {1, 260, 1, 1});
    for (std::int64_t channel = 0; channel < 260; ++channel) {
        x.set(2 * channel, channel < 259 ? 255 : 2);
        w.set(channel, channel < 258 ? 255 : channel == 258 ? 3 : 1);
    }
    const TensorId acc = builder.node("acc", graph::Convolution{{1, 1}, {1, 1}, {0, 0}, {0, 0}, 1},
                                      {builder.input("x", x), builder.constant("w", w),
                                       builder.constant("b", TensorData(DataType::s32, {1}, {-16777216}))},
                                      DataType::s32);
    const TensorId moved = builder.node("moved", graph::Permute{{3, 0, 1, 2}}, {acc}, DataType::s32);
    const TensorId scaled = builder.node("scaled", graph::Binary{graph::BinaryAlgorithm::multiply},
                                         {moved, builder.scalar("s", 100)}, DataType::f32);
    const graph::Case value = builder.build({scaled});
    const Evaluation evaluation = evaluate(value, granting({Freedom::bias_stage}));
    const AllowedTensor& sets = evaluation.of(value.graph.outputs[0]);
    EXPECT_EQ(sets.at(0).to_string(), "{0, 100}");
    EXPECT_EQ(sets.at(1).to_string(), "{-1677721600}");
}

TEST(Movement, ElementsThatMeetAfterAMovementHaveValuesOfTheirOwn) {
    // All elements of q are {6, 7}. In 2 * q[0, 1] + q[1, 0] each of the two has its own value: 18, 19, 20 or 21; in
    // 2 * q[0, 0] + q[0, 0] the movement is not looked through, and the result may be wider than {18, 21}.
    CaseBuilder builder("transpose");
    const TensorId x = builder.input("x", TensorData(DataType::f32, {2, 2}, {91, 91, 91, 91}));
    const TensorId q = builder.node("q", graph::Quantize{}, {x, builder.scalar("s", 14)}, DataType::s8);
    const TensorId twice = builder.node("twice", graph::Binary{graph::BinaryAlgorithm::add}, {q, q}, DataType::f32);
    const TensorId turned = builder.node("turned", graph::Permute{{1, 0}}, {q}, DataType::s8);
    const TensorId sum =
        builder.node("sum", graph::Binary{graph::BinaryAlgorithm::add}, {twice, turned}, DataType::f32);
    const graph::Case value = builder.build({sum});
    const Evaluation evaluation = evaluate(value, granting({Freedom::reciprocal_division}));
    EXPECT_EQ(evaluation.of(value.graph.outputs[0]).at(1).to_string(), "{18, 19, 20, 21}");
    for (const double possible : {18.0, 21.0}) {
        EXPECT_TRUE(evaluation.of(value.graph.outputs[0]).contains(0, possible));
    }
}

}  // namespace
}  // namespace difftest::oracle
