#pragma once

#include "reference/graph/graph.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// How a tensor lies in the memory of a device: the layouts of the inference plugins for [batch, feature, spatial...].
/// A blocked layout keeps a block of features (and of batch entries) together, innermost; its last block is padded with
/// lanes that belong to no element.
namespace difftest::backends::opencl {

enum class DeviceLayout : std::uint8_t { bfyx, byxf, b_fs_yx_fsv4, b_fs_yx_fsv16, b_fs_yx_fsv32, bs_fs_yx_bsv16_fsv16 };

/// "bfyx"
std::string_view name_of(DeviceLayout layout);

/// All of them, in the order of the enumeration.
std::span<const DeviceLayout> all_device_layouts();

/// How one coordinate moves the offset: (coordinate / block) * outer + (coordinate % block) * inner, in elements.
struct AddressTerm {
    std::int64_t block = 1;
    std::int64_t outer = 0;
    std::int64_t inner = 0;
    friend bool operator==(const AddressTerm&, const AddressTerm&) = default;
};

/// One term for each dimension; the offset of an element is their sum.
using AddressMap = std::vector<AddressTerm>;

/// How a layout keeps a tensor of that shape. Tensors of rank 0 and 1 are row-major in every layout.
AddressMap address_map(const graph::Shape& shape, DeviceLayout layout);

/// The same as seen from `target`, to which the shape is broadcast by the numpy rule.
AddressMap broadcast_map(const graph::Shape& shape, DeviceLayout layout, const graph::Shape& target);

/// Elements with the padding lanes.
std::int64_t physical_elements(const graph::Shape& shape, DeviceLayout layout);

std::int64_t offset_of(const AddressMap& map, std::span<const std::int64_t> coordinates);

/// For every element, in row-major order, its place in memory. Empty when the layout is row-major.
std::vector<std::int64_t> element_places(const graph::Shape& shape, DeviceLayout layout);

/// The places that belong to no element of the logical tensor, ascending.
std::vector<std::int64_t> padding_places(const graph::Shape& shape, DeviceLayout layout);

/// Row-major elements of `size` bytes to their places (element_places); what belongs to no element stays.
void to_device(std::span<const std::byte> row_major, std::span<const std::int64_t> places, std::size_t size,
               std::span<std::byte> device);

/// The inverse.
void from_device(std::span<const std::byte> device, std::span<const std::int64_t> places, std::size_t size,
                 std::span<std::byte> row_major);

}  // namespace difftest::backends::opencl
