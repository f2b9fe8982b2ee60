#include "harness/cli/end_to_end_test.hpp"

#include <gmock/gmock.h>

/// Installations of OpenCL in which something is missing or broken: one line, and other backends go on.
namespace difftest::harness::cli {
namespace {

using testing::HasSubstr;

class OpenclDrivers : public testing::Test {
protected:
    void SetUp() override {
        if (!is_built("difftest-worker-opencl")) {
            GTEST_SKIP() << "difftest-worker-opencl was not built";
        }
    }

    /// A vendors' folder with a driver that is this library; an empty one without.
    static std::string vendors(const std::string& library) {
        const std::filesystem::path file = file_of_test("driver.icd", library + "\n");
        if (library.empty()) {
            std::filesystem::remove(file);
        }
        return file.parent_path().string();
    }

    /// A small case on a backend that needs no OpenCL, and on the OpenCL device.
    static void expect_one_line(const std::string& variable, const std::string& value, const std::string& words) {
        const ProgramRun run = run_program({program("difftest"), "--case", "deconv_quant_u8_minimal", "--backend",
                                            "opencl", "--backend", "faulty:clamp_dropped_mid_chain", "--json"},
                                           {{"DIFFTEST_CORPORA", corpora()}, {variable, value}});
        const nlohmann::json document = checked_document(run.output, "run");
        EXPECT_EQ(document.at("runs").size(), 1U) << "the other backend goes on";
        for (const nlohmann::json& backend : document.at("backends")) {
            if (backend.at("name") != "opencl") {
                continue;
            }
            const std::string problem = backend.at("problem");
            EXPECT_THAT(problem, HasSubstr(words));
            EXPECT_EQ(problem.find('\n'), std::string::npos);
        }
        EXPECT_THAT(run.output, HasSubstr(words));
    }
};

TEST_F(OpenclDrivers, NoPlatform) {
    expect_one_line("OCL_ICD_VENDORS", vendors(""),
                    "the ICD loader finds no OpenCL platform (install pocl-opencl-icd)");
}

TEST_F(OpenclDrivers, ADriverThatCannotBeLoadedIsNamed) {
    expect_one_line("OCL_ICD_VENDORS", vendors("/nowhere/libdriver.so"),
                    "driver.icd (/nowhere/libdriver.so) can be loaded");
}

TEST_F(OpenclDrivers, ADriverThatIsNoneIsNamed) {
    expect_one_line("OCL_ICD_VENDORS", vendors("libm.so.6"), "driver.icd (libm.so.6) can be loaded");
}

/// PoCL offers only those kinds of devices that this variable names.
TEST_F(OpenclDrivers, NoDevice) {
    const ProgramRun listed = run_program({program("difftest-worker-opencl"), "--list-devices"}, {});
    if (listed.output.find("Portable Computing Language") == std::string::npos ||
        listed.output.find("\"1.0\"") != std::string::npos) {
        GTEST_SKIP() << "PoCL is not the only platform here";
    }
    expect_one_line("POCL_DEVICES", "none", "no OpenCL platform has a device");
}

}  // namespace
}  // namespace difftest::harness::cli
