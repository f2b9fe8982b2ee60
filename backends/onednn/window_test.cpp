#include "backends/onednn/onednn_backend.hpp"
#include "backends/onednn/random_tail.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>

/// Pooling, resampling and reduction: by hand, then against the oracle over types, shapes, geometries and tails.
namespace difftest::backends::onednn {
namespace {

using graph::DataType;
using graph::PoolingAlgorithm;
using graph::ReductionAlgorithm;
using graph::ResamplingAlgorithm;
using graph::Shape;
using graph::TensorData;
using graph::TensorId;
using testing::ElementsAre;

class WindowTest : public testing::Test {
protected:
    /// One node on one tensor.
    std::vector<double> result_of(const graph::Operation& operation, const TensorData& data, DataType type) {
        graph::CaseBuilder builder("one node");
        const auto y = builder.node("y", operation, {builder.input("x", data)}, type);
        return run(*backend_, builder.build({y}), "fused").outputs.front();
    }

    void finish(int least) {
        std::cout << comparison_.summary();
        EXPECT_GE(comparison_.runs(), least);
    }

    Shape random_image(std::int64_t spatial) {
        Shape shape{draw_(1, 2), draw_(1, 35)};
        while (spatial-- > 0) {
            shape.push_back(draw_(1, 9));
        }
        return shape;
    }

