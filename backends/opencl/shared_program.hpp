#pragma once

#include <string>
#include <string_view>

namespace difftest::backends::opencl {

/// The program of the plans "+shared": a kernel for each kind of head, which finds everything that is special about a
/// case (types, shapes, layouts, parameters, the steps of the epilogue) in words of its memory (shared_kernel.cpp
/// writes them). The steps call the functions of function_library.hpp, as generated kernels do. `native_dot`: with the
/// device's integer dot product.
std::string shared_program(bool native_dot, bool divides_in_double);

/// The part on the epilogue: loads, steps, the store.
std::string_view shared_steps_text();

/// The part on the heads: the kernels.
std::string_view shared_heads_text();

/// Places in the words of a kernel; the texts read them by these numbers.
namespace shared_words {
enum Header : int {
    items,
    rank,
    steps,
    first_step,
    step_size,
    output_offset,
    output_type,
    head,
    shape  ///< `rank` extents, then `rank` address terms of three words each
};
inline constexpr int kAttributes = 5;
inline constexpr int kOperands = 5;
/// A step: operation, output type, attributes, operands. An operand: source, register or offset, type, address terms.
inline constexpr int kStepHead = 2 + kAttributes;
inline constexpr int kOperandHead = 3;
enum Source : int { absent, in_register, in_memory };
}  // namespace shared_words

}  // namespace difftest::backends::opencl
