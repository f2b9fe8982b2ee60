#pragma once

#include <string>
#include <utility>
#include <vector>

namespace difftest::harness::cli {

/// What a program left behind.
struct ProgramRun {
    int exit_code = -1;  ///< 128 + signal when a signal ended it
    std::string output;  ///< stdout
    std::string errors;  ///< stderr
};

/// Runs a program to its end, with these variables set besides the inherited ones, its stdin empty, and stdout and
/// stderr going into files, so that neither is a terminal. For tests. Throws std::runtime_error when it cannot be
/// started.
ProgramRun run_program(const std::vector<std::string>& command,
                       const std::vector<std::pair<std::string, std::string>>& environment = {});

}  // namespace difftest::harness::cli
