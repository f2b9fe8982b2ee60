#include "backends/opencl/packed_weights.hpp"

#include "backends/opencl/sub_group_words.hpp"

#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace difftest::backends::opencl {
namespace {

constexpr std::int64_t kBlock = 4;

std::int64_t blocks_of(std::int64_t count) {
    return (count + kBlock - 1) / kBlock;
}

struct Weights {
    const graph::TensorData& data;
    std::int64_t features;
    std::int64_t channels;  ///< of a group
    std::int64_t taps;      ///< of a channel

    Weights(const graph::Case& value, const graph::Node& node, const ContractionGeometry& geometry)
        : data(value.data_of(node.inputs[1])),
          features(geometry.groups * geometry.outputs_per_group),
          channels(geometry.inputs_per_group),
          taps(geometry.taps() / geometry.inputs_per_group) {}

    double at(std::int64_t feature, std::int64_t channel, std::int64_t tap) const {
        return data.at((feature * channels + channel) * taps + tap);
    }

    template <typename Visit>
    void for_each(const Visit& visit) const {
        for (std::int64_t feature = 0; feature < features; ++feature) {
            for (std::int64_t channel = 0; channel < channels; ++channel) {
                for (std::int64_t tap = 0; tap < taps; ++tap) {
                    visit(feature, channel, tap);
                }
            }
        }
    }
};

template <typename Element>
std::vector<std::byte> bytes_of(const std::vector<Element>& values) {
    std::vector<std::byte> bytes(values.size() * sizeof(Element));
    if (!bytes.empty()) {
        std::memcpy(bytes.data(), values.data(), bytes.size());
    }
    return bytes;
}

/// A zero point: absent, one for all, or one for each channel.
std::int64_t zero_point_at(const graph::Case& value, graph::TensorId id, std::int64_t channel) {
    if (id == graph::kAbsent) {
        return 0;
    }
    const graph::TensorData& data = value.data_of(id);
    return static_cast<std::int64_t>(data.at(data.size() == 1 ? 0 : channel));
}

/// What packed_lanes says; integers keep their low byte.
template <typename Element>
std::vector<Element> lanes_of(const Weights& weights, const ContractionGeometry& geometry) {
    const bool depthwise = geometry.groups > 1 && geometry.inputs_per_group == 1 && geometry.outputs_per_group == 1;
    const std::int64_t rows = depthwise ? 1 : kSubGroup;
    const std::int64_t channel_blocks = (weights.channels + rows - 1) / rows;
    const std::int64_t blocks = (weights.features + kSubGroup - 1) / kSubGroup;
    std::vector<Element> packed(static_cast<std::size_t>(blocks * channel_blocks * weights.taps * rows * kSubGroup),
                                Element{0});
    weights.for_each([&](std::int64_t feature, std::int64_t channel, std::int64_t tap) {
        const std::int64_t tile = (feature / kSubGroup * channel_blocks + channel / rows) * weights.taps + tap;
        const std::int64_t at = (tile * rows + channel % rows) * kSubGroup + feature % kSubGroup;
        const double weight = weights.at(feature, channel, tap);
        if constexpr (std::is_same_v<Element, float>) {
            packed[static_cast<std::size_t>(at)] = static_cast<float>(weight);
        } else {
            packed[static_cast<std::size_t>(at)] = static_cast<Element>(static_cast<std::int64_t>(weight) & 0xff);
        }
    });
    return packed;
}

}  // namespace

std::vector<std::byte> packed_bytes(const graph::Case& value, const graph::Node& node,
                                    const ContractionGeometry& geometry) {
    const Weights weights(value, node, geometry);
    const std::int64_t channel_blocks = blocks_of(weights.channels);
    std::vector<std::uint8_t> packed(
        static_cast<std::size_t>(blocks_of(weights.features) * weights.taps * channel_blocks * kBlock * kBlock), 0);
    weights.for_each([&](std::int64_t feature, std::int64_t channel, std::int64_t tap) {
        const std::int64_t tile = (feature / kBlock * weights.taps + tap) * channel_blocks + channel / kBlock;
        const std::int64_t at = (tile * kBlock + feature % kBlock) * kBlock + channel % kBlock;
        packed[static_cast<std::size_t>(at)] =
            static_cast<std::uint8_t>(static_cast<std::int64_t>(weights.at(feature, channel, tap)) & 0xff);
    });
    return bytes_of(packed);
}

std::vector<std::byte> packed_floats(const graph::Case& value, const graph::Node& node,
                                     const ContractionGeometry& geometry) {
    const Weights weights(value, node, geometry);
    std::vector<float> packed(
        static_cast<std::size_t>(blocks_of(weights.features) * weights.taps * weights.channels * kBlock), 0.0F);
    weights.for_each([&](std::int64_t feature, std::int64_t channel, std::int64_t tap) {
        const std::int64_t tile = (feature / kBlock * weights.taps + tap) * weights.channels + channel;
        packed[static_cast<std::size_t>(tile * kBlock + feature % kBlock)] =
            static_cast<float>(weights.at(feature, channel, tap));
    });
    return bytes_of(packed);
}

std::vector<std::byte> packed_lanes(const graph::Case& value, const graph::Node& node,
                                    const ContractionGeometry& geometry) {
    return graph::is_integer(value.graph.tensor(node.inputs[1]).type)
               ? bytes_of(lanes_of<std::uint8_t>(Weights(value, node, geometry), geometry))
               : bytes_of(lanes_of<float>(Weights(value, node, geometry), geometry));
}

std::vector<std::byte> packed_compensation(const graph::Case& value, const graph::Node& node,
                                           const ContractionGeometry& geometry) {
    const Weights weights(value, node, geometry);
    std::vector<std::uint32_t> packed(static_cast<std::size_t>(blocks_of(weights.features) * weights.taps * kBlock), 0);
    weights.for_each([&](std::int64_t feature, std::int64_t channel, std::int64_t tap) {
        const std::int64_t group = feature / geometry.outputs_per_group;
        const std::int64_t zx = zero_point_at(value, node.inputs[3], group * weights.channels + channel);
        const std::int64_t zw = zero_point_at(value, node.inputs[4], feature);
        const auto w = static_cast<std::int64_t>(weights.at(feature, channel, tap));
        const std::int64_t at = (feature / kBlock * weights.taps + tap) * kBlock + feature % kBlock;
        packed[static_cast<std::size_t>(at)] +=
            static_cast<std::uint32_t>(static_cast<std::uint64_t>(zx) * static_cast<std::uint64_t>(w - zw));
    });
    return bytes_of(packed);
}

std::vector<std::byte> packed_zero_points(const graph::Case& value, const graph::Node& node,
                                          const ContractionGeometry& geometry) {
    const std::int64_t features = geometry.groups * geometry.outputs_per_group;
    std::vector<std::int32_t> packed(static_cast<std::size_t>(blocks_of(features) * kBlock), 0);
    for (std::int64_t feature = 0; feature < features; ++feature) {
        packed[static_cast<std::size_t>(feature)] =
            static_cast<std::int32_t>(zero_point_at(value, node.inputs[4], feature));
    }
    return bytes_of(packed);
}

}  // namespace difftest::backends::opencl
