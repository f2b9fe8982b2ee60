#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace difftest::harness {

/// Traits of a violation, or of a death while kernels are built, of a plan that names its unoptimized twin: whether
/// that one agrees with the graph or fails in the same way.
inline constexpr std::string_view kCompilerSuspected = "compiler_suspected";
inline constexpr std::string_view kKernelSuspected = "kernel_suspected";

/// One sentence; empty where the traits hold neither.
inline std::string suspicion(const std::vector<std::string>& traits) {
    const auto has = [&](std::string_view trait) {
        return std::find(traits.begin(), traits.end(), trait) != traits.end();
    };
    if (has(kCompilerSuspected)) {
        return "the same kernel without the compiler's optimizations agrees: the compiler is suspected";
    }
    return has(kKernelSuspected) ? "without the compiler's optimizations it fails, too: the kernel is suspected" : "";
}

}  // namespace difftest::harness
