#pragma once

#include <optional>

namespace difftest::backends::onednn {

/// The threads that the library may use. Throws Unsupported when its runtime is not OpenMP, whose runtime is loaded
/// with the library; this program itself does not link one.
int library_threads();

/// Sets the number of threads until it is destroyed; nothing changes it.
class ThreadScope {
public:
    explicit ThreadScope(std::optional<int> threads);
    ThreadScope(const ThreadScope&) = delete;
    ThreadScope& operator=(const ThreadScope&) = delete;
    ~ThreadScope();

private:
    std::optional<int> before_;
    void (*set_threads_)(int) = nullptr;
};

}  // namespace difftest::backends::onednn
