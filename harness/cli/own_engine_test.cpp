#include "harness/campaign/backend_selection.hpp"
#include "harness/campaign/corpora.hpp"
#include "harness/campaign/input_error.hpp"
#include "harness/campaign/run_cases.hpp"
#include "harness/cli/end_to_end_test.hpp"
#include "reference/graph/case_builder.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

/// Engines that a user brings: behind the process protocol, and as a plug-in.
namespace difftest::harness::cli {
namespace {

using graph::DataType;
using graph::TensorData;
using testing::HasSubstr;

const std::string kProcessExamples = DIFFTEST_SOURCE_DIR "/backends/process/examples/";
const std::string kPluginExample = DIFFTEST_SOURCE_DIR "/backends/plugin/examples/convolution.c";

RunReport report_of(const std::string& backend, const std::vector<graph::Case>& cases,
                    std::chrono::milliseconds answer = WorkerLimits{}.answer) {
    RunRequest request;
    request.cases = cases;
    request.backends = {select_backend(backend)};
    request.limits.answer = answer;
    return run_cases(request);
}

/// The only run's.
Judgement judgement_of(const RunReport& report) {
    for (const BackendUsed& backend : report.backends) {
        EXPECT_EQ(backend.problem, "");
    }
    EXPECT_EQ(report.entries.size(), 1U);
    return report.entries.empty() ? Judgement{} : report.entries.front().judgement;
}

/// A convolution of 200 and 3 with 1 and 1, padded by 1 on both sides: 200 3, 203, 3 for two taps and a stride of 1.
graph::Case convolution() {
    graph::CaseBuilder builder("convolution");
    const auto x = builder.input("x", TensorData(DataType::u8, {1, 1, 1, 2}, {200, 3}));
    const auto w = builder.constant("w", TensorData(DataType::s8, {1, 1, 1, 2}, {1, 2}));
    graph::Convolution operation;
    operation.strides = {1, 1};
    operation.dilations = {1, 1};
    operation.pads_begin = {0, 1};
    operation.pads_end = {0, 1};
    return builder.build({builder.node("y", operation, {x, w}, DataType::s32)});
}

class ProcessEngine : public testing::Test {
protected:
    void SetUp() override {
        if (run_program({DIFFTEST_PYTHON, "-c", "import numpy"}).exit_code != 0) {
            GTEST_SKIP() << "python3-numpy is not installed";
        }
    }

