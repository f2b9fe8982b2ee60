#pragma once

#include "backends/opencl/contraction_geometry.hpp"

#include <cstddef>
#include <vector>

/// The constants of a tiled contraction in the order in which its loops read them. A block is four features of the
/// result; what belongs to no feature or channel is zero.
namespace difftest::backends::opencl {

/// Integers: [block][tap][channel block][feature of block][channel of block], a byte each.
std::vector<std::byte> packed_bytes(const graph::Case& value, const graph::Node& node,
                                    const ContractionGeometry& geometry);

/// Floats: [block][tap][channel][feature of block]; the weights of a depthwise one have a single channel.
std::vector<std::byte> packed_floats(const graph::Case& value, const graph::Node& node,
                                     const ContractionGeometry& geometry);

/// For sub-groups, in blocks of 16 features: [block][channel block][tap][channel of block][feature of block], a byte
/// each for integers, else a float; [block][tap][feature of block] for a depthwise contraction.
std::vector<std::byte> packed_lanes(const graph::Case& value, const graph::Node& node,
                                    const ContractionGeometry& geometry);

/// What the zero point of the data contributes to a tap, sum over the channels of zx * (w - zw), modulo 2^32:
/// [block][tap][feature of block].
std::vector<std::byte> packed_compensation(const graph::Case& value, const graph::Node& node,
                                           const ContractionGeometry& geometry);

/// One s32 for every feature of every block: the weights' zero points.
std::vector<std::byte> packed_zero_points(const graph::Case& value, const graph::Node& node,
                                          const ContractionGeometry& geometry);

}  // namespace difftest::backends::opencl
