#include "backends/onednn/onednn_backend.hpp"
#include "backends/onednn/oracle_comparison.hpp"
#include "reference/graph/case_builder.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>

/// Concatenation, permutation, reshape, slice and reorder: by hand, then against the oracle over types and layouts.
namespace difftest::backends::onednn {
namespace {

using graph::DataType;
using graph::Layout;
using graph::Shape;
using graph::TensorData;
using graph::TensorId;
using testing::ElementsAre;

constexpr std::initializer_list<DataType> kTypes{DataType::f32, DataType::s8, DataType::u8, DataType::s32,
                                                 DataType::bf16};
constexpr std::initializer_list<Layout> kLayouts{Layout::plain,
                                                 Layout::channels_last,
                                                 Layout::channels_blocked_4,
                                                 Layout::channels_blocked_8,
                                                 Layout::channels_blocked_16,
                                                 Layout::channels_blocked_32};

class MovementTest : public testing::Test {
protected:
    std::vector<double> result_of(const graph::Operation& operation, const std::vector<TensorData>& data) {
        graph::CaseBuilder builder("one node");
        std::vector<TensorId> inputs;
        for (const TensorData& each : data) {
            inputs.push_back(builder.input(fmt::format("x{}", inputs.size()), each));
        }
        const auto y = builder.node("y", operation, inputs, data.front().type());
        return run(*backend_, builder.build({y}), "fused").outputs.front();
    }

    std::unique_ptr<Backend> backend_ = make_onednn_backend();
    OracleComparison comparison_{*backend_};
    Draw draw_{13};
};

TensorData two_by_three() {
    return TensorData(DataType::s8, {2, 3}, {1, 2, 3, 4, 5, 6});
}

TEST_F(MovementTest, OneElementAtItsPlace) {
    EXPECT_THAT(result_of(graph::Permute{{1, 0}}, {two_by_three()}), ElementsAre(1, 4, 2, 5, 3, 6));
    EXPECT_THAT(result_of(graph::Reshape{{3, 2}}, {two_by_three()}), ElementsAre(1, 2, 3, 4, 5, 6));
    EXPECT_THAT(result_of(graph::Slice{{1, 0}, {2, 3}, {1, 2}}, {two_by_three()}), ElementsAre(4, 6));
    EXPECT_THAT(result_of(graph::Concat{1}, {two_by_three(), TensorData(DataType::s8, {2, 1}, {7, 8})}),
                ElementsAre(1, 2, 3, 7, 4, 5, 6, 8));
    const TensorData image(DataType::u8, {1, 3, 1, 2}, {1, 2, 3, 4, 5, 6});
    EXPECT_THAT(result_of(graph::Reorder{Layout::channels_blocked_8}, {image}), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST_F(MovementTest, ASliceMayBeginInTheMiddle) {
    const TensorData data(DataType::s32, {5}, {10, 20, 30, 40, 50});
    EXPECT_THAT(result_of(graph::Slice{{1}, {5}, {3}}, {data}), ElementsAre(20, 50));
}

TEST_F(MovementTest, BlocksOfChannelsNeedChannelsAndSpace) {
    EXPECT_THROW(result_of(graph::Reorder{Layout::channels_blocked_8}, {two_by_three()}), Unsupported);
}

TEST_F(MovementTest, Sweep) {
    for (int problem = 0; problem < 250; ++problem) {
        graph::CaseBuilder builder(fmt::format("movement {}", problem));
        const auto type = draw_.one_of<DataType>(kTypes);
        Shape shape;
        for (std::int64_t rank = draw_(1, 5); rank > 0; --rank) {
            shape.push_back(draw_(1, 7));
        }
        const auto rank = static_cast<std::int64_t>(shape.size());
        const TensorId x = builder.input("x", draw_.values(type, shape));
        graph::Operation operation;
        std::vector<TensorId> inputs{x};
        switch (draw_(0, rank > 1 ? 3 : 2)) {  // no layouts without channels
            case 0: {
                graph::Permute permute;
                for (std::int64_t d = 0; d < rank; ++d) {
                    permute.order.insert(permute.order.begin() + draw_(0, d), d);
                }
                operation = permute;
                break;
            }
            case 1: {
                graph::Slice slice;
                for (const std::int64_t extent : shape) {
                    slice.begin.push_back(draw_(0, extent - 1));
                    slice.end.push_back(draw_(slice.begin.back() + 1, extent));
                    slice.step.push_back(draw_(1, 3));
                }
                operation = slice;
                break;
            }
            case 2: {
                const std::int64_t axis = draw_(0, rank - 1);
                for (std::int64_t more = draw_(1, 3); more > 0; --more) {
                    Shape other = shape;
                    other[static_cast<std::size_t>(axis)] = draw_(1, 20);
                    inputs.push_back(builder.input(fmt::format("x{}", more), draw_.values(type, other)));
                }
                operation = graph::Concat{axis};
                break;
            }
            default: operation = graph::Reorder{draw_.one_of(kLayouts)}; break;
        }
        comparison_.check(builder.build({builder.node("y", operation, inputs, type)}));
    }
    std::cout << comparison_.summary();
    EXPECT_GE(comparison_.runs(), 200);
}

}  // namespace
}  // namespace difftest::backends::onednn
