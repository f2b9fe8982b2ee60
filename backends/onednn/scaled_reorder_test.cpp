#include "backends/onednn/chain_test.hpp"

#include <gmock/gmock.h>
#include <oneapi/dnnl/dnnl.hpp>

/// quantize, dequantize and requantize by the library's reorder with scales and zero points. Expected values by hand.
namespace difftest::backends::onednn {
namespace {

using graph::DataType;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kPlan = "split+scaled_reorder";

class ScaledReorderTest : public ChainTest {
protected:
    graph::TensorId quantize(graph::TensorId data, graph::TensorId scale, graph::TensorId zero_point,
                             graph::ZeroPointSite site) {
        graph::Quantize operation;
        operation.zero_point_site = site;
        return build_.node(operation, {data, scale, zero_point}, DataType::s8, shape_);
    }

    onednn::Run run_named(graph::TensorId output, const std::string& plan) {
        graph::Case value = build_.finish({output});
        value.execution.plans = {plan};
        return run(*backend_, value, plan);
    }

    std::string refusal_of(graph::TensorId output, const std::string& plan) {
        try {
            run_named(output, plan);
        } catch (const Unsupported& refusal) {
            return refusal.what();
        }
        return "";
    }

    bool is_v2() { return backend_->describe().library_version.starts_with("2."); }
};

TEST_F(ScaledReorderTest, QuantizesWithScaleAndZeroPoint) {
    shape_ = {1, 1, 1, 6};
    // 3 / 2 + 1 = 2.5 is a tie, to even; 5 / 2 + 1 = 3.5, to 4; 600 / 2 + 1 and -600 / 2 + 1 saturate.
    const auto data = build_.input(DataType::f32, shape_, {3, 5, -7, 0, 600, -600});
    const auto zero_point = build_.constant(DataType::s32, {1}, {1});
    const auto result = quantize(data, build_.scalar(2), zero_point, graph::ZeroPointSite::before_rounding);
    testing::internal::CaptureStdout();
    dnnl::set_verbose(1);
    const onednn::Run reordered = run_named(result, kPlan);
    dnnl::set_verbose(0);
    const std::string said = testing::internal::GetCapturedStdout();
    EXPECT_THAT(reordered.outputs.front(), ElementsAre(2, 4, -2, 1, 127, -128));
    EXPECT_THAT(said, HasSubstr(is_v2() ? "attr-oscale" : "attr-scales"));
    EXPECT_THAT(said, HasSubstr("attr-zero-points"));
    EXPECT_THAT(said, Not(HasSubstr(",binary,"))) << "a reorder, not the usual primitive";
    const onednn::Run usual = run_named(result, "split");
    EXPECT_TRUE(reordered.contract.grants(contract::Freedom::reciprocal_division));
    EXPECT_EQ(usual.contract.grants(contract::Freedom::reciprocal_division), !is_v2());
}

TEST_F(ScaledReorderTest, QuantizesEachChannelIntoABlockedLayout) {
    shape_ = {1, 5, 1, 2};
    const auto data = build_.input(DataType::f32, shape_, {1, 2, 1, 2, 1, 2, 1, 2, 1, 2});
    const auto scale = build_.constant(DataType::f32, {5, 1, 1}, {1, 0.5, 0.25, 2, 0.125});
    const auto result = quantize(data, scale, graph::kAbsent, graph::ZeroPointSite::after_rounding);
    // 1 / 2 is a tie, to even.
    for (const std::string layout : {"", "+blocked8", "+channels_last"}) {
        const std::string plan = std::string("split") + layout + "+scaled_reorder";
        EXPECT_THAT(run_named(result, plan).outputs.front(), ElementsAre(1, 2, 2, 4, 4, 8, 0, 1, 8, 16)) << plan;
    }
}

TEST_F(ScaledReorderTest, DequantizesAndRequantizes) {
    shape_ = {1, 2, 1, 2};
    const auto data = build_.input(DataType::u8, shape_, {0, 200, 7, 255});
    const auto zero_point = build_.constant(DataType::s32, {1}, {7});
    const auto real = build_.node(graph::Dequantize{}, {data, build_.scalar(0.5F), zero_point}, DataType::f32, shape_);
    EXPECT_THAT(run_named(real, kPlan).outputs.front(), ElementsAre(-3.5, 96.5, 0, 124));

    const auto sums = build_.input(DataType::s32, shape_, {1000, -1000, 6, 10});
    const auto multiplier = build_.constant(DataType::f32, {2, 1, 1}, {0.125, 0.25});
    const auto byte = build_.node(graph::Requantize{}, {sums, multiplier}, DataType::s8, shape_);
    // 1000 / 8 = 125; 6 / 4 = 1.5 and 10 / 4 = 2.5 are ties.
    EXPECT_THAT(run_named(byte, kPlan).outputs.front(), ElementsAre(125, -125, 2, 2));
}

TEST_F(ScaledReorderTest, ParametersComeWhereTheyAreAskedFor) {
    shape_ = {1, 1, 1, 2};
    const auto data = build_.input(DataType::s8, shape_, {3, -4});
    const auto real = build_.node(graph::Dequantize{}, {data, build_.scalar(0.5F)}, DataType::f32, shape_);
    const std::string compiled = std::string(kPlan) + "+compile_time_parameters";
    if (is_v2()) {
        EXPECT_THAT(run_named(real, compiled).outputs.front(), ElementsAre(1.5, -2));
    } else {
        EXPECT_THAT(refusal_of(real, compiled), HasSubstr("at the execution only"));
    }
    EXPECT_THAT(run_named(real, std::string(kPlan) + "+run_time_parameters").outputs.front(), ElementsAre(1.5, -2));
}

TEST_F(ScaledReorderTest, RefusesWhatNoReorderComputes) {
    shape_ = {1, 1, 1, 2};
    const auto data = build_.input(DataType::f32, shape_, {3, 5});
    const auto zero_point = build_.constant(DataType::s32, {1}, {1});
    const auto behind = quantize(data, build_.scalar(2), zero_point, graph::ZeroPointSite::after_rounding);
    EXPECT_THAT(refusal_of(behind, kPlan), HasSubstr("adds its zero point before it rounds"));
    const auto no_quantization = eltwise(graph::EltwiseAlgorithm::relu, data);
    EXPECT_THAT(refusal_of(no_quantization, kPlan), HasSubstr("no primitive of this plan is a reorder with scales"));
}

}  // namespace
}  // namespace difftest::backends::onednn
