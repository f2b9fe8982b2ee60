#include "harness/execute/crash_report.hpp"

#include <cxxabi.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

namespace difftest::harness {
namespace {

using backends::protocol::ArenaHeader;

std::string demangled(const std::string& symbol) {
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> text(
        abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status), &std::free);
    return status == 0 && text ? std::string(text.get()) : symbol;
}

/// "module+0x12 (mangled)" with the symbol demangled.
std::string readable(const std::string& frame) {
    const std::size_t open = frame.find(" (");
    if (open == std::string::npos || frame.back() != ')') {
        return frame;
    }
    const std::string symbol = frame.substr(open + 2, frame.size() - open - 3);
    return fmt::format("{} ({})", frame.substr(0, open), demangled(symbol));
}

std::string text_of(const std::array<char, backends::protocol::kFrameBytes>& field) {
    std::string text(field.data(), ::strnlen(field.data(), field.size()));
    for (char& character : text) {
        const auto byte = static_cast<unsigned char>(character);
        if (byte < 0x20 || byte > 0x7E) {
            character = '?';
        }
    }
    return text;
}

std::string name_of_signal(int signal) {
    const char* const name = ::sigabbrev_np(signal);
    return name == nullptr ? fmt::format("signal {}", signal) : fmt::format("SIG{}", name);
}

}  // namespace

Crash report_crash(const ArenaHeader& header, const ProcessEnd& end, std::string log) {
    Crash crash;
    crash.signal = end.signal;
    crash.exit_code = end.exit_code;
    crash.stage = backends::protocol::name_of(header.stage.load());
    crash.log = std::move(log);
    if (header.signal.load() == 0) {
        return crash;
    }
    const std::size_t count = std::min<std::size_t>(header.frames.load(), backends::protocol::kMaximumFrames);
    for (std::size_t index = 0; index < count; ++index) {
        crash.frames.push_back(readable(text_of(header.frame[index])));
    }
    return crash;
}

std::string describe(const Crash& crash) {
    std::string text = crash.signal == 0 ? fmt::format("exited with code {}", crash.exit_code)
                                         : fmt::format("killed by {}", name_of_signal(crash.signal));
    text += fmt::format(" during {}", crash.stage);
    // abort() and what it calls say nothing about who called it.
    const auto culprit = std::find_if(crash.frames.begin(), crash.frames.end(),
                                      [](const std::string& frame) { return !frame.starts_with("libc.so"); });
    if (!crash.frames.empty()) {
        text += fmt::format(" in {}", culprit == crash.frames.end() ? crash.frames.front() : *culprit);
    }
    return text;
}

}  // namespace difftest::harness
