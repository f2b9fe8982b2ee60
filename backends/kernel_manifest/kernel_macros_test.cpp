#include "backends/kernel_manifest/kernel_macros.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace difftest::backends::kernel_manifest {
namespace {

using testing::HasSubstr;

std::string complaint(const std::string& source, const std::vector<std::string>& defines,
                      const std::string& options = "") {
    Manifest manifest;
    for (const std::string& name : defines) {
        manifest.defines.emplace(name, DefineValue{});
    }
    manifest.options = options;
    return complaint_about_macros(source, manifest);
}

TEST(KernelMacros, WhatIsDefinedMustOccur) {
    EXPECT_EQ(complaint("int f() { return SIZE; }\n", {"SIZE"}), "");
    EXPECT_EQ(complaint("int f() { return SIZE; }\n", {"SIZE", "SIZES"}),
              "/defines/SIZES: the kernel has no such name");
    EXPECT_EQ(complaint("// SIZE\n/* SIZE\n */ int f();\n", {"SIZE"}), "/defines/SIZE: the kernel has no such name");
}

TEST(KernelMacros, WhatAConditionAsksForMustBeDefined) {
    EXPECT_EQ(complaint("#if CLAMP\n#endif\n", {"CLAMP"}), "");
    EXPECT_THAT(complaint("\n/* a\nb */\n#if CLAMP && CLMAP\n#endif\n", {"CLAMP"}),
                HasSubstr("line 4 of the kernel: #if asks for 'CLMAP'"));
    EXPECT_THAT(complaint("#if A\n#elif \\\n  B > 0x1F\n#endif\n", {"A"}),
                HasSubstr("line 2 of the kernel: #elif asks for 'B'"));
    EXPECT_THAT(complaint("#if(A)\n#endif\n", {}), HasSubstr("'A'"));
}

TEST(KernelMacros, OthersDefineToo) {
    EXPECT_EQ(complaint("#define A 1\n# if A\n#endif\n", {}), "");
    EXPECT_EQ(complaint("#if A + B\n#endif\n", {}, "-DA=3 -cl-mad-enable -D B"), "");
    EXPECT_EQ(complaint("#if defined(A) && !defined B && __OPENCL_VERSION__ >= 120 || cl_khr_fp16\n#endif\n", {}), "");
    EXPECT_EQ(complaint("#ifdef A\n#endif\n", {}), "");
    EXPECT_EQ(complaint("#include \"a.h\"\n#if A\n#endif\n", {}), "");
}

}  // namespace
}  // namespace difftest::backends::kernel_manifest
