#include "backends/opencl/device_layout.hpp"

#include <algorithm>
#include <cstring>

namespace difftest::backends::opencl {
namespace {

struct LayoutInfo {
    DeviceLayout layout;
    std::string_view name;
    std::int64_t batch_block;
    std::int64_t feature_block;
};

constexpr std::array<LayoutInfo, 6> kLayouts{{
    {DeviceLayout::bfyx, "bfyx", 1, 1},
    {DeviceLayout::byxf, "byxf", 1, 1},
    {DeviceLayout::b_fs_yx_fsv4, "b_fs_yx_fsv4", 1, 4},
    {DeviceLayout::b_fs_yx_fsv16, "b_fs_yx_fsv16", 1, 16},
    {DeviceLayout::b_fs_yx_fsv32, "b_fs_yx_fsv32", 1, 32},
    {DeviceLayout::bs_fs_yx_bsv16_fsv16, "bs_fs_yx_bsv16_fsv16", 16, 16},
}};

const LayoutInfo& info(DeviceLayout layout) {
    return kLayouts[static_cast<std::size_t>(layout)];
}

std::int64_t blocks(std::int64_t extent, std::int64_t block) {
    return (extent + block - 1) / block;
}

std::int64_t spatial_elements(const graph::Shape& shape) {
    std::int64_t count = 1;
    for (std::size_t d = 2; d < shape.size(); ++d) {
        count *= shape[d];
    }
    return count;
}

bool is_row_major(const graph::Shape& shape, DeviceLayout layout) {
    return shape.size() < 2 || layout == DeviceLayout::bfyx;
}

/// Calls visit(place) for every element in row-major order.
template <typename Visit>
void for_each_element(const graph::Shape& shape, DeviceLayout layout, const Visit& visit) {
    const AddressMap map = address_map(shape, layout);
    const std::int64_t count = graph::element_count(shape).value_or(0);
    graph::Shape at(shape.size(), 0);
    for (std::int64_t index = 0; index < count; ++index) {
        visit(offset_of(map, at));
        for (std::size_t d = shape.size(); d > 0 && ++at[d - 1] == shape[d - 1]; --d) {
            at[d - 1] = 0;
        }
    }
}

}  // namespace

std::string_view name_of(DeviceLayout layout) {
    return info(layout).name;
}

std::span<const DeviceLayout> all_device_layouts() {
    static constexpr std::array<DeviceLayout, kLayouts.size()> kAll{
        DeviceLayout::bfyx,          DeviceLayout::byxf,          DeviceLayout::b_fs_yx_fsv4,
        DeviceLayout::b_fs_yx_fsv16, DeviceLayout::b_fs_yx_fsv32, DeviceLayout::bs_fs_yx_bsv16_fsv16};
    return kAll;
}

AddressMap address_map(const graph::Shape& shape, DeviceLayout layout) {
    AddressMap map(shape.size());
    const std::vector<std::int64_t> strides = graph::row_major_strides(shape);
    if (is_row_major(shape, layout)) {
        for (std::size_t d = 0; d < shape.size(); ++d) {
            map[d] = {1, strides[d], 0};
        }
        return map;
    }
    const std::int64_t batch = info(layout).batch_block;
    const std::int64_t features = info(layout).feature_block;
    const std::int64_t spatial = spatial_elements(shape);
    const std::int64_t inside = layout == DeviceLayout::byxf ? shape[1] : batch * features;
    for (std::size_t d = 2; d < shape.size(); ++d) {
        map[d] = {1, strides[d] * inside, 0};
    }
    if (layout == DeviceLayout::byxf) {
        map[0] = {1, spatial * inside, 0};
        map[1] = {1, 1, 0};
        return map;
    }
    map[0] = {batch, blocks(shape[1], features) * spatial * inside, batch == 1 ? 0 : features};
    map[1] = {features, spatial * inside, 1};
    return map;
}

AddressMap broadcast_map(const graph::Shape& shape, DeviceLayout layout, const graph::Shape& target) {
    const AddressMap own = address_map(shape, layout);
    AddressMap map(target.size());
    const std::size_t missing = target.size() - shape.size();
    for (std::size_t d = 0; d < shape.size(); ++d) {
        if (shape[d] != 1) {
            map[missing + d] = own[d];
        }
    }
    return map;
}

std::int64_t physical_elements(const graph::Shape& shape, DeviceLayout layout) {
    if (is_row_major(shape, layout)) {
        return graph::element_count(shape).value_or(0);
    }
    const LayoutInfo& is = info(layout);
    return blocks(shape[0], is.batch_block) * is.batch_block * blocks(shape[1], is.feature_block) * is.feature_block *
           spatial_elements(shape);
}

std::int64_t offset_of(const AddressMap& map, std::span<const std::int64_t> coordinates) {
    std::int64_t offset = 0;
    for (std::size_t d = 0; d < map.size(); ++d) {
        offset += coordinates[d] / map[d].block * map[d].outer + coordinates[d] % map[d].block * map[d].inner;
    }
    return offset;
}

std::vector<std::int64_t> element_places(const graph::Shape& shape, DeviceLayout layout) {
    std::vector<std::int64_t> places;
    if (!is_row_major(shape, layout)) {
        for_each_element(shape, layout, [&](std::int64_t physical) { places.push_back(physical); });
    }
    return places;
}

std::vector<std::int64_t> padding_places(const graph::Shape& shape, DeviceLayout layout) {
    std::vector<bool> used(static_cast<std::size_t>(physical_elements(shape, layout)), false);
    for_each_element(shape, layout, [&](std::int64_t physical) { used[static_cast<std::size_t>(physical)] = true; });
    std::vector<std::int64_t> places;
    for (std::size_t place = 0; place < used.size(); ++place) {
        if (!used[place]) {
            places.push_back(static_cast<std::int64_t>(place));
        }
    }
    return places;
}

namespace {

/// Copies element by element; the size of one is known to the compiler.
template <std::size_t kSize>
void scatter(std::span<const std::byte> from, std::span<const std::int64_t> places, std::span<std::byte> to) {
    for (std::size_t i = 0; i < places.size(); ++i) {
        std::memcpy(to.data() + static_cast<std::size_t>(places[i]) * kSize, from.data() + i * kSize, kSize);
    }
}

template <std::size_t kSize>
void gather(std::span<const std::byte> from, std::span<const std::int64_t> places, std::span<std::byte> to) {
    for (std::size_t i = 0; i < places.size(); ++i) {
        std::memcpy(to.data() + i * kSize, from.data() + static_cast<std::size_t>(places[i]) * kSize, kSize);
    }
}

}  // namespace

void to_device(std::span<const std::byte> row_major, std::span<const std::int64_t> places, std::size_t size,
               std::span<std::byte> device) {
    if (places.empty()) {
        std::copy(row_major.begin(), row_major.end(), device.begin());
        return;
    }
    switch (size) {
        case 1: return scatter<1>(row_major, places, device);
        case 2: return scatter<2>(row_major, places, device);
        default: return scatter<4>(row_major, places, device);
    }
}

void from_device(std::span<const std::byte> device, std::span<const std::int64_t> places, std::size_t size,
                 std::span<std::byte> row_major) {
    if (places.empty()) {
        std::copy_n(device.begin(), row_major.size(), row_major.begin());
        return;
    }
    switch (size) {
        case 1: return gather<1>(device, places, row_major);
        case 2: return gather<2>(device, places, row_major);
        default: return gather<4>(device, places, row_major);
    }
}

}  // namespace difftest::backends::opencl
