#include "harness/execute/worker.hpp"

#include <fmt/format.h>

#include <system_error>

namespace difftest::harness {

std::filesystem::path worker_program(std::string_view name) {
    const std::string file = fmt::format("difftest-worker-{}", name);
    std::error_code error;
    const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
    const std::filesystem::path folder = self.parent_path();
    for (const auto& candidate :
         {folder / file, folder.parent_path() / "bin" / file, folder.parent_path() / "libexec" / "difftest" / file}) {
        if (std::filesystem::exists(candidate, error)) {
            return candidate;
        }
    }
    return folder / file;
}

}  // namespace difftest::harness
