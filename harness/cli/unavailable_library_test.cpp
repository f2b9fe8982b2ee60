#include "harness/cli/end_to_end_test.hpp"
#include "test_paths.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <regex>

/// A library that cannot be loaded, or that nobody knows: one clear line, and the other backends run.
namespace difftest::harness::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr const char* kMinimal = "deconv_quant_u8_minimal";
constexpr const char* kFaulty = "faulty:clamp_dropped_mid_chain";

class UnavailableLibrary : public testing::Test {
protected:
    void SetUp() override {
        if (!is_built("difftest-worker-onednn") || !is_built("difftest-worker-faulty")) {
            GTEST_SKIP() << "difftest-worker-onednn was not built: no oneDNN here";
        }
    }

    /// A folder in which the loader finds a file of this content under the name of oneDNN's library.
    static std::filesystem::path folder_with(const std::string& content) {
        const std::string needed = run_program({"/usr/bin/ldd", program("difftest-worker-onednn")}).output;
        std::smatch name;
        EXPECT_TRUE(std::regex_search(needed, name, std::regex("libdnnl\\.so[.0-9]*"))) << needed;
        return file_of_test(name.str(), content).parent_path();
    }

    static ProgramRun difftest_with(const std::filesystem::path& libraries, std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), program("difftest"));
        return run_program(arguments, {{"DIFFTEST_CORPORA", corpora()}, {"LD_LIBRARY_PATH", libraries.string()}});
    }

    /// Listed once, with the words; the other backend finds its fault.
    static void expect_listed(const std::filesystem::path& libraries, const std::string& words) {
        const std::vector<std::string> arguments{"--case", kMinimal, "--backend", "onednn", "--backend", kFaulty};
        const ProgramRun screen = difftest_with(libraries, arguments);
        EXPECT_EQ(screen.exit_code, 1) << "the other backend's finding";
        EXPECT_THAT(screen.output, HasSubstr("onednn: unavailable: "));
        EXPECT_THAT(screen.output, HasSubstr(words));
        EXPECT_THAT(screen.output, HasSubstr("expected 28, got 255"));

        std::vector<std::string> with_json = arguments;
        with_json.emplace_back("--json");
        const json document = checked_document(difftest_with(libraries, with_json).output, "run");
        const json& onednn = document.at("backends").at(0);
        EXPECT_EQ(onednn.at("name"), "onednn");
        EXPECT_EQ(onednn.at("available"), false);
        EXPECT_THAT(onednn.at("problem").get<std::string>(), HasSubstr(words));
        EXPECT_EQ(document.at("backends").at(1).at("available"), true);
        EXPECT_EQ(document.at("runs").size(), 1U);

        const ProgramRun alone = difftest_with(libraries, {"--case", kMinimal, "--backend", "onednn"});
        EXPECT_EQ(alone.exit_code, 4) << "silence must not look like success";

        const json catalogue =
            checked_document(difftest_with(libraries, {"list", "backends", "--json"}).output, "list");
        EXPECT_EQ(catalogue.at("backends").at(0).at("available"), false);
        EXPECT_THAT(catalogue.at("backends").at(0).at("missing").get<std::string>(), HasSubstr(words));

        const json machine = checked_document(difftest_with(libraries, {"doctor", "--json"}).output, "doctor");
        EXPECT_EQ(machine.at("backends").at(0).at("available"), false);
        EXPECT_THAT(machine.at("backends").at(0).at("problem").get<std::string>(), HasSubstr(words));
    }
};

TEST_F(UnavailableLibrary, ThatCannotBeLoaded) {
    expect_listed(folder_with("no library"),
                  "difftest-worker-onednn: exited with code 127 during start: error while "
                  "loading shared libraries: ");
}

TEST_F(UnavailableLibrary, OfAnUnknownMajorVersion) {
    std::ifstream stream(DIFFTEST_BINARY_DIR "/tests/workers/unknown_onednn.so", std::ios::binary);
    ASSERT_TRUE(stream) << "the test's library was not built";
    const std::string content{std::istreambuf_iterator<char>(stream), {}};
    expect_listed(folder_with(content), "oneDNN 99.1.2");
}

/// An engine whose worker is here and whose library is not.
TEST(UnavailableEngine, IsOneLineAndTheOthersRun) {
    if (!is_built("difftest-worker-onnxruntime") || !is_built("difftest-worker-faulty")) {
        GTEST_SKIP() << "difftest-worker-onnxruntime was not built: scripts/engines onnxruntime";
    }
    const ProgramRun run =
        run_program({program("difftest"), "--case", kMinimal, "--backend", "onnxruntime", "--backend", kFaulty},
                    {{"DIFFTEST_CORPORA", corpora()}, {"DIFFTEST_ONNXRUNTIME", ""}, {"DIFFTEST_ENGINES", "/nowhere"}});
    EXPECT_EQ(run.exit_code, 1) << "the other backend's finding";
    EXPECT_THAT(run.output, HasSubstr("ONNX Runtime is not there: no libonnxruntime.so in /nowhere/onnxruntime"));
    EXPECT_THAT(run.output, HasSubstr("scripts/engines onnxruntime"));
    EXPECT_THAT(run.output, HasSubstr("expected 28, got 255"));
}

}  // namespace
}  // namespace difftest::harness::cli
