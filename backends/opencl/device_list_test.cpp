#include "backends/opencl/device_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
    }
}

}  // namespace
}  // namespace difftest::backends::opencl
