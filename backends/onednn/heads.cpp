#include "backends/onednn/heads.hpp"

#include "backends/onednn/affine_steps.hpp"
#include "backends/onednn/eltwise_support.hpp"

#include <algorithm>

namespace difftest::backends::onednn {

namespace {

struct KindVisitor {
    HeadKind operator()(const graph::Convolution& /*op*/) const { return HeadKind::contraction; }
    HeadKind operator()(const graph::Deconvolution& /*op*/) const { return HeadKind::contraction; }
    HeadKind operator()(const graph::InnerProduct& /*op*/) const { return HeadKind::contraction; }
    HeadKind operator()(const graph::Matmul& /*op*/) const { return HeadKind::contraction; }
    HeadKind operator()(const graph::Pooling& /*op*/) const { return HeadKind::pooling; }
    HeadKind operator()(const graph::Resampling& /*op*/) const { return HeadKind::resampling; }
    HeadKind operator()(const graph::Reduction& /*op*/) const { return HeadKind::reduction; }
    HeadKind operator()(const graph::Softmax& /*op*/) const { return HeadKind::softmax; }
    HeadKind operator()(const graph::Prelu& /*op*/) const { return HeadKind::prelu; }
    HeadKind operator()(const graph::Sum& /*op*/) const { return HeadKind::sum; }
    HeadKind operator()(const graph::Select& /*op*/) const { return HeadKind::select; }
    HeadKind operator()(const graph::Concat& /*op*/) const { return HeadKind::concatenation; }
    HeadKind operator()(const graph::Permute& /*op*/) const { return HeadKind::movement; }
    HeadKind operator()(const graph::Reshape& /*op*/) const { return HeadKind::movement; }
    HeadKind operator()(const graph::Slice& /*op*/) const { return HeadKind::movement; }
    HeadKind operator()(const graph::Reorder& /*op*/) const { return HeadKind::movement; }
    template <class Op>
    HeadKind operator()(const Op& /*op*/) const {
        return HeadKind::pointwise;
    }
};

bool averages(const graph::Node& node) {
    if (const auto* pooling = std::get_if<graph::Pooling>(&node.operation)) {
        return pooling->algorithm != graph::PoolingAlgorithm::maximum;
    }
    if (const auto* resampling = std::get_if<graph::Resampling>(&node.operation)) {
        return resampling->algorithm == graph::ResamplingAlgorithm::linear;
    }
    const auto* reduction = std::get_if<graph::Reduction>(&node.operation);
    return reduction != nullptr && reduction->algorithm == graph::ReductionAlgorithm::mean;
}

}  // namespace

HeadKind head_kind(const graph::Node& node) {
    return std::visit(KindVisitor{}, node.operation);
}

bool absorbs_consumers(HeadKind head) {
    return head == HeadKind::contraction || head == HeadKind::pooling || head == HeadKind::resampling ||
           head == HeadKind::reduction || head == HeadKind::softmax || head == HeadKind::pointwise;
}

bool takes_post_op(HeadKind head, const Step& step) {
    if (std::holds_alternative<EltwiseStep>(step) || std::holds_alternative<BinaryStep>(step)) {
        return absorbs_consumers(head);
    }
    if (std::holds_alternative<SumStep>(step)) {
        return head == HeadKind::contraction || head == HeadKind::resampling || head == HeadKind::reduction;
    }
    if (std::holds_alternative<SelectStep>(step) && !api::has_select_post_op()) {
        return false;
    }
    return head == HeadKind::contraction;
}

bool softmax_takes(const graph::Graph& graph, const Steps& steps, graph::DataType output) {
    const bool is_byte = output == graph::DataType::s8 || output == graph::DataType::u8;
    if (steps.empty()) {
        return is_byte || output == graph::DataType::f32;
    }
    if (steps.size() != 1 || !is_byte) {
        return false;
    }
    if (const auto* eltwise = std::get_if<EltwiseStep>(&steps.front())) {
        return eltwise->algorithm == graph::EltwiseAlgorithm::linear && eltwise->beta == 0;
    }
    const auto* binary = std::get_if<BinaryStep>(&steps.front());
    if (binary == nullptr || binary->algorithm != graph::BinaryAlgorithm::multiply) {
        return false;
    }
    if (const auto* literal = std::get_if<graph::TensorData>(&binary->operand)) {
        return literal->size() == 1;
    }
    const graph::Tensor& factor = graph.tensor(std::get<graph::TensorId>(binary->operand));
    return factor.role == graph::TensorRole::constant && factor.type == graph::DataType::f32 &&
           graph::element_count(factor.shape) == 1;
}

Steps steps_after_head(const graph::Graph& graph, const graph::Node& head) {
    Steps steps;
    if (averages(head) && graph::is_integer(graph.tensor(head.output).type)) {
        append_round(steps);
    }
    return steps;
}

std::optional<Steps> with_possible_sums(const graph::Graph& graph, Steps steps, graph::DataType output) {
    bool has_sum = false;
    for (Step& step : steps) {
        const auto* sum = std::get_if<SumStep>(&step);
        if (sum == nullptr) {
            continue;
        }
        const bool fits = graph::size_of(sum->type) == graph::size_of(output);
        const bool plain = sum->scale == 1.0F && sum->zero_point == 0 && sum->type == graph.tensor(sum->previous).type;
        if (fits && !has_sum) {
            has_sum = true;
        } else if (plain) {
            step = BinaryStep{graph::BinaryAlgorithm::add, sum->previous};
        } else {
            return std::nullopt;
        }
    }
    return steps;
}

}  // namespace difftest::backends::onednn
