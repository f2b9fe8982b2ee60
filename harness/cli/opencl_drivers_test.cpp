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
    static ProgramRun run_both(std::vector<std::pair<std::string, std::string>> environment) {
        environment.emplace_back("DIFFTEST_CORPORA", corpora());
        return run_program({program("difftest"), "--case", "deconv_quant_u8_minimal", "--backend", "opencl", "--plan",
                            "fused", "--backend", "faulty:clamp_dropped_mid_chain", "--json"},
                           environment);
    }

    static void expect_one_line(const std::string& variable, const std::string& value, const std::string& words) {
        const ProgramRun run = run_both({{variable, value}});
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
                    "driver.icd (/nowhere/libdriver.so) cannot be loaded: ");
}

TEST_F(OpenclDrivers, ADriverThatIsNoneIsNamed) {
    expect_one_line("OCL_ICD_VENDORS", vendors("libm.so.6"), "driver.icd (libm.so.6) is no OpenCL driver");
}

/// One that is broken beside one that works: doctor says which, and why.
TEST_F(OpenclDrivers, DoctorNamesABrokenDriverBesideOthers) {
    const ProgramRun run =
        run_program({program("difftest"), "doctor", "--json"}, {{"OCL_ICD_VENDORS", vendors("/nowhere/libdriver.so")}});
    EXPECT_THAT(checked_document(run.output, "doctor").at("missing"),
                testing::Contains(testing::AllOf(testing::StartsWith("OpenCL driver "),
                                                 HasSubstr("driver.icd (/nowhere/libdriver.so) cannot be loaded: "))));
}

/// Calls that fail as on a device with too little memory (backends/opencl/testing/memory_shortage.cpp).
TEST_F(OpenclDrivers, TooLittleMemoryIsARefusalAndOtherBackendsGoOn) {
    const std::string injection = DIFFTEST_BINARY_DIR "/tests/workers/opencl_memory_shortage.so";
    const ProgramRun listed = run_program({program("difftest-worker-opencl"), "--list-devices"}, {});
    if (!std::filesystem::exists(injection) || listed.output.find("\"0.0\"") == std::string::npos) {
        GTEST_SKIP() << "no OpenCL device here, or a build with sanitizers";
    }
    struct Shortage {
        std::string call;
        std::string status;
        std::string words;
    };
    for (const auto& [call, status, words] :
         {Shortage{"clGetDeviceInfo", "4096", "not enough device memory: 0.0 MiB are needed, "},
          Shortage{"clCreateBuffer", "-4", "(CL_MEM_OBJECT_ALLOCATION_FAILURE of "},
          Shortage{"clCreateBuffer", "-6", "(CL_OUT_OF_HOST_MEMORY of "},
          Shortage{"clEnqueueWriteBuffer", "-5", "(CL_OUT_OF_RESOURCES of "},
          Shortage{"clEnqueueNDRangeKernel", "-4", "(CL_MEM_OBJECT_ALLOCATION_FAILURE of "}}) {
        const ProgramRun run =
            run_both({{"LD_PRELOAD", injection}, {"DIFFTEST_SHORTAGE_AT", call}, {"DIFFTEST_SHORTAGE_STATUS", status}});
        const nlohmann::json document = checked_document(run.output, "run");
        ASSERT_EQ(document.at("runs").size(), 2U) << call << run.errors;
        const nlohmann::json& refused = document.at("runs").at(0);
        EXPECT_EQ(refused.at("verdict"), "unsupported") << call << status;
        const std::string reason = refused.at("reason");
        EXPECT_THAT(reason, testing::StartsWith("not enough device memory: "));
        EXPECT_THAT(reason, HasSubstr(words));
        EXPECT_EQ(reason.find('\n'), std::string::npos);
        EXPECT_EQ(document.at("runs").at(1).at("verdict"), "violation") << "the other backend goes on";
    }
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
