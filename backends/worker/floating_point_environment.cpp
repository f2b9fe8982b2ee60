#include "backends/worker/floating_point_environment.hpp"

#if defined(__x86_64__)
#include <xmmintrin.h>
#else
#include <cfenv>
#endif

namespace difftest::backends {

#if defined(__x86_64__)

namespace {

constexpr std::uint32_t kStickyFlags = 0x3F;
constexpr std::uint16_t kAllRegistersFree = 0xFFFF;

/// What fnstenv stores in 64-bit mode (Intel SDM, volume 1, figure 8-9).
struct X87Environment {
    std::uint16_t control;
    std::uint16_t reserved_1;
    std::uint16_t status;
    std::uint16_t reserved_2;
    std::uint16_t tags;
    std::uint16_t reserved_3;
    std::uint32_t pointers[4];
};
static_assert(sizeof(X87Environment) == 28);

}  // namespace

FloatingPointEnvironment FloatingPointEnvironment::current() {
    X87Environment x87{};
    // Storing masks all exceptions, so that it is loaded back.
    asm volatile("fnstenv %0\n\tfldenv %0" : "+m"(x87));
    FloatingPointEnvironment result;
    result.vector_control_ = _mm_getcsr() & ~kStickyFlags;
    result.x87_control_ = x87.control;
    result.x87_registers_in_use_ = x87.tags != kAllRegistersFree;
    return result;
}

void FloatingPointEnvironment::restore() const {
    _mm_setcsr(vector_control_);
    asm volatile("fninit\n\tfldcw %0" : : "m"(x87_control_));
}

#else

FloatingPointEnvironment FloatingPointEnvironment::current() {
    FloatingPointEnvironment result;
    result.vector_control_ = static_cast<std::uint32_t>(std::fegetround());
    return result;
}

void FloatingPointEnvironment::restore() const {
    std::fesetround(static_cast<int>(vector_control_));
}

#endif

}  // namespace difftest::backends
