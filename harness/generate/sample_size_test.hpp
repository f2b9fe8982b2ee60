#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace difftest::harness {

/// How many generated cases a test looks at: all that are wanted in a plain build. Under AddressSanitizer, which takes
/// twenty times as long for each and looks for errors that hundreds of cases reach as well, a tenth of them, unless
/// DIFFTEST_WHOLE_SAMPLES is set (CONTRIBUTING.md, before a release).
inline std::int64_t sample_size(std::int64_t wanted) {
#ifdef __SANITIZE_ADDRESS__
    const bool whole =
        std::getenv("DIFFTEST_WHOLE_SAMPLES") != nullptr;  // NOLINT(concurrency-mt-unsafe): never set here
#else
    const bool whole = true;
#endif
    return whole ? wanted : std::max<std::int64_t>(wanted / 10, 1);
}

}  // namespace difftest::harness
