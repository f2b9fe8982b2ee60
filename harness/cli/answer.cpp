#include "harness/cli/answer.hpp"

#include <cstdio>
#include <stdexcept>

#include <unistd.h>

namespace difftest::harness::cli {

ScreenStyle screen_style_for_answer() {
    return screen_style_for(STDOUT_FILENO);
}

void write_answer(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
        throw std::runtime_error("the answer cannot be written to stdout");
    }
}

}  // namespace difftest::harness::cli
