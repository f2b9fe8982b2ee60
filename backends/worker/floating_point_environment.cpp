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
}

FloatingPointEnvironment FloatingPointEnvironment::current() {
    FloatingPointEnvironment result;
    result.vector_control_ = _mm_getcsr() & ~kStickyFlags;
    asm volatile("fnstcw %0" : "=m"(result.x87_control_));
    return result;
}

void FloatingPointEnvironment::restore() const {
    _mm_setcsr(vector_control_);
    asm volatile("fldcw %0" : : "m"(x87_control_));
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
