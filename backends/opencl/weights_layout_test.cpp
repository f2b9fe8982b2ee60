#include "backends/opencl/weights_layout.hpp"

#include "backends/backend.hpp"
#include "backends/kernel_manifest/manifest.hpp"
#include "backends/opencl/own_constants.hpp"
#include "backends/opencl/own_kernel.hpp"
#include "backends/opencl/own_program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace difftest::backends::opencl {
namespace {

using testing::ElementsAre;

/// Where the elements of [O, I, y, x] lie, by the definition of the layouts' names.
TEST(WeightsLayout, PlacesByHand) {
    const graph::Shape shape{30, 20, 3, 2};
    const auto place = [&shape](const char* layout, std::int64_t o, std::int64_t i, std::int64_t y, std::int64_t x) {
        return offset_of(shape, *weights_layout_named(layout), ((o * 20 + i) * 3 + y) * 2 + x);
    };
    EXPECT_EQ(place("oiyx", 2, 3, 1, 1), 2 * 120 + 3 * 6 + 3);
    EXPECT_EQ(place("ioyx", 2, 3, 1, 1), 3 * 180 + 2 * 6 + 3);
    // Output 17 and input 18 are in the second blocks: tile (1, 1) of 2 x 2, each of 6 taps of 256.
    EXPECT_EQ(place("os_is_yx_isv16_osv16", 17, 18, 2, 0), ((1 * 2 + 1) * 6 + 4) * 256 + 2 * 16 + 1);
    EXPECT_EQ(place("os_is_yx_osv16_isv16", 17, 18, 2, 0), ((1 * 2 + 1) * 6 + 4) * 256 + 1 * 16 + 2);
    EXPECT_EQ(place("is_os_yx_isv16_osv16", 1, 18, 2, 0), ((1 * 2 + 0) * 6 + 4) * 256 + 2 * 16 + 1);
    EXPECT_EQ(place("os_is_yx_osv16_isv4", 17, 18, 2, 0), ((1 * 5 + 4) * 6 + 4) * 64 + 1 * 4 + 2);
    EXPECT_EQ(physical_elements(shape, *weights_layout_named("os_is_yx_isv16_osv16")), 32 * 32 * 6);
    EXPECT_EQ(physical_elements(shape, *weights_layout_named("oiyx")), 30 * 20 * 6);
}

TEST(WeightsLayout, EveryNameOfAManifestIsKnown) {
    for (const std::string& name : kernel_manifest::weights_layout_names()) {
        EXPECT_NE(weights_layout_named(name), nullptr) << name;
    }
    for (const std::string& name : kernel_manifest::activation_layout_names()) {
        EXPECT_TRUE(activation_layout_named(name)) << name;
    }
    EXPECT_EQ(all_weights_layouts().size(), kernel_manifest::weights_layout_names().size());
    EXPECT_EQ(all_device_layouts().size() + 1, kernel_manifest::activation_layout_names().size())
        << "row_major is bfyx";
}

std::vector<int> bytes_of(const graph::TensorData& data, const std::string& layout,
                          kernel_manifest::Expansion expansion, const graph::Shape& output, bool channels = false) {
    std::vector<int> values;
    for (const std::byte byte : constant_bytes(data, {{"s", "t"}, layout, expansion}, output, channels)) {
        values.push_back(std::to_integer<int>(byte));
    }
    return values;
}

TEST(OwnConstants, AreExpandedThenLaidOutAndPaddedWithZero) {
    using kernel_manifest::Expansion;
    const graph::TensorData scalar(graph::DataType::u8, {}, {7});
    const graph::TensorData channels(graph::DataType::u8, {1, 3, 1, 1}, {1, 2, 3});
    const graph::TensorData list(graph::DataType::u8, {3}, {1, 2, 3});
    const graph::Shape output{1, 3, 1, 2};
    EXPECT_THAT(bytes_of(scalar, "row_major", Expansion::none, output), ElementsAre(7));
    EXPECT_THAT(bytes_of(scalar, "b_fs_yx_fsv4", Expansion::channel, output), ElementsAre(7, 7, 7, 0));
    EXPECT_THAT(bytes_of(channels, "row_major", Expansion::full, output), ElementsAre(1, 1, 2, 2, 3, 3));
    EXPECT_THAT(bytes_of(channels, "b_fs_yx_fsv4", Expansion::full, output), ElementsAre(1, 2, 3, 0, 1, 2, 3, 0));
    EXPECT_THAT(bytes_of(list, "b_fs_yx_fsv4", Expansion::channel, output, true), ElementsAre(1, 2, 3, 0));
    EXPECT_THROW(bytes_of(list, "row_major", Expansion::channel, output), Unsupported);
    EXPECT_THROW(bytes_of(channels, "row_major", Expansion::channel, {1, 4, 1, 2}), Unsupported);
    EXPECT_THROW(bytes_of(list, "oiyx", Expansion::none, output), Unsupported);
}

TEST(OwnConstants, AreReadBackExactly) {
    EXPECT_EQ(constant_text({graph::DataType::f32, {}, {static_cast<double>(0.1F)}}, "c"), "0x1.99999ap-4f");
    EXPECT_EQ(constant_text({graph::DataType::s32, {}, {-2147483648.0}}, "c"), "(-2147483647 - 1)");
    EXPECT_EQ(constant_text({graph::DataType::f32, {2}, {1, -0.5}}, "c"), "{0x1p+0f, -0x1p-1f}");
}

TEST(OwnProgram, ParametersTakeBitsOfTheSameKind) {
    using graph::DataType;
    EXPECT_EQ(complaint_about_parameter("uchar16*", true, DataType::u8), "");
    EXPECT_EQ(complaint_about_parameter("uint*", true, DataType::s8), "") << "four at a time";
    EXPECT_EQ(complaint_about_parameter("struct weights*", true, DataType::s8), "");
    EXPECT_EQ(complaint_about_parameter("char*", true, DataType::u8), "a buffer of uchar");
    EXPECT_EQ(complaint_about_parameter("float", true, DataType::f32), "a buffer of float");
    EXPECT_EQ(complaint_about_parameter("float*", false, DataType::f32), "float");
    EXPECT_EQ(complaint_about_parameter("float", false, DataType::s32), "int");
    EXPECT_EQ(complaint_about_parameter("int*", true, DataType::f32), "a buffer of float");
}

}  // namespace
}  // namespace difftest::backends::opencl