    std::unique_ptr<Backend> backend_ = make_onednn_backend();
    OracleComparison comparison_{*backend_};
    Draw draw_{11};
};

graph::Pooling pooling(PoolingAlgorithm algorithm, std::int64_t kernel, std::int64_t padding) {
    return {algorithm, {1, kernel}, {1, 1}, {1, 1}, {0, padding}, {0, padding}};
}

TEST_F(WindowTest, MaximumIgnoresPadding) {
    const TensorData data(DataType::s8, {1, 1, 1, 3}, {-5, -7, -9});
    EXPECT_THAT(result_of(pooling(PoolingAlgorithm::maximum, 3, 1), data, DataType::s8), ElementsAre(-5, -5, -7));
}

TEST_F(WindowTest, AveragesDivideByTheKernelOrByWhatTheyMeet) {
    const TensorData data(DataType::u8, {1, 1, 1, 3}, {10, 20, 33});
    // (10+20)/3 = 10, 63/3 = 21, 53/3 = 17.67; without padding 30/2 = 15, 21, 53/2 = 26.5 to even
    EXPECT_THAT(result_of(pooling(PoolingAlgorithm::average_include_padding, 3, 1), data, DataType::u8),
                ElementsAre(10, 21, 18));
    EXPECT_THAT(result_of(pooling(PoolingAlgorithm::average_exclude_padding, 3, 1), data, DataType::u8),
                ElementsAre(15, 21, 26));
}

TEST_F(WindowTest, AnAverageOfIntegersIsRoundedBeforeWhatFollows) {
    graph::CaseBuilder builder("rounded average");
    const auto data = builder.input("x", TensorData(DataType::u8, {1, 1, 1, 3}, {10, 20, 33}));
    const auto mean =
        builder.node("mean", pooling(PoolingAlgorithm::average_include_padding, 3, 1), {data}, DataType::u8);
    const auto factor = builder.scalar("f", 3.0F);
    const auto y = builder.node("y", graph::Binary{graph::BinaryAlgorithm::multiply}, {mean, factor}, DataType::f32);
    const auto out = builder.node("out", graph::Convert{}, {y}, DataType::u8);
    const graph::Case value = builder.build({out});
    for (const char* plan : {"fused", "split"}) {
        EXPECT_THAT(run(*backend_, value, plan).outputs.front(), ElementsAre(30, 63, 54)) << plan;
    }
}

TEST_F(WindowTest, NearestAndLinearResampling) {
    const TensorData data(DataType::f32, {1, 1, 1, 2}, {1, 5});
    // Positions -0.25, 0.25, 0.75, 1.25 of the data.
    EXPECT_THAT(result_of(graph::Resampling{ResamplingAlgorithm::nearest, {1, 4}}, data, DataType::f32),
                ElementsAre(1, 1, 5, 5));
    EXPECT_THAT(result_of(graph::Resampling{ResamplingAlgorithm::linear, {1, 4}}, data, DataType::f32),
                ElementsAre(1, 2, 4, 5));
}

/// oneDNN 2.6 adds 30 to the second element, channels last (LIBRARY_TROUBLE.md).
TEST_F(WindowTest, ResampledTensorsKeepTheirPlaces) {
    graph::CaseBuilder builder("places");
    const auto x = builder.input("x", TensorData(DataType::s8, {1, 2, 1, 2}, {1, 2, 3, 4}));
    const auto operand = builder.input("operand", TensorData(DataType::f32, {1, 2, 1, 2}, {10, 20, 30, 40}));
    const auto same = builder.node("same", graph::Resampling{ResamplingAlgorithm::nearest, {1, 2}}, {x}, DataType::s8);
    const auto y = builder.node("y", graph::Binary{graph::BinaryAlgorithm::add}, {same, operand}, DataType::f32);
    const graph::Case value = builder.build({y});
    EXPECT_THAT(run(*backend_, value, "split").outputs.front(), ElementsAre(11, 22, 33, 44));
    if (is_version_2(*backend_)) {
        EXPECT_THAT(run(*backend_, value, "fused").outputs.front(), ElementsAre(11, 32, 23, 44));
    } else {
        EXPECT_THAT(run(*backend_, value, "fused").outputs.front(), ElementsAre(11, 22, 33, 44));
    }
}

/// With one point for each channel the operand begins anew after each channel, or block of channels
/// (LIBRARY_TROUBLE.md).
TEST_F(WindowTest, ResampledToOnePoint) {
    graph::CaseBuilder builder("one point");
    const auto x = builder.input("x", TensorData(DataType::f32, {1, 2, 3}, {0, 2, 0, 0, 4, 0}));
    const auto operand = builder.input("operand", TensorData(DataType::f32, {1, 2, 1}, {1, 2}));
    const auto middle = builder.node("middle", graph::Resampling{ResamplingAlgorithm::linear, {1}}, {x}, DataType::f32);
    const auto y = builder.node("y", graph::Binary{graph::BinaryAlgorithm::multiply}, {middle, operand}, DataType::f32);
    const graph::Case value = builder.build({y});
    EXPECT_THAT(run(*backend_, value, "split").outputs.front(), ElementsAre(2, 8));
    EXPECT_THAT(run(*backend_, value, "fused").outputs.front(), ElementsAre(2, 4));  // wrong in 2.6 and 3.7
}

TEST_F(WindowTest, ReductionsAlongOneAxis) {
    const TensorData data(DataType::f32, {2, 3}, {1, -2, 4, 8, 0, 1});
    EXPECT_THAT(result_of(graph::Reduction{ReductionAlgorithm::sum, {1}}, data, DataType::f32), ElementsAre(3, 9));
    EXPECT_THAT(result_of(graph::Reduction{ReductionAlgorithm::mean, {1}}, data, DataType::f32), ElementsAre(1, 3));
    EXPECT_THAT(result_of(graph::Reduction{ReductionAlgorithm::maximum, {0}}, data, DataType::f32),
                ElementsAre(8, 0, 4));
    EXPECT_THAT(result_of(graph::Reduction{ReductionAlgorithm::minimum, {0}}, data, DataType::f32),
                ElementsAre(1, -2, 1));
}

TEST_F(WindowTest, PoolingSweep) {
    for (int problem = 0; problem < 300; ++problem) {
        graph::CaseBuilder builder(fmt::format("pooling {}", problem));
        const Shape shape = random_image(draw_(1, 3));
        graph::Pooling op;
        op.algorithm = draw_.one_of({PoolingAlgorithm::maximum, PoolingAlgorithm::average_include_padding,
                                     PoolingAlgorithm::average_exclude_padding});
        for (std::size_t d = 2; d < shape.size(); ++d) {
            op.kernel.push_back(draw_(1, std::min<std::int64_t>(4, shape[d])));
            op.strides.push_back(draw_(1, 3));
            op.dilations.push_back(draw_.chance(1, 6) && (op.kernel.back() - 1) * 2 < shape[d] ? 2 : 1);
            op.pads_begin.push_back(draw_(0, op.kernel.back() - 1));
            op.pads_end.push_back(draw_(0, op.kernel.back() - 1));
        }
        const auto type = draw_.one_of({DataType::u8, DataType::s8, DataType::s32, DataType::f32, DataType::bf16});
        const bool real = graph::is_integer(type) && op.algorithm != PoolingAlgorithm::maximum && draw_.chance(1, 3);
        const auto x = builder.input("x", draw_.values(type, shape));
        const TensorId y = builder.node("y", op, {x}, real ? DataType::f32 : type);
        comparison_.check(builder.build({random_tail(builder, draw_, y, {})}));
    }
    finish(200);
}

TEST_F(WindowTest, ResamplingSweep) {
    for (int problem = 0; problem < 200; ++problem) {
        graph::CaseBuilder builder(fmt::format("resampling {}", problem));
        Shape shape = random_image(draw_(1, 3));
        if (!is_version_2(*backend_) &&
            std::all_of(shape.begin() + 2, shape.end(), [](auto size) { return size == 1; })) {
            shape[1] = 1;  // known issue onednn_resampling_f32_plain_crash
        }
        graph::Resampling op;
        op.algorithm = draw_.one_of({ResamplingAlgorithm::nearest, ResamplingAlgorithm::linear});
        for (std::size_t d = 2; d < shape.size(); ++d) {
            op.sizes.push_back(draw_(2, 12));  // 1: see ResampledToOnePoint
        }
        const auto type = draw_.one_of({DataType::u8, DataType::s8, DataType::s32, DataType::f32, DataType::bf16});
        const bool real = graph::is_integer(type) && op.algorithm == ResamplingAlgorithm::linear && draw_.chance(1, 3);
        const auto x = builder.input("x", draw_.values(type, shape));
        const TensorId y = builder.node("y", op, {x}, real ? DataType::f32 : type);
        const bool right = !is_version_2(*backend_);  // see ResampledTensorsKeepTheirPlaces
        comparison_.check(builder.build({random_tail(builder, draw_, y, {3, false, right, true, right})}));
    }
    finish(150);
}

TEST_F(WindowTest, ReductionSweep) {
    for (int problem = 0; problem < 200; ++problem) {
        graph::CaseBuilder builder(fmt::format("reduction {}", problem));
        const Shape shape = random_image(draw_(0, 3));
        graph::Reduction op;
        op.algorithm = draw_.one_of({ReductionAlgorithm::sum, ReductionAlgorithm::mean, ReductionAlgorithm::maximum,
                                     ReductionAlgorithm::minimum});
        for (std::size_t d = 0; d < shape.size(); ++d) {
            if (draw_.chance(1, 2)) {
                op.axes.push_back(static_cast<std::int64_t>(d));
            }
        }
        if (op.axes.empty()) {
            op.axes = {1};
        }
        const auto type = draw_.one_of({DataType::u8, DataType::s8, DataType::f32, DataType::bf16});
        const bool sums = op.algorithm == ReductionAlgorithm::sum;
        const bool real = graph::is_integer(type) && op.algorithm == ReductionAlgorithm::mean && draw_.chance(1, 2);
        const auto x = builder.input("x", draw_.values(type, shape));
        const auto result = real ? DataType::f32 : sums && graph::is_integer(type) ? DataType::s32 : type;
        const TensorId y = builder.node("y", op, {x}, result);
        comparison_.check(builder.build({random_tail(builder, draw_, y, {3, false, true})}));
    }
    finish(150);
}

}  // namespace
}  // namespace difftest::backends::onednn
