#include "harness/campaign/bench_cases.hpp"

#include "reference/graph/case_builder.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <random>
#include <utility>

namespace difftest::harness {
namespace {

using graph::DataType;
using graph::Shape;
using graph::TensorData;

/// [0, 255] or [-128, 127], or small s32 values. The engine's sequence is fixed by the standard.
TensorData random_values(DataType type, const Shape& shape, std::mt19937& engine) {
    TensorData data(type, shape);
    const double lowest = type == DataType::u8 ? 0 : -128;
    for (std::int64_t index = 0; index < data.size(); ++index) {
        data.set(index, lowest + static_cast<double>(engine() % 256));
    }
    return data;
}

struct Geometry {
    Shape data;
    std::int64_t channels_out = 1;
    std::vector<std::int64_t> kernel;
    std::int64_t stride = 1;
    std::int64_t dilation = 1;
    std::int64_t groups = 1;
};

std::vector<std::int64_t> repeated(std::int64_t value, std::size_t times) {
    return std::vector<std::int64_t>(times, value);
}

graph::Case convolution(const std::string& name, const Geometry& geometry, std::mt19937& engine) {
    Shape weights{geometry.channels_out, geometry.data[1] / geometry.groups};
    weights.insert(weights.end(), geometry.kernel.begin(), geometry.kernel.end());
    double taps = static_cast<double>(weights[1]);
    graph::Convolution operation;
    operation.strides = repeated(geometry.stride, geometry.kernel.size());
    operation.dilations = repeated(geometry.dilation, geometry.kernel.size());
    operation.groups = geometry.groups;
    for (const std::int64_t extent : geometry.kernel) {
        operation.pads_begin.push_back((extent - 1) * geometry.dilation / 2);
        taps *= static_cast<double>(extent);
    }
    operation.pads_end = operation.pads_begin;

    graph::CaseBuilder builder(name);
    const auto data = builder.input("data", random_values(DataType::u8, geometry.data, engine));
    const auto weight = builder.constant("weights", random_values(DataType::s8, weights, engine));
    // A sum of n products of such values has a standard deviation of about 1.1e4 * sqrt(n): the result spans the type.
    const auto scale = builder.scalar("scale", static_cast<float>(0.01 / std::sqrt(taps)));
    const auto one = builder.scalar("output_scale", 0.75F);
    const auto sum = builder.node("convolution", operation, {data, weight}, DataType::s32);
    const auto real = builder.node("dequantize", graph::Dequantize{}, {sum, scale}, DataType::f32);
    const auto positive = builder.node("relu", graph::Eltwise{graph::EltwiseAlgorithm::relu}, {real}, DataType::f32);
    const auto result = builder.node("quantize", graph::Quantize{}, {positive, one}, DataType::u8);
    return builder.build({result});
}

SpeedCase speed_case(std::size_t index, const Geometry& geometry) {
    std::mt19937 engine(static_cast<std::mt19937::result_type>(index));
    SpeedCase result;
    result.value = convolution(fmt::format("shape_{:02}", index), geometry, engine);
    const graph::Graph& graph = result.value.graph;
    const graph::Node& head = graph.node(0);
    result.multiplications =
        graph::element_count(graph.tensor(head.output).shape).value() * geometry.data[1] / geometry.groups;
    for (const std::int64_t extent : geometry.kernel) {
        result.multiplications *= extent;
    }
    return result;
}

}  // namespace

graph::Case small_convolution(std::int64_t index) {
    // The lengths have no common divisor: each combination comes once.
    constexpr std::array<std::int64_t, 7> kChannelsIn{16, 3, 32, 8, 64, 24, 5};
    constexpr std::array<std::int64_t, 8> kChannelsOut{16, 32, 8, 24, 64, 40, 12, 48};
    constexpr std::array<std::int64_t, 9> kExtents{7, 8, 5, 14, 10, 6, 9, 12, 11};
    constexpr std::array<std::pair<std::int64_t, std::int64_t>, 5> kKernelsAndStrides{
        {{3, 1}, {1, 1}, {3, 2}, {2, 1}, {1, 2}}};
    const auto pick = [index](const auto& table) { return table[static_cast<std::size_t>(index) % table.size()]; };
    const auto [kernel, stride] = pick(kKernelsAndStrides);
    std::mt19937 engine(static_cast<std::mt19937::result_type>(index));
    return convolution(
        fmt::format("small_{:04}", index),
        {{1, pick(kChannelsIn), pick(kExtents), pick(kExtents)}, pick(kChannelsOut), {kernel, kernel}, stride}, engine);
}

std::vector<SpeedCase> speed_cases() {
    const std::vector<Geometry> geometries{
        {{1, 64, 14, 14}, 64, {1, 1}},
        {{1, 128, 7, 7}, 128, {1, 1}},
        {{1, 32, 28, 28}, 96, {1, 1}},
        {{1, 256, 7, 7}, 64, {1, 1}},
        {{4, 64, 7, 7}, 32, {1, 1}},
        {{1, 16, 28, 28}, 32, {3, 3}},
        {{1, 32, 14, 14}, 32, {3, 3}},
        {{1, 64, 7, 7}, 64, {3, 3}},
        {{1, 3, 32, 32}, 32, {3, 3}},
        {{1, 3, 32, 32}, 16, {7, 7}, 2},
        {{1, 32, 28, 28}, 32, {3, 3}, 2},
        {{1, 64, 14, 14}, 64, {3, 3}, 2},
        {{1, 16, 14, 14}, 16, {5, 5}},
        {{1, 32, 14, 14}, 32, {3, 3}, 1, 2},
        {{1, 64, 14, 14}, 64, {3, 3}, 1, 1, 4},
        {{1, 64, 14, 14}, 64, {3, 3}, 1, 1, 64},
        {{1, 128, 14, 14}, 128, {5, 5}, 1, 1, 128},
        {{1, 24, 15, 13}, 40, {3, 3}},
        {{1, 64, 96}, 64, {5}},
        {{1, 16, 6, 12, 12}, 16, {3, 3, 3}},
    };
    std::vector<SpeedCase> cases;
    for (const Geometry& geometry : geometries) {
        cases.push_back(speed_case(cases.size(), geometry));
    }
    return cases;
}

graph::Case epilogue_case(std::int64_t elements) {
    constexpr std::int64_t kChannels = 16;
    std::mt19937 engine(1);
    const Shape shape{1, kChannels, elements / kChannels};
    graph::CaseBuilder builder("epilogue");
    const auto sum = builder.input("sum", random_values(DataType::s32, shape, engine));
    const auto scale = builder.per_channel("scale", std::vector<float>(kChannels, 0.7F), shape.size());
    const auto shift = builder.per_channel("shift", std::vector<float>(kChannels, 3.3F), shape.size());
    const auto output_scale = builder.scalar("output_scale", 0.4F);
    const auto real = builder.node("dequantize", graph::Dequantize{}, {sum, scale}, DataType::f32);
    const auto shifted = builder.node("add", graph::Binary{graph::BinaryAlgorithm::add}, {real, shift}, DataType::f32);
    const auto positive = builder.node("relu", graph::Eltwise{graph::EltwiseAlgorithm::relu}, {shifted}, DataType::f32);
    const auto result = builder.node("quantize", graph::Quantize{}, {positive, output_scale}, DataType::u8);
    return builder.build({result});
}

}  // namespace difftest::harness
