#include "harness/execute/runnable_threads.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace difftest::harness {
namespace {

namespace fs = std::filesystem;

constexpr int kDeepest = 4;

/// R: runs or waits for a processor; D: waits for a disk. It stands behind the name in parentheses, which may hold any
/// character.
bool is_runnable(const fs::path& thread) {
    std::ifstream file(thread / "stat");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const std::size_t name_end = text.rfind(')');
    return name_end != std::string::npos && name_end + 2 < text.size() &&
           std::string_view("RD").find(text[name_end + 2]) != std::string_view::npos;
}

bool has_runnable(pid_t process, int depth) {
    std::error_code error;
    const fs::path threads = fs::path("/proc") / std::to_string(process) / "task";
    for (auto thread = fs::directory_iterator(threads, error); thread != fs::directory_iterator();
         thread.increment(error)) {
        if (is_runnable(thread->path())) {
            return true;
        }
        std::ifstream children(thread->path() / "children");
        for (pid_t child = 0; depth < kDeepest && children >> child;) {
            if (has_runnable(child, depth + 1)) {
                return true;
            }
        }
    }
    return false;
}

}  // namespace

bool has_runnable_thread(pid_t process) {
    return has_runnable(process, 0);
}

}  // namespace difftest::harness
