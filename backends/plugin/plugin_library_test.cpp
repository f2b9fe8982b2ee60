#include "backends/plugin/plugin_library.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace difftest::backends {
namespace {

std::string complaint_about(const std::string& file) {
    try {
        const PluginLibrary library(file);
    } catch (const BackendError& error) {
        return error.what();
    }
    return "";
}

TEST(PluginLibrary, LoadsAndCallsWhatTheLibraryExports) {
    const PluginLibrary library(DIFFTEST_EXAMPLE_PLUGIN);
    EXPECT_STREQ(library.table().name, "example");
    float value = -3;
    float result = 0;
    difftest_tensor input{"x", "f32", 0, nullptr, &value};
    difftest_tensor output{"y", "f32", 0, nullptr, &result};
    char message[64] = "";
    EXPECT_EQ(library.table().run("{}", &input, 1, &output, 1, message, sizeof message), 0);
    EXPECT_EQ(result, 0);  // the example is a relu
}

TEST(PluginLibrary, RefusesInOneLine) {
    EXPECT_THAT(complaint_about("/no/such/plugin.so"), testing::HasSubstr("/no/such/plugin.so: cannot be loaded"));
    EXPECT_THAT(complaint_about(DIFFTEST_OTHER_VERSION_PLUGIN),
                testing::HasSubstr("has plug-in ABI version 99, this program 1"));
}

}  // namespace
}  // namespace difftest::backends
