#pragma once

#include <sys/resource.h>

namespace difftest::fuzzers {

/// While it lives, a write to any file ends the process with SIGXFSZ.
class NoWriting {
public:
    NoWriting() { allow(0); }
    NoWriting(const NoWriting&) = delete;
    NoWriting& operator=(const NoWriting&) = delete;
    ~NoWriting() { allow(RLIM_INFINITY); }

private:
    static void allow(rlim_t size) {
        const rlimit limit{size, RLIM_INFINITY};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
};

}  // namespace difftest::fuzzers
