#include "harness/reduce/case_cost.hpp"
#include "harness/reduce/quantization_ranges.hpp"
#include "harness/reduce/simpler_values.hpp"
#include "reference/graph/case_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace difftest::harness {
namespace {

using graph::DataType;

TEST(ValueComplexity, OrdersAsAReaderWould) {
    const double in_order[] = {0.0, 1.0, -1.0, 2.0, 0.25, 64.0, 3.0, 0.3, 0.111, 100.0, 12345.0};
    for (std::size_t i = 1; i < std::size(in_order); ++i) {
        EXPECT_LT(complexity_of(in_order[i - 1], DataType::f32), complexity_of(in_order[i], DataType::f32))
            << in_order[i];
    }
}

TEST(SimplerValues, AreSimplerAndFit) {
    for (const double value : {77.7, -3.14, 255.0, 1e20}) {
        for (const double simpler : simpler_values(static_cast<double>(static_cast<float>(value)), DataType::f32)) {
            EXPECT_LT(complexity_of(simpler, DataType::f32), complexity_of(value, DataType::f32));
            EXPECT_EQ(static_cast<double>(static_cast<float>(simpler)), simpler);
        }
    }
    EXPECT_TRUE(simpler_values(0, DataType::f32).empty());
    EXPECT_THAT(simpler_values(1, DataType::u8), testing::ElementsAre(0));
    EXPECT_THAT(simpler_values(200, DataType::u8), testing::IsSupersetOf({0.0, 1.0, 128.0, 100.0}));
    EXPECT_THAT(simpler_values(200, DataType::u8), testing::Not(testing::Contains(testing::Gt(255))));
    EXPECT_THAT(simpler_values(-5, DataType::s8), testing::Contains(-4.0));
}

/// x in [low, high] -> [out_low, out_high]
graph::Case quantization(std::vector<double> low, std::vector<double> high, double out_low, double out_high) {
    graph::CaseBuilder builder("quantization");
    const auto channels = [&builder](const char* name, const std::vector<double>& values) {
        const graph::Shape shape =
            values.size() == 1 ? graph::Shape{} : graph::Shape{1, static_cast<std::int64_t>(values.size())};
        return builder.constant(name, graph::TensorData(DataType::f32, shape, values));
    };
    const graph::TensorId x = builder.input("x", graph::TensorData(DataType::f32, {1, 2}, {1, 2}));
    return builder.build({builder.node(
        "q", graph::FakeQuantize{256, graph::FakeQuantizeForm::specification},
        {x, channels("il", low), channels("ih", high), channels("ol", {out_low}), channels("oh", {out_high})},
        DataType::u8)});
}

TEST(QuantizationRanges, AreKeptWhereThereIsOne) {
    const graph::Case good = quantization({0, -1}, {2}, 0, 255);
    EXPECT_TRUE(keeps_quantization_ranges(good, quantization({0, 1}, {3}, 1, 2)));
    EXPECT_TRUE(keeps_quantization_ranges(good, quantization({0}, {1}, 255, 0))) << "an output may fall";
    EXPECT_FALSE(keeps_quantization_ranges(good, quantization({0, 0}, {0}, 0, 255)));
    EXPECT_FALSE(keeps_quantization_ranges(good, quantization({0, 2}, {1}, 0, 255))) << "one channel";
    EXPECT_FALSE(keeps_quantization_ranges(good, quantization({0}, {1}, 7, 7)));
    const graph::Case without = quantization({0}, {0}, 0, 255);
    EXPECT_TRUE(keeps_quantization_ranges(without, quantization({1}, {1}, 0, 0)));
}

}  // namespace
}  // namespace difftest::harness
