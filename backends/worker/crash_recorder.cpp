#include "backends/worker/crash_recorder.hpp"

#include "backends/worker/stack_scan.hpp"

#include <dlfcn.h>
#include <execinfo.h>
#include <ucontext.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <string_view>

namespace difftest::backends {
namespace {

using protocol::ArenaHeader;
using protocol::kFrameBytes;
using protocol::kMaximumFrames;

// A signal handler gets no argument of ours.
ArenaHeader* recorded_header = nullptr;

constexpr std::size_t kAlternateStackBytes = std::size_t{128} * 1024;
constexpr std::array kFatalSignals{SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS, SIGQUIT};

/// Text in a fixed field, made without allocating: the heap may be what is broken.
class FrameText {
public:
    explicit FrameText(std::array<char, kFrameBytes>& field) : field_(field) { field_[0] = '\0'; }

    FrameText& operator<<(std::string_view text) {
        const std::size_t count = std::min(text.size(), field_.size() - 1 - used_);
        std::copy_n(text.data(), count, field_.data() + used_);
        used_ += count;
        field_[used_] = '\0';
        return *this;
    }

    FrameText& operator<<(std::uintptr_t number) {
        std::array<char, 2 * sizeof number> digits;
        std::size_t first = digits.size();
        do {
            digits[--first] = "0123456789abcdef"[number % 16];
            number /= 16;
        } while (number != 0);
        return *this << "0x" << std::string_view(digits.data() + first, digits.size() - first);
    }

private:
    std::array<char, kFrameBytes>& field_;
    std::size_t used_ = 0;
};

std::string_view file_name_of(const char* path) {
    const std::string_view whole(path);
    const std::size_t slash = whole.find_last_of('/');
    return slash == std::string_view::npos ? whole : whole.substr(slash + 1);
}

std::uintptr_t to_number(const void* address) {
    return reinterpret_cast<std::uintptr_t>(address);
}

/// `searched` is the address whose symbol is looked up: inside the call for a return address.
void describe_frame(const void* address, const void* searched, std::string_view prefix,
                    std::array<char, kFrameBytes>& field) {
    FrameText text(field);
    text << prefix;
    Dl_info info{};
    if (::dladdr(searched, &info) == 0 || info.dli_fname == nullptr) {
        // Code that was generated at run time. No address: it differs in each run of the same crash.
        text << "generated code";
        return;
    }
    text << file_name_of(info.dli_fname) << "+" << (to_number(address) - to_number(info.dli_fbase));
    if (info.dli_sname != nullptr) {
        text << " (" << info.dli_sname << ")";
    }
}

/// Where the signal struck.
struct Interruption {
    const void* instruction = nullptr;
    const void* stack_pointer = nullptr;
};

Interruption interruption_of(const void* context) {
#if defined(__x86_64__)
    const auto& registers = static_cast<const ucontext_t*>(context)->uc_mcontext.gregs;
    return {reinterpret_cast<const void*>(registers[REG_RIP]), reinterpret_cast<const void*>(registers[REG_RSP])};
#elif defined(__aarch64__)
    const auto& registers = static_cast<const ucontext_t*>(context)->uc_mcontext;
    return {reinterpret_cast<const void*>(registers.pc), reinterpret_cast<const void*>(registers.sp)};
#else
    (void)context;
    return {};
#endif
}

void add_frame(const void* address, const void* searched, std::string_view prefix = {}) {
    const std::uint32_t count = recorded_header->frames;
    if (count < kMaximumFrames) {
        describe_frame(address, searched, prefix, recorded_header->frame[count]);
        recorded_header->frames = count + 1;
    }
}

void record_frames(const Interruption& place) {
    std::array<void*, kMaximumFrames + 8> addresses;
    const int found = ::backtrace(addresses.data(), static_cast<int>(addresses.size()));
    const auto end = addresses.begin() + std::max(found, 0);
    // What stands before the interrupted instruction is this handler.
    auto next = std::find(addresses.begin(), end, place.instruction);
    add_frame(place.instruction, place.instruction);
    while (next != end && ++next != end) {
        add_frame(*next, static_cast<const char*>(*next) - 1);
    }
    if (recorded_header->frames > 1) {
        return;
    }
    // Nobody can unwind generated code. Whoever called it has left a return address on the stack.
    std::array<const void*, 8> guesses;
    const std::size_t count = scan_stack(place.stack_pointer, guesses);
    for (std::size_t index = 0; index < count; ++index) {
        add_frame(guesses[index], static_cast<const char*>(guesses[index]) - 1, "perhaps ");
    }
}

void on_fatal_signal(int signal, siginfo_t* /*information*/, void* context) {
    std::int32_t none = 0;
    // Only the first thread that dies is recorded.
    if (recorded_header->signal.compare_exchange_strong(none, signal)) {
        record_frames(interruption_of(context));
    }
    // SA_RESETHAND has put the default action back: this kills as soon as the handler returns.
    ::raise(signal);
}

}  // namespace

void record_crashes(ArenaHeader& header) {
    // The first call loads the unwinder, which allocates.
    std::array<void*, 2> addresses;
    ::backtrace(addresses.data(), static_cast<int>(addresses.size()));

    recorded_header = &header;
    // Static, because the kernel keeps using it until the process ends.
    alignas(16) static std::array<std::byte, kAlternateStackBytes> alternate_stack;
    stack_t stack{};
    stack.ss_sp = alternate_stack.data();
    stack.ss_size = alternate_stack.size();
    ::sigaltstack(&stack, nullptr);

    struct sigaction action {};
    action.sa_sigaction = on_fatal_signal;
    action.sa_flags = static_cast<int>(SA_SIGINFO | SA_ONSTACK | SA_RESETHAND);
    sigemptyset(&action.sa_mask);
    for (const int signal : kFatalSignals) {
        ::sigaction(signal, &action, nullptr);
    }
}

}  // namespace difftest::backends
