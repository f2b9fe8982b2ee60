#include "harness/campaign/backend_selection.hpp"
#include "harness/campaign/corpora.hpp"
#include "harness/campaign/input_error.hpp"
#include "harness/campaign/run_cases.hpp"
#include "harness/cli/end_to_end_test.hpp"
#include "reference/graph/case_builder.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <functional>
#include <ostream>
#include <utility>

/// Kernels that a user brings, through the worker, on the first OpenCL device here.
namespace difftest::harness::cli {
namespace {

using nlohmann::json;
using testing::AnyOf;
using testing::Contains;
using testing::HasSubstr;

const std::string kExamples = DIFFTEST_SOURCE_DIR "/backends/opencl/examples/";

std::string selection(const std::string& kernel, const std::string& manifest) {
    return "opencl:kernel=" + kernel + ",manifest=" + manifest;
}

RunReport report_of(const std::string& backend, const std::vector<graph::Case>& cases,
                    std::chrono::milliseconds answer = std::chrono::seconds(60)) {
    RunRequest request;
    request.cases = cases;
    request.backends = {select_backend(backend)};
    request.limits.answer = answer;
    return run_cases(request);
}

class OwnKernel : public testing::Test {
protected:
    void SetUp() override {
#ifdef __SANITIZE_ADDRESS__
        GTEST_SKIP() << "the installed drivers leak, and their compilers collide with the sanitizer";
#endif
        if (!is_built("difftest-worker-opencl")) {
            GTEST_SKIP() << "difftest-worker-opencl was not built";
        }
        const RunReport report = report_of("opencl", {});
        if (!report.backends.empty() && !report.backends.front().problem.empty()) {
            GTEST_SKIP() << report.backends.front().problem;
        }
    }
};

graph::Case named_case(const std::string& name) {
    return load_cases(Corpora::locate(corpora()), {name}).front();
}

TEST_F(OwnKernel, TheExampleIsRightOnBothNamedCases) {
    const RunReport report = report_of(selection(kExamples + "deconv_fused.cl", kExamples + "deconv_fused.json"),
                                       {named_case("deconv_quant_u8"), named_case("deconv_quant_u8_minimal")});
    ASSERT_EQ(report.entries.size(), 2);
    for (const RunEntry& entry : report.entries) {
        EXPECT_THAT(entry.judgement.verdict, AnyOf(Verdict::exact, Verdict::allowed)) << entry.judgement.reason;
        EXPECT_EQ(entry.implementation(), "own:deconv_fsv16");
    }
}

TEST_F(OwnKernel, TheFoundingBugInItIsFoundAndNamed) {
    const RunReport report =
        report_of(selection(kExamples + "deconv_fused.cl", kExamples + "deconv_fused_clamp_optimised.json"),
                  {named_case("deconv_quant_u8"), named_case("deconv_quant_u8_minimal")});
    ASSERT_EQ(report.entries.size(), 2);
    for (const RunEntry& entry : report.entries) {
        EXPECT_EQ(entry.judgement.verdict, Verdict::violation) << entry.case_name;
        EXPECT_THAT(entry.explained_by, Contains(HasSubstr("clamp_dropped_mid_chain at quant1"))) << entry.case_name;
    }
}

/// relu of [1, 3, 2, 2]; `root`: then the root of it, which a generated kernel computes.
graph::Case relu_case(bool root) {
    graph::CaseBuilder builder("relu");
    const graph::TensorId data = builder.input(
        "data", graph::TensorData(graph::DataType::f32, {1, 3, 2, 2}, {-4, 4, 9, -1, 1, 0, 16, 25, 4, -2, 9, 1}));
    const graph::TensorId relu =
        builder.node("relu", graph::Eltwise{graph::EltwiseAlgorithm::relu}, {data}, graph::DataType::f32);
    if (!root) {
        return builder.build({relu});
    }
    return builder.build(
        {builder.node("root", graph::Eltwise{graph::EltwiseAlgorithm::sqrt}, {relu}, graph::DataType::f32)});
}

/// Of the kernel `relu(data, output, N)`, one work item for each element.
json relu_manifest() {
    return json::parse(R"({
      "format": "difftest-kernel-manifest", "version": 1, "entry": "relu",
      "pattern": [{"name": "relu", "op": "eltwise", "attributes": {"algorithm": "relu", "alpha": 0}}],
      "arguments": [{"tensor": "relu.data"}, {"tensor": "output"}, {"scalar": "int", "value": "output.size"}],
      "global": ["output.size"]
    })");
}

/// The kernel with that body.
std::string relu_kernel(const std::string& body) {
    return "__kernel void relu(__global float* data, __global float* output, int n) {\n"
           "    const int i = (int)get_global_id(0);\n" +
           body + "}\n";
}

const char* const kRightBody = "    output[i] = fmax(data[i], 0.0f);\n";

RunEntry run_relu(const std::string& source, const json& manifest, bool root = false,
                  std::chrono::milliseconds answer = std::chrono::seconds(60)) {
    const std::string kernel = file_of_test("my.cl", source).string();
    const std::string description = file_of_test("my.json", manifest.dump()).string();
    const RunReport report = report_of(selection(kernel, description), {relu_case(root)}, answer);
    EXPECT_FALSE(report.entries.empty());
    return report.entries.empty() ? RunEntry{} : report.entries.front();
}

TEST_F(OwnKernel, StandsForAPartOfTheGraph) {
    const RunEntry entry = run_relu(relu_kernel(kRightBody), relu_manifest(), true);
    EXPECT_THAT(entry.judgement.verdict, AnyOf(Verdict::exact, Verdict::allowed)) << entry.judgement.reason;
    EXPECT_EQ(entry.implementation(), "own:relu + direct:bfyx");
}

/// Generated kernels read what it writes, in whatever layout it writes that.
TEST_F(OwnKernel, GeneratedKernelsFollowItsLayouts) {
    json manifest = relu_manifest();
    manifest["arguments"][1]["layout"] = "byxf";
    manifest["defines"] = {{"F", "output.shape[1]"}, {"ALPHA", {{"constant", "relu.alpha"}}}};
    const RunEntry entry =
        run_relu(relu_kernel("    output[i % 4 * F + i / 4] = fmax(data[i], ALPHA);\n"), manifest, true);
    EXPECT_THAT(entry.judgement.verdict, AnyOf(Verdict::exact, Verdict::allowed)) << entry.judgement.reason;
}

struct Misbehaviour {
    std::string name;
    std::string body;
    Verdict verdict;
    std::string words;
};

std::ostream& operator<<(std::ostream& stream, const Misbehaviour& value) {
    return stream << value.name;
}

class OwnKernelMisbehaves : public OwnKernel, public testing::WithParamInterface<Misbehaviour> {};

TEST_P(OwnKernelMisbehaves, GivesTheVerdictMeant) {
    const RunEntry entry = run_relu(relu_kernel(GetParam().body), relu_manifest());
    EXPECT_EQ(entry.judgement.verdict, GetParam().verdict) << entry.judgement.reason;
    EXPECT_THAT(entry.judgement.reason, HasSubstr(GetParam().words));
}

INSTANTIATE_TEST_SUITE_P(
    All, OwnKernelMisbehaves,
    testing::Values(Misbehaviour{"WritesBehind", std::string(kRightBody) + "    if (i == 0) output[n] = 1.0f;\n",
                                 Verdict::overrun, "device memory behind"},
                    Misbehaviour{"WritesBefore", std::string(kRightBody) + "    if (i == 0) output[-1] = 1.0f;\n",
                                 Verdict::overrun, "'relu'"},
                    Misbehaviour{"WritesItsInput", std::string(kRightBody) + "    data[i] = 7.0f;\n", Verdict::overrun,
                                 "'data', which is only read, was written on the device"},
                    Misbehaviour{"LeavesOneOut", "    if (i != 5) output[i] = fmax(data[i], 0.0f);\n",
                                 Verdict::unwritten, "1 element"},
                    Misbehaviour{"BuildsOnWhatWasThere",
                                 "    output[i] = as_float((as_int(output[i]) & 0xff) + 0x3f800000);\n",
                                 Verdict::nondeterministic, "12 elements differ between executions"},
                    Misbehaviour{"IsWrong", "    output[i] = fabs(data[i]);\n", Verdict::violation, ""},
                    Misbehaviour{"WritesToNowhere", "    *(volatile __global int*)(((ulong)n) << 40) = 1;\n",
                                 Verdict::crash, "SIGSEGV"}),
    [](const auto& each) { return each.param.name; });

TEST_F(OwnKernel, OneThatDoesNotEndHangs) {
    const std::string body =
        "    while (i == 0 && *(volatile __global float*)data != 77.0f) {}\n    output[i] = 0.0f;\n";
    const RunEntry entry = run_relu(relu_kernel(body), relu_manifest(), false, std::chrono::seconds(3));
    EXPECT_EQ(entry.judgement.verdict, Verdict::hang) << entry.judgement.reason;
}

/// What a miscompiled kernel looks like from outside: it is wrong only where the compiler optimizes.
TEST_F(OwnKernel, OneThatIsWrongOnlyWhenItIsOptimizedAccusesTheCompiler) {
    const RunEntry miscompiled = run_relu(
        relu_kernel("#ifdef __OPTIMIZE__\n    output[i] = data[i];\n#else\n" + std::string(kRightBody) + "#endif\n"),
        relu_manifest());
    EXPECT_EQ(miscompiled.judgement.verdict, Verdict::violation) << miscompiled.judgement.reason;
    EXPECT_THAT(miscompiled.traits, Contains("compiler_suspected"));
    EXPECT_THAT(miscompiled.traits, testing::Not(Contains("kernel_suspected")));
    const RunEntry wrong = run_relu(relu_kernel("    output[i] = data[i];\n"), relu_manifest());
    EXPECT_EQ(wrong.judgement.verdict, Verdict::violation);
    EXPECT_THAT(wrong.traits, Contains("kernel_suspected"));
    EXPECT_THAT(wrong.traits, testing::Not(Contains("compiler_suspected")));
}

struct BadKernel {
    std::string name;
    std::string source;
    std::function<void(json&)> change;
    std::string words;
};

std::ostream& operator<<(std::ostream& stream, const BadKernel& value) {
    return stream << value.name;
}

class BadOwnKernel : public OwnKernel, public testing::WithParamInterface<BadKernel> {};

/// Seen by the device only: the run says it in one line, others go on, and the exit code is that of bad input.
TEST_P(BadOwnKernel, IsOneLine) {
    json manifest = relu_manifest();
    GetParam().change(manifest);
    const RunEntry entry = run_relu(GetParam().source, manifest);
    EXPECT_EQ(entry.judgement.verdict, Verdict::harness_error);
    EXPECT_THAT(entry.judgement.reason, HasSubstr(GetParam().words));
    EXPECT_EQ(entry.judgement.reason.find('\n'), std::string::npos);
    RunReport report;
    report.entries = {entry};
    EXPECT_EQ(exit_code_of(summarize(report)), ExitCode::bad_input);
}

void unchanged(json& /*manifest*/) {}

INSTANTIATE_TEST_SUITE_P(
    All, BadOwnKernel,
    testing::Values(
        BadKernel{"DoesNotCompile", relu_kernel("    output[i] = fmax(undeclared[i], 0.0f);\n    n = ONE + TWO;\n"),
                  [](json& manifest) {
                      manifest["defines"] = {{"ONE", 1}, {"TWO", 2}};
                  },
                  "line 3: use of undeclared identifier 'undeclared' | output[i] = fmax(undeclared[i], 0.0f);"},
        BadKernel{"NoEntryPoint", relu_kernel(kRightBody), [](json& manifest) { manifest["entry"] = "rely"; },
                  "kernel 'rely': the program has no kernel of that name; it has relu"},
        BadKernel{"TooFewArguments", relu_kernel(kRightBody), [](json& manifest) { manifest["arguments"].erase(2); },
                  "kernel 'relu': takes 3 arguments, the manifest gives 2 for this graph"},
        BadKernel{"ScalarOfAnotherType", relu_kernel(kRightBody),
                  [](json& manifest) { manifest["arguments"][2]["scalar"] = "float"; },
                  "kernel 'relu': parameter 2 (int n) cannot take output.size, which is float"},
        BadKernel{"BufferOfAnotherType",
                  "__kernel void relu(__global const char4* data, __global float* output, int n) {}\n", unchanged,
                  "parameter 0 (char4* data) cannot take relu.data, which is a buffer of float"},
        BadKernel{"NoWork", relu_kernel(kRightBody), [](json& manifest) { manifest["global"][0] = "output.size - 12"; },
                  "'output.size - 12' is 0 here, and a work size is at least 1"},
        BadKernel{"DivisionByZero", relu_kernel(kRightBody),
                  [](json& manifest) { manifest["global"][0] = "12 / (output.size - 12)"; }, "division by zero"},
        BadKernel{"GroupThatDoesNotDivide", relu_kernel(kRightBody), [](json& manifest) { manifest["local"] = {5}; },
                  "global[0] is 12, which is no multiple of local[0], 5"},
        BadKernel{"GroupTooLarge", relu_kernel(kRightBody),
                  [](json& manifest) {
                      manifest["global"] = {1 << 20};
                      manifest["local"] = {1 << 20};
                  },
                  "local[0] is 1048576"}),
    [](const auto& each) { return each.param.name; });

TEST_F(OwnKernel, AGraphWithoutAPlaceForItIsUnsupported) {
    json manifest = relu_manifest();
    manifest["pattern"][0]["attributes"]["algorithm"] = "tanh";
    const RunEntry entry = run_relu(relu_kernel(kRightBody), manifest);
    EXPECT_EQ(entry.judgement.verdict, Verdict::unsupported);
    EXPECT_EQ(entry.judgement.reason,
              "kernel 'relu' has no place in this graph: step 'relu': the algorithm of node 'relu' "
              "is relu, the pattern wants tanh");
}

TEST_F(OwnKernel, ALayoutOfWeightsIsForConstants) {
    json manifest = relu_manifest();
    manifest["arguments"][0]["layout"] = "ioyx";
    const RunEntry entry = run_relu(relu_kernel(kRightBody), manifest);
    EXPECT_EQ(entry.judgement.verdict, Verdict::unsupported);
    EXPECT_THAT(entry.judgement.reason,
                HasSubstr("takes relu.data in ioyx, and only constants come in layouts of weights"));
}

/// The same kernel by clang and llvm-spirv (Debian; DIFFTEST_LLVM_SPIRV names another), where the device takes SPIR-V.
TEST_F(OwnKernel, SpirvRuns) {
    const char* const named = std::getenv("DIFFTEST_LLVM_SPIRV");
    const std::string translator = named == nullptr ? "/usr/bin/llvm-spirv-15" : named;
    if (::access(translator.c_str(), X_OK) != 0 || ::access("/usr/bin/clang-15", X_OK) != 0) {
        GTEST_SKIP() << "no clang-15 or no llvm-spirv-15";
    }
    const std::string source = file_of_test("my.cl", relu_kernel(kRightBody)).string();
    const std::string bitcode = source + ".bc";
    const std::string program = source + ".spv";
    const ProgramRun compiled = run_program({"/usr/bin/clang-15", "-c", "-target", "spir64", "-cl-std=CL1.2", "-Xclang",
                                             "-finclude-default-header", "-emit-llvm", source, "-o", bitcode});
    ASSERT_EQ(compiled.exit_code, 0) << compiled.errors;
    const ProgramRun translated = run_program({translator, bitcode, "-o", program});
    ASSERT_EQ(translated.exit_code, 0) << translated.errors;
    const std::string manifest = file_of_test("my.json", relu_manifest().dump()).string();
    const RunReport report = report_of(selection(program, manifest), {relu_case(false)});
    ASSERT_EQ(report.entries.size(), 1U);
    const RunEntry& entry = report.entries.front();
    if (entry.judgement.reason.find("takes no SPIR-V") != std::string::npos) {
        GTEST_SKIP() << entry.judgement.reason;
    }
    EXPECT_EQ(entry.judgement.verdict, Verdict::exact) << entry.judgement.reason;
    EXPECT_EQ(entry.implementation(), "own:relu");
}

TEST_F(OwnKernel, SpirvThatTheDeviceDoesNotTakeIsOneLine) {
    const std::string header("\x03\x02\x23\x07\x00\x00\x01\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00", 20);
    const RunEntry entry = run_relu(header, relu_manifest());
    EXPECT_EQ(entry.judgement.verdict, Verdict::harness_error) << "a header without a kernel";
    EXPECT_TRUE(entry.bad_input);
    EXPECT_EQ(entry.judgement.reason.find('\n'), std::string::npos);
}

TEST(OwnKernelSelection, WrongOnesAreRefusedBeforeAnythingRuns) {
    if (!is_built("difftest-worker-opencl")) {
        GTEST_SKIP() << "difftest-worker-opencl was not built";
    }
    const std::string kernel = kExamples + "deconv_fused.cl";
    const std::string manifest = kExamples + "deconv_fused.json";
    const auto error_of = [](const std::string& text) -> std::string {
        try {
            select_backend(text);
        } catch (const InputError& error) {
            return error.what();
        }
        return "";
    };
    EXPECT_EQ(error_of(selection(kernel, manifest)), "");
    EXPECT_THAT(error_of("opencl:0.0,kernel=" + kernel), HasSubstr("kernel= needs manifest=FILE"));
    EXPECT_THAT(error_of("opencl:0.0,manifest=" + manifest), HasSubstr("manifest= needs kernel=FILE"));
    EXPECT_THAT(error_of(selection("/nowhere/my.cl", manifest)), HasSubstr("/nowhere/my.cl: no such file"));
    EXPECT_THAT(error_of(selection(kernel, "/nowhere/my.json")), HasSubstr("/nowhere/my.json: no such file"));
    EXPECT_THAT(error_of(selection(kExamples, manifest)), HasSubstr("not a file"));
    EXPECT_THAT(error_of("opencl:0.0,krnl=" + kernel), HasSubstr("unknown key 'krnl' (known: kernel, manifest)"));
    EXPECT_THAT(error_of("opencl:0.0,kernel=,manifest=" + manifest), HasSubstr("kernel= names no file"));
    EXPECT_THAT(error_of(selection(kernel, kernel)), HasSubstr("deconv_fused.cl: line 1, column 1"));
    const std::string unknown =
        file_of_test("my.json", R"({"format": "difftest-kernel-manifest", "krnl": 1})").string();
    EXPECT_THAT(error_of(selection(kernel, unknown)), HasSubstr("my.json: unknown key \"krnl\""));
    EXPECT_EQ(select_backend("opencl:EPYC, 64-Core").arguments,
              (std::vector<std::string>{"--device", "EPYC, 64-Core"}));
    json misspelt = json::parse(std::ifstream(manifest));
    misspelt["defines"]["CLAMP_OPTIMIZATION"] = 1;
    EXPECT_THAT(error_of(selection(kernel, file_of_test("misspelt.json", misspelt.dump()).string())),
                HasSubstr("misspelt.json: /defines/CLAMP_OPTIMIZATION: the kernel has no such name"));
    misspelt["defines"].erase("CLAMP_OPTIMIZATION");
    misspelt["defines"].erase("HAS_QUANT2");
    EXPECT_THAT(error_of(selection(kernel, file_of_test("misspelt.json", misspelt.dump()).string())),
                HasSubstr("#elif asks for 'HAS_QUANT2', which neither the kernel nor the manifest"));
    const std::string spirv = file_of_test("my.spv", "\x03\x02\x23\x07").string();
    EXPECT_THAT(error_of(selection(spirv, manifest)), HasSubstr("/defines: "));
}

}  // namespace
}  // namespace difftest::harness::cli
