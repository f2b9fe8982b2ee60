#include "backends/plugin/plugin_library.hpp"
#include "backends/plugin/plugin_backend.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace difftest::backends {
namespace {

std::string complaint_about(const std::string& file) {
    try {
        make_plugin_backend(file);
    } catch (const BackendError& error) {
        return error.what();
    }
    return "";
}

TEST(PluginLibrary, LoadsWhatTheLibraryExports) {
    const PluginLibrary library(DIFFTEST_TINY_PLUGIN);
    EXPECT_STREQ(library.table().name, "tiny");
    EXPECT_EQ(library.table().plan_count, 1U);
}

TEST(PluginLibrary, RefusesInOneLine) {
    EXPECT_THAT(complaint_about("/no/such/plugin.so"), testing::HasSubstr("/no/such/plugin.so: cannot be loaded"));
    EXPECT_THAT(complaint_about(DIFFTEST_OTHER_VERSION_PLUGIN),
                testing::HasSubstr("has plug-in ABI version 99, this program 2"));
    EXPECT_THAT(complaint_about(DIFFTEST_UNKNOWN_CONTRACT_PLUGIN), testing::HasSubstr("'lenient'"));
}

}  // namespace
}  // namespace difftest::backends
