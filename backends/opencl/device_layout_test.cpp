#include "backends/opencl/device_layout.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>
#include <set>

namespace difftest::backends::opencl {
namespace {

std::int64_t offset(const graph::Shape& shape, DeviceLayout layout, std::array<std::int64_t, 4> at) {
    return offset_of(address_map(shape, layout), at);
}

// Counted by hand: shape 2x5x2x3, that is 6 places in a plane.
TEST(DeviceLayout, ElementsLieWhereTheNamesSay) {
    const graph::Shape shape{2, 5, 2, 3};
    EXPECT_EQ(offset(shape, DeviceLayout::bfyx, {1, 4, 1, 2}), 1 * 30 + 4 * 6 + 1 * 3 + 2);
    EXPECT_EQ(offset(shape, DeviceLayout::byxf, {1, 4, 1, 2}), (1 * 6 + 5) * 5 + 4);
    // Features 0 to 3 of all places, then feature 4 with three lanes of padding.
    EXPECT_EQ(offset(shape, DeviceLayout::b_fs_yx_fsv4, {1, 4, 1, 2}), ((1 * 2 + 1) * 6 + 5) * 4 + 0);
    EXPECT_EQ(offset(shape, DeviceLayout::b_fs_yx_fsv4, {0, 3, 0, 1}), 1 * 4 + 3);
    EXPECT_EQ(offset(shape, DeviceLayout::b_fs_yx_fsv16, {1, 4, 1, 2}), (1 * 6 + 5) * 16 + 4);
    // A block of 16 batch entries times 16 features for each place.
    EXPECT_EQ(offset(shape, DeviceLayout::bs_fs_yx_bsv16_fsv16, {1, 4, 1, 2}), 5 * 256 + 1 * 16 + 4);
    EXPECT_EQ(physical_elements(shape, DeviceLayout::bfyx), 60);
    EXPECT_EQ(physical_elements(shape, DeviceLayout::b_fs_yx_fsv4), 2 * 8 * 6);
    EXPECT_EQ(physical_elements(shape, DeviceLayout::bs_fs_yx_bsv16_fsv16), 16 * 16 * 6);
}

TEST(DeviceLayout, EveryElementHasAPlaceOfItsOwnAndComesBack) {
    const graph::Shape shape{17, 33, 2, 1};
    constexpr std::size_t kSize = sizeof(std::int32_t);
    std::vector<std::int32_t> values(17 * 33 * 2);
    std::iota(values.begin(), values.end(), 1);
    for (const DeviceLayout layout : all_device_layouts()) {
        std::vector<std::byte> device(static_cast<std::size_t>(physical_elements(shape, layout)) * kSize,
                                      std::byte{0x7f});
        to_device(std::as_bytes(std::span(values)), element_places(shape, layout), kSize, device);
        std::vector<std::int32_t> back(values.size());
        from_device(device, element_places(shape, layout), kSize, std::as_writable_bytes(std::span(back)));
        EXPECT_EQ(back, values) << name_of(layout);

        const std::vector<std::int64_t> padding = padding_places(shape, layout);
        std::size_t logical = 0;
        for (std::int64_t lane = 0; lane < physical_elements(shape, layout); ++lane) {
            std::int32_t value = 0;
            std::memcpy(&value, device.data() + static_cast<std::size_t>(lane) * kSize, kSize);
            const bool is_poison = value == 0x7f7f7f7f;
            logical += is_poison ? 0 : 1;
            EXPECT_EQ(std::binary_search(padding.begin(), padding.end(), lane), is_poison);
        }
        EXPECT_EQ(logical, values.size());
    }
}

TEST(DeviceLayout, RepeatedDimensionsDoNotMoveTheOffset) {
    const AddressMap map = broadcast_map({3, 1}, DeviceLayout::bfyx, {2, 4, 3, 5});
    EXPECT_EQ(offset_of(map, std::array<std::int64_t, 4>{1, 3, 2, 4}), 2);
}

}  // namespace
}  // namespace difftest::backends::opencl
