#include "backends/opencl/device_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace difftest::backends::opencl {
namespace {

TEST(DeviceList, NamesEveryDeviceOnce) {
#ifdef __SANITIZE_ADDRESS__
    GTEST_SKIP() << "the installed drivers leak, and their compilers collide with the sanitizer";
#endif
    const std::vector<Device> devices = list_devices();
    if (devices.empty()) {
        GTEST_SKIP() << "no OpenCL device here";
    }
    for (std::size_t i = 0; i < devices.size(); ++i) {
        EXPECT_FALSE(devices[i].name.empty());
        EXPECT_THAT(devices[i].version, testing::StartsWith("OpenCL "));
        for (std::size_t j = 0; j < i; ++j) {
            EXPECT_NE(devices[i].selector, devices[j].selector);
        }
        EXPECT_GE(devices[i].memory, devices[i].largest_allocation);
        EXPECT_GT(devices[i].largest_allocation, 0U);
        EXPECT_EQ(choose_device(devices[i].selector).name, devices[i].name);
    }
    EXPECT_EQ(choose_device("").selector, devices[0].selector);
}

/// PoCL has its name in no platform's and no device's name, but in versions.
TEST(DeviceList, PoclIsCalledPocl) {
#ifdef __SANITIZE_ADDRESS__
    GTEST_SKIP() << "the installed drivers leak, and their compilers collide with the sanitizer";
#endif
    const std::vector<Device> devices = list_devices();
    const auto pocl = std::find_if(devices.begin(), devices.end(),
                                   [](const Device& each) { return each.platform == "Portable Computing Language"; });
    if (pocl == devices.end()) {
        GTEST_SKIP() << "no PoCL here";
    }
    EXPECT_EQ(choose_device("pocl").selector, pocl->selector);
    EXPECT_EQ(choose_device("portable comp").selector, pocl->selector);
}

}  // namespace
}  // namespace difftest::backends::opencl