    /// An engine whose run function is `body`, which has the results of the example in `values`.
    static std::string engine_with(const std::string& body) {
        std::ifstream example(kProcessExamples + "numpy_engine.py");
        std::stringstream text;
        text << "import sys\nsys.path.insert(0, '" << kProcessExamples << "')\n" << example.rdbuf();
        std::string script = text.str();
        const std::string end = "    return values\n";
        script.replace(script.find(end), end.size(), body + end);
        return std::string("process:" DIFFTEST_PYTHON " ") + file_of_test("engine.py", script).string();
    }
};

TEST_F(ProcessEngine, TheExampleIsRightOnBothNamedCases) {
    const Corpora corpora = Corpora::locate(cli::corpora());
    const RunReport report = report_of("process:" DIFFTEST_PYTHON " " + kProcessExamples + "numpy_engine.py",
                                       load_cases(corpora, {"deconv_quant_u8", "deconv_quant_u8_minimal"}));
    ASSERT_EQ(report.entries.size(), 2U);
    for (const RunEntry& entry : report.entries) {
        EXPECT_TRUE(is_pass(entry.judgement.verdict)) << entry.judgement.reason;
        EXPECT_EQ(entry.implementation(), "numpy");
    }
}

TEST_F(ProcessEngine, WhateverItDoesHasAVerdict) {
    const auto judgement = [](const std::string& body, std::chrono::milliseconds answer = WorkerLimits{}.answer) {
        return judgement_of(report_of(engine_with(body), {convolution()}, answer));
    };
    EXPECT_EQ(judgement("").verdict, Verdict::exact);
    EXPECT_EQ(judgement("    values['y'] = values['y'] + np.int32(1)\n").verdict, Verdict::violation);
    const Judgement death = judgement("    import os; os.kill(os.getpid(), 11)\n");
    EXPECT_EQ(death.verdict, Verdict::crash);
    EXPECT_THAT(death.reason, HasSubstr("the engine was killed by Segmentation fault"));
    const Judgement shape = judgement("    values['y'] = values['y'][..., :2]\n");
    EXPECT_EQ(shape.verdict, Verdict::crash);
    EXPECT_THAT(shape.reason, HasSubstr("gives y as s32 1x1x1x2, where it is s32 1x1x1x3"));
    EXPECT_THAT(judgement("    print('debug', flush=True)\n").reason, HasSubstr("is something printed to stdout?"));
    EXPECT_THAT(judgement("    graph['outputs'] *= 2\n").reason, HasSubstr("where 12 are expected at most"));
    EXPECT_EQ(judgement("    import time; time.sleep(600)\n", std::chrono::milliseconds(700)).verdict, Verdict::hang);
}

TEST_F(ProcessEngine, AnEngineThatIsNotThereIsOneLine) {
    const ProgramRun run = difftest({"--case", "deconv_quant_u8_minimal", "--backend", "process:/no/such/engine"});
    EXPECT_EQ(run.exit_code, 4);
    EXPECT_THAT(run.output, HasSubstr("unavailable: "));
    EXPECT_THAT(run.output, HasSubstr("exit code 127 (no such command?)"));
    EXPECT_THAT(run.output, HasSubstr("/no/such/engine: not found"));  // the shell's own words
}

TEST_F(ProcessEngine, StandsBesideOthersInOneTable) {
    const std::string numpy = "process:" DIFFTEST_PYTHON " " + kProcessExamples + "numpy_engine.py";
    const std::vector<std::string> arguments{
        "run", "deconv_quant_u8_minimal", "--backend", numpy, "--backend", "faulty:D01", "--backend", "faulty:none"};
    const ProgramRun screen = difftest(arguments);
    EXPECT_EQ(screen.exit_code, 1);
    EXPECT_THAT(screen.output, HasSubstr("engines against each other"));
    std::vector<std::string> with_json = arguments;
    with_json.emplace_back("--json");
    const nlohmann::json document = checked_document(difftest(with_json).output, "run");
    const nlohmann::json& answers = document.at("engines").at(0).at("answers");
    ASSERT_GE(answers.size(), 3U);
    EXPECT_EQ(answers.at(0).at("verdict"), "exact");
    EXPECT_EQ(answers.at(1).at("verdict"), "violation");
    // What is wrong under one contract is also what differs from those that are right.
    EXPECT_EQ(answers.at(0).at("distances").at(1).at("different"), answers.at(1).at("outside"));
}

class PluginEngine : public testing::Test {
protected:
    /// The example with a part replaced, compiled as its first comment says.
    static std::string compiled_with(const std::string& part, const std::string& replacement) {
        std::ifstream example(kPluginExample);
        std::stringstream text;
        text << example.rdbuf();
        std::string source = text.str();
        source.replace(source.find(part), part.size(), replacement);
        const std::filesystem::path file = file_of_test("convolution.c", source);
        const std::string library = file.parent_path() / "convolution.so";
        const ProgramRun compiler = run_program({"/usr/bin/cc", "-shared", "-fPIC", "-O2", "-Wall", "-Werror",
                                                 "-I" DIFFTEST_SOURCE_DIR, "-o", library, file});
        EXPECT_EQ(compiler.exit_code, 0) << compiler.errors;
        return "plugin:" + library;
    }
};

TEST_F(PluginEngine, TheExampleIsRightAndItsBugsAreFound) {
    const auto judgement = [](const std::string& part, const std::string& replacement) {
        return judgement_of(report_of(compiled_with(part, replacement), {convolution()}));
    };
    EXPECT_EQ(judgement("convolution", "convolution").verdict, Verdict::exact);
    // 200 is read as -56.
    const Judgement sign = judgement("((const uint8_t*)", "((const int8_t*)");
    EXPECT_EQ(sign.verdict, Verdict::violation) << sign.reason;
    // Padding is read from before the input, where a guard page is.
    const Judgement padding = judgement(" && column >= 0", "");
    EXPECT_EQ(padding.verdict, Verdict::crash) << padding.reason;
    EXPECT_THAT(padding.reason, HasSubstr("SIGSEGV"));
    // One element too many.
    const Judgement behind = judgement("    return DIFFTEST_OK;\n}\n\nstatic const",
                                       "    *y = 0;\n    return DIFFTEST_OK;\n}\n\nstatic const");
    EXPECT_EQ(behind.verdict, Verdict::crash) << behind.reason;
}

TEST_F(PluginEngine, BadPlugInsAreOneLine) {
    EXPECT_THROW(select_backend("plugin:/no/such/file.so"), InputError);
    const ProgramRun run =
        difftest({"--case", "deconv_quant_u8_minimal", "--backend", "plugin:" + corpora() + "/README.md"});
    EXPECT_EQ(run.exit_code, 4);
    EXPECT_THAT(run.output, HasSubstr("cannot be loaded"));
}

}  // namespace
}  // namespace difftest::harness::cli
