#include "backends/onednn/affine_steps.hpp"
#include "backends/onednn/partitioning.hpp"

#include <algorithm>

namespace difftest::backends::onednn {

namespace {

/// Whether an earlier eltwise step among `steps` has the same algorithm with other parameters.
bool repeats_earlier(std::span<const Step> earlier, const EltwiseStep& step) {
    return std::any_of(earlier.begin(), earlier.end(), [&step](const Step& other) {
        const auto* eltwise = std::get_if<EltwiseStep>(&other);
        return eltwise != nullptr && eltwise->algorithm == step.algorithm && !(*eltwise == step);
    });
}

void append_scalar(Steps& steps, graph::BinaryAlgorithm algorithm, float operand) {
    steps.push_back(BinaryStep{algorithm, f32_scalar(operand)});
}

/// Appends binary steps that do what the eltwise step does; false when there are none.
bool append_as_binary(Steps& steps, const EltwiseStep& step) {
    using graph::BinaryAlgorithm;
    switch (step.algorithm) {
        case graph::EltwiseAlgorithm::clip:
        case graph::EltwiseAlgorithm::clip_v2:
            append_scalar(steps, BinaryAlgorithm::maximum, step.alpha);
            append_scalar(steps, BinaryAlgorithm::minimum, step.beta);
            return true;
        case graph::EltwiseAlgorithm::linear:
            if (step.alpha != 1.0F) {
                append_scalar(steps, BinaryAlgorithm::multiply, step.alpha);
            }
            if (step.beta != 0.0F) {
                append_scalar(steps, BinaryAlgorithm::add, step.beta);
            }
            return true;
        default: return false;
    }
}

}  // namespace

bool repeats_eltwise_algorithm(std::span<const Step> post_ops) {
    for (std::size_t index = 0; index < post_ops.size(); ++index) {
        const auto* eltwise = std::get_if<EltwiseStep>(&post_ops[index]);
        if (eltwise != nullptr && repeats_earlier(post_ops.first(index), *eltwise)) {
            return true;
        }
    }
    return false;
}

std::optional<Steps> with_distinct_eltwise(const Steps& steps) {
    Steps result;
    for (const Step& step : steps) {
        const auto* eltwise = std::get_if<EltwiseStep>(&step);
        if (eltwise == nullptr || !repeats_earlier(result, *eltwise)) {
            result.push_back(step);
        } else if (!append_as_binary(result, *eltwise)) {
            return std::nullopt;
        }
    }
    return result;
}

}  // namespace difftest::backends::onednn
