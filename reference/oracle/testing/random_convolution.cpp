#include "reference/oracle/testing/random_convolution.hpp"

#include "reference/graph/case_builder.hpp"
#include "reference/oracle/oracle.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

namespace difftest::oracle::testing {
namespace {

using graph::CaseBuilder;
using graph::DataType;
using graph::TensorData;
using graph::TensorId;

std::size_t elements(const graph::Shape& shape) {
    return static_cast<std::size_t>(graph::element_count(shape).value());
}

TensorId parameters(CaseBuilder& builder, const char* name, const std::vector<double>& values) {
    if (values.empty()) {
        return graph::kAbsent;
    }
    graph::Shape shape;
    if (values.size() > 1) {
        shape.push_back(static_cast<std::int64_t>(values.size()));
    }
    return builder.constant(name, TensorData(DataType::s32, shape, values));
}

TensorId add_convolution(CaseBuilder& builder, const ConvolutionProblem& problem) {
    std::vector<TensorId> inputs{builder.input("x", TensorData(problem.x_type, problem.x.shape, problem.x.values)),
                                 builder.constant("w", TensorData(problem.w_type, problem.w.shape, problem.w.values))};
    inputs.push_back(problem.bias.empty()
                         ? graph::kAbsent
                         : builder.constant("bias", TensorData(DataType::s32, {problem.w.shape[0]}, problem.bias)));
    inputs.push_back(parameters(builder, "x_zero_point", problem.x_zero_point));
    inputs.push_back(parameters(builder, "w_zero_point", problem.w_zero_point));
    if (problem.transposed) {
        graph::Deconvolution op;
        op.strides = problem.strides;
        op.dilations = problem.dilations;
        op.pads_begin = problem.pads_begin;
        op.pads_end = problem.pads_end;
        op.output_padding = problem.output_padding;
        op.groups = problem.groups;
        return builder.node("acc", op, inputs, DataType::s32);
    }
    graph::Convolution op;
    op.strides = problem.strides;
    op.dilations = problem.dilations;
    op.pads_begin = problem.pads_begin;
    op.pads_end = problem.pads_end;
    op.groups = problem.groups;
    return builder.node("acc", op, inputs, DataType::s32);
}

}  // namespace

std::vector<double> ProblemSource::integers(std::size_t count, std::int64_t lo, std::int64_t hi) {
    std::vector<double> values(count);
    std::generate(values.begin(), values.end(), [&] { return static_cast<double>(between(lo, hi)); });
    return values;
}

std::vector<std::int64_t> ProblemSource::permutation(std::int64_t count) {
    std::vector<std::int64_t> order = range(count);
    for (std::size_t i = order.size(); i > 1; --i) {
        std::swap(order[i - 1], order[static_cast<std::size_t>(between(0, static_cast<std::int64_t>(i) - 1))]);
    }
    return order;
}

ConvolutionProblem ProblemSource::convolution(bool transposed) {
    ConvolutionProblem problem;
    problem.transposed = transposed;
    problem.groups = between(1, 3);
    const std::int64_t channels = between(1, 3);
    const std::int64_t outputs = between(1, 3);
    problem.x.shape = {between(1, 3), channels * problem.groups};
    problem.w.shape = {outputs * problem.groups, channels};
    const std::int64_t rank = between(1, 3);
    for (std::int64_t d = 0; d < rank; ++d) {
        const std::int64_t kernel = between(1, 3);
        const std::int64_t stride = between(1, 3);
        const std::int64_t dilation = between(1, 2);
        const std::int64_t reach = (kernel - 1) * dilation + 1;
        problem.w.shape.push_back(kernel);
        problem.x.shape.push_back(between(reach, reach + 4));
        problem.strides.push_back(stride);
        problem.dilations.push_back(dilation);
        problem.pads_begin.push_back(between(0, std::min<std::int64_t>(reach - 1, 2)));
        problem.pads_end.push_back(between(0, std::min<std::int64_t>(reach - 1, 2)));
        problem.output_padding.push_back(transposed ? between(0, stride - 1) : 0);
    }
    problem.x_type = coin() ? DataType::s8 : DataType::u8;
    const std::int64_t lowest = problem.x_type == DataType::s8 ? -128 : 0;
    problem.x.values = integers(elements(problem.x.shape), lowest, lowest + 255);
    problem.w.values = integers(elements(problem.w.shape), -128, 127);
    problem.bias = integers(static_cast<std::size_t>(problem.w.shape[0]), -5000, 5000);
    problem.x_zero_point = integers(1, lowest, lowest + 255);
    problem.w_zero_point = integers(coin() ? 1 : static_cast<std::size_t>(problem.w.shape[0]), -128, 127);
    return problem;
}

Epilogue ProblemSource::epilogue(const ConvolutionProblem& problem) {
    Epilogue epilogue;
    for (std::int64_t c = 0; c < problem.w.shape[0]; ++c) {
        epilogue.scales.push_back(std::ldexp(1.0F + static_cast<float>(between(0, 8388607)) * 0x1p-23F, -11));
        epilogue.addends.push_back(static_cast<float>(between(-4000000, 4000000)) * 0x1p-16F);
    }
    epilogue.relu = coin();
    epilogue.output_scale = 0.25F + static_cast<float>(between(0, 65535)) * 0x1p-16F;
    epilogue.zero_point = static_cast<double>(between(-20, 20));
    return epilogue;
}

Array accumulators(const ConvolutionProblem& problem) {
    CaseBuilder builder("accumulators");
    const TensorId acc = add_convolution(builder, problem);
    const graph::Case value = builder.build({acc});
    const Evaluation evaluation = evaluate(value, {});
    const AllowedTensor& sets = evaluation.of(value.graph.outputs.front());
    if (!sets.all_points()) {
        throw std::logic_error("an accumulator is not a point");
    }
    return {sets.shape(), sets.points()};
}

AllowedTensor evaluate_with(const ConvolutionProblem& problem, const Epilogue& epilogue,
                            const contract::Contract& contract) {
    CaseBuilder builder("epilogue");
    const TensorId acc = add_convolution(builder, problem);
    const std::size_t rank = problem.x.shape.size();
    const auto constant = [&](const char* name, const std::vector<float>& values) {
        return values.size() == 1 ? builder.scalar(name, values[0]) : builder.per_channel(name, values, rank);
    };
    TensorId last = builder.node("scaled", graph::Binary{graph::BinaryAlgorithm::multiply},
                                 {acc, constant("scales", epilogue.scales)}, DataType::f32);
    last = builder.node("added", graph::Binary{graph::BinaryAlgorithm::add},
                        {last, constant("addends", epilogue.addends)}, DataType::f32);
    if (epilogue.relu) {
        last = builder.node("relu", graph::Eltwise{graph::EltwiseAlgorithm::relu}, {last}, DataType::f32);
    }
    last = builder.node("y", graph::Quantize{},
                        {last, builder.scalar("output_scale", epilogue.output_scale),
                         builder.constant("zero_point", TensorData(DataType::s32, {}, {epilogue.zero_point}))},
                        epilogue.type);
    const graph::Case value = builder.build({last});
    return evaluate(value, contract).of(value.graph.outputs.front());
}

}  // namespace difftest::oracle::testing
