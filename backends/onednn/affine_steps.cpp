#include "backends/onednn/affine_steps.hpp"

namespace difftest::backends::onednn {

using graph::BinaryAlgorithm;
using graph::EltwiseAlgorithm;
using graph::TensorData;

namespace {

float f32_at(const TensorData& data, std::int64_t index) {
    return static_cast<float>(data.at(index));
}

void append_multiply(Steps& steps, const TensorData& scale) {
    if (const std::optional<float> uniform = uniform_value(scale)) {
        if (*uniform != 1.0F) {
            steps.push_back(EltwiseStep{EltwiseAlgorithm::linear, *uniform, 0.0F});
        }
        return;
    }
    steps.push_back(BinaryStep{BinaryAlgorithm::multiply, scale});
}

void append_add(Steps& steps, const TensorData& shift) {
    if (const std::optional<float> uniform = uniform_value(shift)) {
        if (*uniform != 0.0F) {
            steps.push_back(EltwiseStep{EltwiseAlgorithm::linear, 1.0F, *uniform});
        }
        return;
    }
    steps.push_back(BinaryStep{BinaryAlgorithm::add, shift});
}

}  // namespace

std::optional<float> uniform_value(const TensorData& parameter) {
    if (parameter.size() == 0) {
        return std::nullopt;
    }
    const float first = f32_at(parameter, 0);
    return all_of(parameter, [first](float value) { return value == first; }) ? std::optional(first) : std::nullopt;
}

TensorData combine(const TensorData& a, const TensorData& b, const std::function<float(float, float)>& f) {
    const graph::Shape shape = graph::broadcast(a.shape(), b.shape()).value();
    const std::vector<std::int64_t> strides_a = graph::broadcast_strides(a.shape(), shape);
    const std::vector<std::int64_t> strides_b = graph::broadcast_strides(b.shape(), shape);
    TensorData result(graph::DataType::f32, shape);
    for (std::int64_t index = 0; index < result.size(); ++index) {
        const std::vector<std::int64_t> coordinates = graph::coordinates_of(index, shape);
        std::int64_t offset_a = 0;
        std::int64_t offset_b = 0;
        for (std::size_t dimension = 0; dimension < shape.size(); ++dimension) {
            offset_a += coordinates[dimension] * strides_a[dimension];
            offset_b += coordinates[dimension] * strides_b[dimension];
        }
        result.set(index, static_cast<double>(f(f32_at(a, offset_a), f32_at(b, offset_b))));
    }
    return result;
}

bool all_of(const TensorData& parameter, const std::function<bool(float)>& predicate) {
    for (std::int64_t index = 0; index < parameter.size(); ++index) {
        if (!predicate(f32_at(parameter, index))) {
            return false;
        }
    }
    return true;
}

TensorData as_f32(const TensorData& parameter) {
    TensorData result(graph::DataType::f32, parameter.shape());
    for (std::int64_t index = 0; index < parameter.size(); ++index) {
        result.set(index, static_cast<double>(f32_at(parameter, index)));
    }
    return result;
}

TensorData f32_scalar(float value) {
    return TensorData(graph::DataType::f32, {}, {static_cast<double>(value)});
}

void append_affine(Steps& steps, const TensorData& scale, const TensorData& shift) {
    const std::optional<float> uniform_scale = uniform_value(scale);
    const std::optional<float> uniform_shift = uniform_value(shift);
    if (uniform_scale && uniform_shift && *uniform_shift != 0.0F) {
        steps.push_back(EltwiseStep{EltwiseAlgorithm::linear, *uniform_scale, *uniform_shift});
        return;
    }
    append_multiply(steps, scale);
    append_add(steps, shift);
}

void append_clip(Steps& steps, float low, float high) {
    steps.push_back(EltwiseStep{EltwiseAlgorithm::clip, low, high});
}

void append_round(Steps& steps) {
    steps.push_back(EltwiseStep{EltwiseAlgorithm::round, 0.0F, 0.0F});
}

void append_clip_to_type(Steps& steps, graph::DataType type) {
    append_clip(steps, lowest_f32_of(type), highest_f32_of(type));
}

float lowest_f32_of(graph::DataType type) {
    return static_cast<float>(graph::lowest_of(type));
}

float highest_f32_of(graph::DataType type) {
    constexpr float kLargestBelowTwoToThe31 = 2147483520.0F;
    return type == graph::DataType::s32 ? kLargestBelowTwoToThe31 : static_cast<float>(graph::highest_of(type));
}

}  // namespace difftest::backends::onednn
