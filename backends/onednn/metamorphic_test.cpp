#include "backends/onednn/onednn_backend.hpp"
#include "backends/onednn/oracle_comparison.hpp"
#include "backends/onednn/registered_errors.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

// The metamorphic relations that concern an execution (semantics, section 4.2): what must be the same bits however the
// graph is run. All scales are powers of two and all numbers small, so that no freedom leaves a choice.

namespace difftest::backends::onednn {
namespace {

using graph::BinaryAlgorithm;
using graph::DataType;
using graph::EltwiseAlgorithm;
using graph::TensorId;

class MetamorphicTest : public ::testing::Test {
protected:
    using Outputs = std::vector<CaseBuilder::Values>;

    static constexpr int kCases = 12;

    /// The accumulators of a random convolution of u8 data; weights are even and small, which every ISA sums exactly.
    TensorId accumulators(CaseBuilder& build, Draw& draw) {
        const std::int64_t channels = draw(1, 20);
        const std::int64_t kernel = draw(1, 3);
        const std::int64_t size = draw(kernel, 7);
        shape_ = {draw(1, 2), draw(1, 20), size - kernel + 1, size - kernel + 1};
        const graph::Shape data{shape_[0], channels, size, size};
        const graph::Shape weights{shape_[1], channels, kernel, kernel};
        const auto x = build.input(DataType::u8, data, values(draw, data, 0, 100));
        const auto w = build.constant(DataType::s8, weights, values(draw, weights, -30, 30));
        return build.node(graph::Convolution{{1, 1}, {1, 1}, {0, 0}, {0, 0}, 1}, {x, w}, DataType::s32, shape_);
    }

    static CaseBuilder::Values values(Draw& draw, const graph::Shape& shape, std::int64_t lowest,
                                      std::int64_t highest) {
        CaseBuilder::Values result(static_cast<std::size_t>(graph::element_count(shape).value()));
        for (double& value : result) {
            value = static_cast<double>(draw(lowest, highest));
        }
        return result;
    }

    TensorId binary(CaseBuilder& build, BinaryAlgorithm algorithm, TensorId a, float b) {
        return build.node(graph::Binary{algorithm}, {a, build.scalar(b)}, DataType::f32, shape_);
    }
    TensorId eltwise(CaseBuilder& build, EltwiseAlgorithm algorithm, TensorId data, float alpha, float beta) {
        return build.node(graph::Eltwise{algorithm, alpha, beta}, {data}, DataType::f32, shape_);
    }

    /// Scale, shift, clip, store: three fusible steps.
    const graph::Case& chain(CaseBuilder& build, Draw& draw) {
        TensorId last = binary(build, BinaryAlgorithm::multiply, accumulators(build, draw), 0x1p-7F);
        last = binary(build, BinaryAlgorithm::add, last, 3.5F);
        last = eltwise(build, EltwiseAlgorithm::clip, last, -100, 90);
        return build.finish({build.node(graph::Convert{}, {last}, DataType::s8, shape_)});
    }

    /// Nothing when the library refuses the plan, or is known to compute it wrongly.
    std::optional<Outputs> outputs_of(graph::Case value, const std::string& plan) {
        if (!is_version_2(*backend_) && !registered_error(value.graph, plan).empty()) {
            return std::nullopt;
        }
        value.execution.plans = {plan};
        try {
            return run(*backend_, value, plan).outputs;
        } catch (const Unsupported&) {
            return std::nullopt;
        }
    }

    /// Every one of the plans that runs gives the same, and each runs for some of the cases.
    void expect_same_under(const std::string& plan, const std::vector<std::string>& others) {
        std::vector<int> runs(others.size(), 0);
        Draw draw(18);
        for (int i = 0; i < kCases; ++i) {
            CaseBuilder build;
            const graph::Case& value = chain(build, draw);
            const auto expected = outputs_of(value, plan);
            ASSERT_TRUE(expected);
            for (std::size_t other = 0; other < others.size(); ++other) {
                const auto actual = outputs_of(value, others[other]);
                runs[other] += actual ? 1 : 0;
                EXPECT_TRUE(!actual || actual == expected) << others[other] << ", case " << i;
            }
        }
        for (std::size_t other = 0; other < others.size(); ++other) {
            EXPECT_GT(runs[other], 0) << others[other] << " never ran";
        }
    }

    std::unique_ptr<Backend> backend_ = make_onednn_backend();
    graph::Shape shape_;
};

TEST_F(MetamorphicTest, R14FusedAndMaterializedAreTheSame) {
    expect_same_under("fused", {"split", "cut1", "cut2", "cut3", "cut1.2.3"});
}

TEST_F(MetamorphicTest, R18LayoutsThreadsPlacesAndScratchpadsChangeNothing) {
    expect_same_under(
        "fused", {"fused+row_major", "fused+channels_last", "fused+plain_weights", "fused+threads1", "fused+threads3"});
    expect_same_under("split", {"split+blocked8", "split+blocked16", "split+channels_last", "split+in_place",
                                "split@gemm+user_scratchpad"});
}

TEST_F(MetamorphicTest, R22LinearIsAMultiplicationAndAnAddition) {
    const bool repeats_wrongly = is_version_2(*backend_);  // known issue onednn_repeated_eltwise
    Draw draw(22);
    int different = 0;
    for (int i = 0; i < kCases; ++i) {
        const Draw again = draw;
        CaseBuilder one;
        TensorId last = eltwise(one, EltwiseAlgorithm::linear, accumulators(one, draw), 0x1p-7F, 3.5F);
        const graph::Case& linear = one.finish({eltwise(one, EltwiseAlgorithm::linear, last, 0.25F, -1)});
        draw = again;
        CaseBuilder two;
        last = binary(two, BinaryAlgorithm::multiply, accumulators(two, draw), 0x1p-7F);
        last = binary(two, BinaryAlgorithm::multiply, binary(two, BinaryAlgorithm::add, last, 3.5F), 0.25F);
        const graph::Case& binaries = two.finish({binary(two, BinaryAlgorithm::subtract, last, 1)});
        const auto expected = outputs_of(binaries, "fused");
        ASSERT_TRUE(expected);
        EXPECT_EQ(outputs_of(linear, "split"), expected) << i;
        if (repeats_wrongly) {
            EXPECT_EQ(outputs_of(linear, "fused_distinct_eltwise"), expected) << i;
        }
        different += outputs_of(linear, "fused") == expected ? 0 : 1;
    }
    EXPECT_EQ(different, repeats_wrongly ? kCases : 0);
}

}  // namespace
}  // namespace difftest::backends::onednn
