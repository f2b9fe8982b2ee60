#include "harness/campaign/backend_selection.hpp"

#include "harness/campaign/input_error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace difftest::harness {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string error_of(const std::string& name) {
    try {
        select_backend(name);
    } catch (const InputError& error) {
        return error.what();
    }
    return "";
}

TEST(BackendSelection, WrongNamesAreRefused) {
    EXPECT_THAT(error_of("tensorrt"), HasSubstr("--backend tensorrt: unknown backend (known: onednn, "
                                                "opencl[:DEVICE[,kernel=FILE,manifest=FILE]], xnnpack, onnxruntime, "
                                                "faulty:FAULT, process:COMMAND, plugin:FILE)"));
    EXPECT_THAT(error_of(""), HasSubstr("unknown backend"));
    EXPECT_THAT(error_of("faulty"), HasSubstr("--backend faulty: must be faulty:FAULT"));
    EXPECT_THAT(error_of("faulty:"), HasSubstr("must be faulty:FAULT"));
    EXPECT_THAT(error_of("onednn:gpu"), HasSubstr("onednn takes no argument"));
}

TEST(BackendSelection, FaultsMayNameANodeAndComeInLists) {
    for (const std::string text : {"none", "clamp_dropped_mid_chain", "clamp_dropped_mid_chain@quant1",
                                   "clamp_dropped_mid_chain@quant1,scale_before_quantize"}) {
        EXPECT_THAT(error_of("faulty:" + text), Not(HasSubstr("unknown fault"))) << text;
    }
    for (const std::string text :
         {"clamp", "clamp_dropped_mid_chain,", "@quant1", "clamp_dropped_mid_chain,clamp@quant1"}) {
        EXPECT_THAT(error_of("faulty:" + text), HasSubstr("unknown fault")) << text;
    }
}

TEST(BackendSelection, OnlyLibrariesRunByDefault) {
    for (const BackendSelection& selection : select_backends({})) {
        EXPECT_NE(selection.kind->name, "faulty");
    }
}

}  // namespace
}  // namespace difftest::harness
