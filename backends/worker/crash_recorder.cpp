#include "backends/worker/crash_recorder.hpp"

#include <dlfcn.h>
#include <execinfo.h>
#include <ucontext.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace difftest::backends {
namespace {

using protocol::ArenaHeader;
using protocol::kFrameBytes;
using protocol::kMaximumFrames;

// A signal handler gets no argument of ours.
ArenaHeader* recorded_header = nullptr;

constexpr std::size_t kAlternateStackBytes = 128 * 1024;
constexpr std::array kFatalSignals{SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS, SIGQUIT};

/// Text in a fixed field, made without allocating: the heap may be what is broken.
class FrameText {
public:
    explicit FrameText(std::array<char, kFrameBytes>& field) : field_(field) { field_[0] = '\0'; }

    FrameText& operator<<(std::string_view text) {
        const std::size_t count = std::min(text.size(), field_.size() - 1 - used_);
        std::memcpy(field_.data() + used_, text.data(), count);
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
void describe_frame(const void* address, const void* searched, std::array<char, kFrameBytes>& field) {
    FrameText text(field);
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

const void* interrupted_instruction(const void* context) {
#if defined(__x86_64__)
    return reinterpret_cast<const void*>(static_cast<const ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP]);
#elif defined(__aarch64__)
    return reinterpret_cast<const void*>(static_cast<const ucontext_t*>(context)->uc_mcontext.pc);
#else
    (void)context;
    return nullptr;
#endif
}

void record_frames(const void* instruction) {
    std::array<void*, kMaximumFrames + 8> addresses;
    const int found = ::backtrace(addresses.data(), static_cast<int>(addresses.size()));
    const auto end = addresses.begin() + std::max(found, 0);
    // What stands before the interrupted instruction is this handler.
    auto next = std::find(addresses.begin(), end, instruction);
    std::uint32_t count = 0;
    describe_frame(instruction, instruction, recorded_header->frame[count++]);
    recorded_header->frames = count;
    if (next != end) {
        ++next;
    }
    for (; next != end && count < kMaximumFrames; ++next) {
        describe_frame(*next, static_cast<const char*>(*next) - 1, recorded_header->frame[count++]);
        recorded_header->frames = count;
    }
}

void on_fatal_signal(int signal, siginfo_t* /*information*/, void* context) {
    std::int32_t none = 0;
    // Only the first thread that dies is recorded.
    if (recorded_header->signal.compare_exchange_strong(none, signal)) {
        record_frames(interrupted_instruction(context));
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
