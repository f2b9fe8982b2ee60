#include "reference/graph/tensor_data.hpp"

#include "reference/graph/half.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace difftest::graph {
namespace {

template <typename T>
T load(std::span<const std::byte> bytes, std::int64_t index) {
    T value;
    std::memcpy(&value, bytes.data() + static_cast<std::size_t>(index) * sizeof(T), sizeof(T));
    return value;
}

template <typename T>
void store(std::span<std::byte> bytes, std::int64_t index, T value) {
    std::memcpy(bytes.data() + static_cast<std::size_t>(index) * sizeof(T), &value, sizeof(T));
}

bool same_value(double a, double b) {
    return a == b || (std::isnan(a) && std::isnan(b));
}

bool in_integer_range(DataType type, double value) {
    return value >= static_cast<double>(lowest_of(type)) && value <= static_cast<double>(highest_of(type));
}

}  // namespace

double load_element(std::span<const std::byte> bytes, DataType type, std::int64_t index) {
    switch (type) {
        case DataType::s8: return load<std::int8_t>(bytes, index);
        case DataType::u8: return load<std::uint8_t>(bytes, index);
        case DataType::s32: return load<std::int32_t>(bytes, index);
        case DataType::f32: return load<float>(bytes, index);
        case DataType::f16: return from_f16(load<std::uint16_t>(bytes, index));
        case DataType::bf16: return from_bf16(load<std::uint16_t>(bytes, index));
    }
    return 0;
}

void store_element(std::span<std::byte> bytes, DataType type, std::int64_t index, double value) {
    switch (type) {
        case DataType::s8: return store(bytes, index, static_cast<std::int8_t>(value));
        case DataType::u8: return store(bytes, index, static_cast<std::uint8_t>(value));
        case DataType::s32: return store(bytes, index, static_cast<std::int32_t>(value));
        case DataType::f32: return store(bytes, index, static_cast<float>(value));
        case DataType::f16: return store(bytes, index, to_f16(static_cast<float>(value)));
        case DataType::bf16: return store(bytes, index, to_bf16(static_cast<float>(value)));
    }
}

TensorData::TensorData(DataType type, Shape shape) : type_(type), shape_(std::move(shape)) {
    const auto count = element_count(shape_);
    if (!count) {
        throw std::invalid_argument(fmt::format("shape {} has no valid element count", to_string(shape_)));
    }
    count_ = *count;
    bytes_.resize(static_cast<std::size_t>(count_) * size_of(type_));
}

TensorData::TensorData(DataType type, Shape shape, const std::vector<double>& values)
    : TensorData(type, std::move(shape)) {
    if (static_cast<std::int64_t>(values.size()) != count_) {
        throw std::invalid_argument(
            fmt::format("{} values for shape {} of {} elements", values.size(), to_string(shape_), count_));
    }
    for (std::int64_t i = 0; i < count_; ++i) {
        const double value = values[static_cast<std::size_t>(i)];
        const bool fits = !is_integer(type_) || in_integer_range(type_, value);
        if (fits) {
            set(i, value);
        }
        if (!fits || !same_value(at(i), value)) {
            throw std::invalid_argument(
                fmt::format("value {} at index {} is not representable in {}", value, i, name_of(type_)));
        }
    }
}

}  // namespace difftest::graph
