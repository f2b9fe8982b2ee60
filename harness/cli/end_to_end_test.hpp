#pragma once

#include "harness/cli/program_run.hpp"
#include "test_paths.hpp"

#include <gtest/gtest.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

/// What the tests that run the program itself have in common.
namespace difftest::harness::cli {

inline std::string program(const std::string& name) {
    return std::string(DIFFTEST_BINARY_DIR "/bin/") + name;
}

inline bool is_built(const std::string& name) {
    return ::access(program(name).c_str(), X_OK) == 0;
}

inline std::string corpora() {
    return DIFFTEST_SOURCE_DIR "/corpora";
}

/// `difftest ARGUMENTS...` on the corpora of the source tree.
inline ProgramRun difftest(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), program("difftest"));
    return run_program(arguments, {{"DIFFTEST_CORPORA", corpora()}});
}

/// A folder for this process, which takes it along when it ends; it stays where a test failed.
class ProcessFolder {
public:
    ProcessFolder()
        : path_(std::filesystem::path(testing::TempDir()) / (std::string("difftest_") + std::to_string(::getpid()))) {}
    ProcessFolder(const ProcessFolder&) = delete;
    ProcessFolder& operator=(const ProcessFolder&) = delete;
    ~ProcessFolder() {
        std::error_code ignored;
        if (!testing::UnitTest::GetInstance()->Failed()) {
            std::filesystem::remove_all(path_, ignored);
        }
    }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// A file of this test in a folder that no other test uses.
inline std::filesystem::path file_of_test(const std::string& name, const std::string& content) {
    static const ProcessFolder of_process;
    const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
    const std::filesystem::path folder = of_process.path() / test.test_suite_name() / test.name();
    std::filesystem::create_directories(folder);
    std::ofstream(folder / name) << content;
    return folder / name;
}

/// Parses a document and holds it to reports/schema/NAME.schema.json.
inline nlohmann::json checked_document(const std::string& text, const std::string& schema) {
    const std::filesystem::path file = file_of_test("document.json", text);
    const ProgramRun check =
        run_program({DIFFTEST_PYTHON, DIFFTEST_SOURCE_DIR "/reports/schema/check.py",
                     DIFFTEST_SOURCE_DIR "/reports/schema/" + schema + ".schema.json", file.string()});
    EXPECT_EQ(check.exit_code, 0) << check.output << check.errors;
    return nlohmann::json::parse(text);
}

}  // namespace difftest::harness::cli
