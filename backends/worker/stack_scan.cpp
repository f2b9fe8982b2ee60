#include "backends/worker/stack_scan.hpp"

#include <dlfcn.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>

namespace difftest::backends {
namespace {

constexpr std::size_t kScannedWords = 2048;

/// Copies memory that may not be there. Returns the number of bytes copied.
std::size_t read_anything(std::uintptr_t address, void* target, std::size_t bytes) {
    const iovec to{target, bytes};
    const iovec from{reinterpret_cast<void*>(address), bytes};
    const ssize_t copied = ::process_vm_readv(::getpid(), &to, 1, &from, 1, 0);
    return copied < 0 ? 0 : static_cast<std::size_t>(copied);
}

/// x86-64: call rel32 is E8 and four bytes; an indirect call is FF with 2 in the middle field of its second byte, and
/// two to seven bytes long.
bool follows_a_call(std::uintptr_t address) {
    constexpr std::size_t kLongestCall = 7;
    std::array<std::uint8_t, kLongestCall> code{};
    if (address < kLongestCall || read_anything(address - kLongestCall, code.data(), code.size()) != code.size()) {
        return false;
    }
    if (code[kLongestCall - 5] == 0xE8) {
        return true;
    }
    for (std::size_t length = 2; length <= kLongestCall; ++length) {
        const std::size_t first = kLongestCall - length;
        if (code[first] == 0xFF && (code[first + 1] >> 3 & 7) == 2) {
            return true;
        }
    }
    return false;
}

}  // namespace

std::size_t scan_stack(const void* stack_pointer, std::span<const void*> found) {
#if defined(__x86_64__)
    std::array<std::uintptr_t, kScannedWords> words;
    const auto start = reinterpret_cast<std::uintptr_t>(stack_pointer) & ~std::uintptr_t{7};
    const std::size_t count = read_anything(start, words.data(), sizeof words) / sizeof words[0];
    std::size_t filled = 0;
    for (std::size_t index = 0; index < count && filled < found.size(); ++index) {
        const auto* const address = reinterpret_cast<const void*>(words[index]);
        Dl_info info{};
        if (::dladdr(address, &info) != 0 && follows_a_call(words[index])) {
            found[filled++] = address;
        }
    }
    return filled;
#else
    (void)stack_pointer;
    (void)found;
    return 0;
#endif
}

}  // namespace difftest::backends
