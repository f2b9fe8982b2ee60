#pragma once

#include <cstdint>

namespace difftest::backends {

/// Rounding mode, flush modes and exception masks of this thread: the control bits of MXCSR and of the x87 control word
/// on x86-64, the rounding mode elsewhere. Sticky exception flags are no part of it.
class FloatingPointEnvironment {
public:
    static FloatingPointEnvironment current();

    /// Makes it the thread's environment again.
    void restore() const;

    friend bool operator==(const FloatingPointEnvironment&, const FloatingPointEnvironment&) = default;

private:
    std::uint32_t vector_control_ = 0;
    std::uint16_t x87_control_ = 0;
};

}  // namespace difftest::backends
