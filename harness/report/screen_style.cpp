#include "harness/report/screen_style.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace difftest::harness {

ScreenStyle screen_style_for(int descriptor) {
    ScreenStyle style;
    if (::isatty(descriptor) == 0) {
        return style;
    }
    const char* no_colour = std::getenv("NO_COLOR");
    const char* terminal = std::getenv("TERM");
    style.colours =
        (no_colour == nullptr || *no_colour == '\0') && (terminal == nullptr || std::string_view(terminal) != "dumb");
    winsize size{};
    if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        style.width = size.ws_col;
    }
    return style;
}

}  // namespace difftest::harness
