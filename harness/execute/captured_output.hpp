#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace difftest::harness {

/// What a program that was run to its end wrote to stdout, or why there is nothing of it.
struct CapturedOutput {
    std::string text;
    std::string problem;  ///< empty when the program ended with 0
};

/// Runs the program and waits for it, at most so long; then it is killed. Its stderr is dropped.
CapturedOutput captured_output(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                               std::chrono::milliseconds limit);

}  // namespace difftest::harness
