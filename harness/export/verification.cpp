#include "harness/export/verification.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace difftest::harness {
namespace {

constexpr std::chrono::seconds kBuildLimit{120};
constexpr std::chrono::seconds kRunLimit{30};
constexpr std::size_t kLongestOutput = 4000;
constexpr int kSignalBase = 128;

std::string quoted(const std::string& text) {
    std::string result = "'";
    for (const char c : text) {
        result += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return result + "'";
}

/// Whether a program that ended like this has shown a finding of that verdict.
bool shows(const CommandResult& result, const std::string& verdict) {
    const bool died = result.exit_status > kSignalBase && result.exit_status < kSignalBase + 64;
    if (verdict == "crash") {
        return died || (result.exit_status == 1 && result.output.find("expected no error") != std::string::npos);
    }
    return result.exit_status == 1 && result.output.find("expected no error") == std::string::npos;
}

/// The first element that a script of ours calls wrong.
std::string wrong_line(const std::string& output) {
    const std::size_t mark = output.find(" <- wrong");
    const std::size_t begin = mark == std::string::npos ? mark : output.rfind('\n', mark);
    return begin == std::string::npos ? "" : output.substr(begin + 1, mark - begin - 1);
}

}  // namespace

CommandResult run_in(const std::filesystem::path& folder, const std::string& command, std::chrono::seconds limit) {
    const TemporaryFolder kept;
    const std::string output = (kept.path() / "output").string();
    std::string line = fmt::format("cd {} && exec timeout --signal=KILL {} sh -c {} >{} 2>&1 </dev/null",
                                   quoted(folder.string()), limit.count(), quoted(command), quoted(output));
    std::string shell = "/bin/sh";
    std::string flag = "-c";
    char* const arguments[] = {shell.data(), flag.data(), line.data(), nullptr};
    pid_t child = 0;
    CommandResult result;
    int status = 0;
    if (::posix_spawn(&child, shell.c_str(), nullptr, nullptr, arguments, environ) != 0 ||
        ::waitpid(child, &status, 0) != child) {
        return result;
    }
    std::ifstream stream(output, std::ios::binary);
    result.output.assign(std::istreambuf_iterator<char>(stream), {});
    result.exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : kSignalBase + WTERMSIG(status);
    return result;
}

std::string shell_path(const std::filesystem::path& program, const std::string& option) {
    std::string path = std::filesystem::absolute(program).string();
    if (path.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._+-") !=
        std::string::npos) {
        throw NotExpressible(option + ": its path holds characters that mean something to a shell");
    }
    return path;
}

TemporaryFolder::TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "difftest-export-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw std::runtime_error("no temporary folder can be made");
    }
    path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

ReportedReproducer verified(const Recipe& recipe, ReproducerFiles files, const std::string& verdict) {
    const TemporaryFolder folder;
    for (const ReportedReproducer::File& file : files) {
        std::filesystem::create_directories((folder.path() / file.name).parent_path());
        std::ofstream(folder.path() / file.name, std::ios::binary) << file.text;
    }
    const std::string command = (recipe.build.empty() ? "" : recipe.build + " && ") + recipe.run;
    ReportedReproducer result{recipe.kind, "not_reproduced", "", command, "", std::move(files)};
    if (!recipe.build.empty()) {
        const CommandResult built = run_in(folder.path(), recipe.build, kBuildLimit);
        if (built.exit_status != 0) {
            result.why = "it does not build here: " + built.output.substr(0, kLongestOutput);
            return result;
        }
    }
    const CommandResult ran = run_in(folder.path(), recipe.run, kRunLimit);
    result.observed = fmt::format("{}exit status {}\n", ran.output.substr(0, kLongestOutput), ran.exit_status);
    if (recipe.confirms_expectation ? ran.exit_status == 0 : shows(ran, verdict)) {
        result.status = "verified";
    } else if (recipe.confirms_expectation) {
        result.why =
            (ran.exit_status == 2 ? "what it runs does not give what is expected either: " + wrong_line(ran.output)
                                  : "it does not run here") +
            "\n" + result.observed;
    } else {
        result.why = fmt::format("it was built and run, and does not show the {}\n{}", verdict, result.observed);
    }
    return result;
}

}  // namespace difftest::harness
