#pragma once

#include <cstdint>

namespace difftest::backends {

/// Rounding mode, flush modes and exception masks of this thread: on x86-64 the control bits of MXCSR, the x87 control
/// word, and whether the x87 registers are free, as the calling convention demands (MMX code that forgets `emms` leaves
/// them in use); the rounding mode elsewhere. Sticky exception flags are no part of it.
class FloatingPointEnvironment {
public:
    static FloatingPointEnvironment current();

    /// Makes it the thread's environment again; x87 registers are freed.
    void restore() const;

    /// MXCSR without its sticky flags; elsewhere the rounding mode of <cfenv>.
    std::uint32_t vector_control() const { return vector_control_; }
    /// 0 where there is no x87.
    std::uint16_t x87_control() const { return x87_control_; }

    friend bool operator==(const FloatingPointEnvironment&, const FloatingPointEnvironment&) = default;

private:
    std::uint32_t vector_control_ = 0;
    std::uint16_t x87_control_ = 0;
    bool x87_registers_in_use_ = false;
};

}  // namespace difftest::backends
