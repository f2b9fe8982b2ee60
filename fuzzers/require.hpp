#pragma once

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace difftest::fuzzers {

/// Ends the process, as libFuzzer wants a broken promise told, when it is one.
inline void require(bool holds, std::string_view promise) {
    if (!holds) {
        std::fprintf(stderr, "broken promise: %.*s\n", static_cast<int>(promise.size()), promise.data());
        std::abort();
    }
}

}  // namespace difftest::fuzzers
