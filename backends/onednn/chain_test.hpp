#pragma once

#include "backends/onednn/case_builder.hpp"
#include "backends/onednn/library_graph.hpp"
#include "backends/onednn/onednn_backend.hpp"

#include <gtest/gtest.h>

namespace difftest::backends::onednn {

/// A convolution or deconvolution that is nothing but a source of accumulators, and pointwise nodes after it.
class ChainTest : public testing::Test {
protected:
    /// A 1x1 deconvolution by `weight`: the accumulators are data * weight.
    graph::TensorId accumulators(const CaseBuilder::Values& data, double weight = 2) {
        shape_ = {1, 1, 1, static_cast<std::int64_t>(data.size())};
        const auto source = build_.input(graph::DataType::u8, shape_, data);
        const auto weights = build_.constant(graph::DataType::s8, {1, 1, 1, 1}, {weight});
        return build_.node(graph::Deconvolution{{1, 1}, {1, 1}, {0, 0}, {0, 0}, {0, 0}, 1}, {source, weights},
                           graph::DataType::s32, shape_);
    }

    /// Accumulators data[c] * 2 of channel c.
    graph::TensorId channel_accumulators(const CaseBuilder::Values& data) {
        const auto channels = static_cast<std::int64_t>(data.size());
        shape_ = {1, channels, 1, 1};
        const auto source = build_.input(graph::DataType::u8, shape_, data);
        const auto weights =
            build_.constant(graph::DataType::s8, {channels, 1, 1, 1}, CaseBuilder::Values(data.size(), 2));
        graph::Convolution operation{{1, 1}, {1, 1}, {0, 0}, {0, 0}, channels};
        return build_.node(operation, {source, weights}, graph::DataType::s32, shape_);
    }

    graph::TensorId binary(graph::BinaryAlgorithm algorithm, graph::TensorId a, graph::TensorId b) {
        return build_.node(graph::Binary{algorithm}, {a, b}, graph::DataType::f32, shape_);
    }
    graph::TensorId eltwise(graph::EltwiseAlgorithm algorithm, graph::TensorId data, float alpha = 0, float beta = 0) {
        return build_.node(graph::Eltwise{algorithm, alpha, beta}, {data}, graph::DataType::f32, shape_);
    }
    graph::TensorId convert(graph::TensorId data, graph::DataType type) {
        return build_.node(graph::Convert{}, {data}, type, shape_);
    }

    CaseBuilder::Values output_of(const std::string& plan, graph::TensorId output) {
        return run(*backend_, build_.finish({output}), plan).outputs.front();
    }

    /// Every plan that avoids the repeated-eltwise defect of old releases gives these values.
    void expect_everywhere(graph::TensorId output, const CaseBuilder::Values& expected) {
        const graph::Case& value = build_.finish({output});
        for (const PlanOffer& offer : backend_->plans(value)) {
            if (const auto* refusal = std::get_if<Refusal>(&offer)) {
                ASSERT_EQ(refusal->plan, kGraphPlan) << refusal->reason;
                continue;
            }
            const Plan& plan = std::get<Plan>(offer);
            if (plan.traits.empty()) {
                EXPECT_EQ(run(*backend_, value, plan.name).outputs.front(), expected) << plan.name;
            }
        }
    }

    std::unique_ptr<Backend> backend_ = make_onednn_backend();
    CaseBuilder build_;
    graph::Shape shape_;
};

}  // namespace difftest::backends::onednn
