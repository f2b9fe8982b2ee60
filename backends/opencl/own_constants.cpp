#include "backends/opencl/own_constants.hpp"

#include "backends/backend.hpp"
#include "backends/opencl/device_layout.hpp"
#include "backends/opencl/kernel_writer.hpp"
#include "backends/opencl/own_kernel.hpp"
#include "backends/opencl/weights_layout.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstring>

namespace difftest::backends::opencl {
namespace {

using kernel_manifest::Expansion;

constexpr std::int64_t kLongestList = 4096;

graph::Shape target_of(const graph::TensorData& data, Expansion expansion, const graph::Shape& output) {
    if (expansion == Expansion::none) {
        return data.shape();
    }
    graph::Shape target = output;
    for (std::size_t d = 0; expansion == Expansion::channel && d < target.size(); ++d) {
        target[d] = d == 1 ? target[d] : 1;
    }
    return target;
}

bool broadcasts(const graph::Shape& shape, const graph::Shape& target) {
    if (shape.size() > target.size()) {
        return false;
    }
    const std::size_t missing = target.size() - shape.size();
    for (std::size_t d = 0; d < shape.size(); ++d) {
        if (shape[d] != 1 && shape[d] != target[missing + d]) {
            return false;
        }
    }
    return true;
}

/// The row-major element of `shape` that broadcasts to element `index` of `target`.
std::int64_t source_of(const graph::Shape& shape, const graph::Shape& target, std::int64_t index) {
    std::int64_t source = 0;
    std::int64_t stride = 1;
    for (std::size_t d = target.size(); d > 0; --d) {
        const std::int64_t at = index % target[d - 1];
        index /= target[d - 1];
        const std::size_t missing = target.size() - shape.size();
        if (d - 1 >= missing) {
            const std::int64_t extent = shape[d - 1 - missing];
            source += extent == 1 ? 0 : at * stride;
            stride *= extent;
        }
    }
    return source;
}

}  // namespace

std::vector<std::byte> constant_bytes(const graph::TensorData& data, const kernel_manifest::TensorRole& role,
                                      const graph::Shape& output, bool channels) {
    const graph::Shape target = target_of(data, role.expansion, output);
    graph::Shape shape = data.shape();
    if (channels && role.expansion != Expansion::none && shape.size() == 1 && target.size() >= 2) {
        shape.insert(shape.begin(), 1);
        shape.resize(target.size(), 1);
    }
    if (!broadcasts(shape, target)) {
        throw Unsupported(fmt::format("{} is {} here, which does not expand to {}", text_of(role.tensor),
                                      graph::to_string(data.shape()), graph::to_string(target)));
    }
    const WeightsLayout* const weights = weights_layout_named(role.layout);
    if (weights != nullptr && target.size() < 2) {
        throw Unsupported(fmt::format("{} is {} here, and {} is for two dimensions and more", text_of(role.tensor),
                                      graph::to_string(data.shape()), role.layout));
    }
    const DeviceLayout layout = weights != nullptr ? DeviceLayout::bfyx : activation_layout_named(role.layout).value();
    const std::int64_t physical =
        weights != nullptr ? physical_elements(target, *weights) : physical_elements(target, layout);
    const std::size_t size = graph::size_of(data.type());
    std::vector<std::byte> bytes(static_cast<std::size_t>(physical) * size);
    const AddressMap map = address_map(target, layout);
    graph::Shape at(target.size(), 0);
    const std::int64_t count = graph::element_count(target).value_or(0);
    for (std::int64_t index = 0; index < count; ++index) {
        const std::int64_t to = weights != nullptr ? offset_of(target, *weights, index) : offset_of(map, at);
        std::memcpy(bytes.data() + static_cast<std::size_t>(to) * size,
                    data.bytes().data() + static_cast<std::size_t>(source_of(shape, target, index)) * size, size);
        for (std::size_t d = target.size(); d > 0 && ++at[d - 1] == target[d - 1]; --d) {
            at[d - 1] = 0;
        }
    }
    return bytes;
}

std::string integer_text(std::int64_t value) {
    // The lowest s32 is no literal: 2147483648 is a long.
    if (value == graph::lowest_of(graph::DataType::s32)) {
        return "(-2147483647 - 1)";
    }
    return value < 0 ? fmt::format("({})", value) : fmt::format("{}", value);
}

std::string constant_text(const graph::TensorData& data, const std::string& name) {
    if (data.size() > kLongestList) {
        throw Unsupported(fmt::format("{} has {} elements here, more than the {} that a define takes", name,
                                      data.size(), kLongestList));
    }
    std::vector<std::string> elements;
    for (std::int64_t index = 0; index < data.size(); ++index) {
        const double value = data.at(index);
        elements.push_back(graph::is_integer(data.type()) ? integer_text(static_cast<std::int64_t>(value))
                                                          : literal(static_cast<float>(value)));
    }
    return elements.size() == 1 ? elements.front() : fmt::format("{{{}}}", fmt::join(elements, ", "));
}

}  // namespace difftest::backends::opencl
