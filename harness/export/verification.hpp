#pragma once

#include "harness/export/reproducer.hpp"

#include <chrono>
#include <string>

namespace difftest::harness {

/// What a command did.
struct CommandResult {
    int exit_status = -1;  ///< of the shell: 128 + signal; -1: it was not started, or took too long
    std::string output;    ///< stdout and stderr
};

/// Runs a shell command in a folder, with a limit. The command must not hold text of others: it is a constant.
CommandResult run_in(const std::filesystem::path& folder, const std::string& command, std::chrono::seconds limit);

/// The absolute path of a program, as a word of a shell command. Throws NotExpressible, naming the option, when it
/// holds characters that mean something to a shell.
std::string shell_path(const std::filesystem::path& program, const std::string& option);

/// A new folder for temporary files, removed with everything in it.
class TemporaryFolder {
public:
    TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder();
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// How a kind of reproducer is built and run, and when it has shown the finding.
struct Recipe {
    std::string kind;   ///< "cpp"
    std::string build;  ///< a shell command; empty: nothing to build
    std::string run;
    /// The files run something else than the library under test: exit status 0, which says that it gives what is
    /// expected, is what verifies them; 2 says that it gives something else.
    bool confirms_expectation = false;
};

/// Writes the files into a temporary folder, builds and runs them there. Status "verified" when what came out shows the
/// finding: exit status 1 for wrong values, a death or an error of the library for a crash. Else "not_reproduced", with
/// what was seen as the reason.
ReportedReproducer verified(const Recipe& recipe, ReproducerFiles files, const std::string& verdict);

}  // namespace difftest::harness
