#pragma once

#include <optional>
#include <string>

namespace difftest::harness::cli {

/// While it lives, the first SIGINT or SIGTERM is remembered, so that what was begun can be ended and kept; one that
/// comes some seconds later ends the process as usual. One at a time.
class Interruption {
public:
    Interruption();
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;
    ~Interruption();

    /// "interrupted by SIGTERM"; nothing before a signal came.
    static std::optional<std::string> reason();
};

}  // namespace difftest::harness::cli
