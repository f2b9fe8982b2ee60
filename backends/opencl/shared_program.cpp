#include "backends/opencl/shared_program.hpp"

#include "backends/opencl/function_library.hpp"

#include <fmt/format.h>

namespace difftest::backends::opencl {

std::string shared_program(bool native_dot, bool divides_in_double) {
    std::string definitions = native_dot ? "#pragma OPENCL EXTENSION cl_khr_integer_dot_product : enable\n" : "";
    for (const std::string_view signs : {"ss", "su", "us", "uu"}) {
        const std::string upper = fmt::format("{}{}", signs[0] == 's' ? 'S' : 'U', signs[1] == 's' ? 'S' : 'U');
        definitions += fmt::format("#define DOT_{} {}\n", upper, native_dot ? "dot" : fmt::format("dot_{}", signs));
    }
    const std::string emulated = native_dot ? "" : "/* dot_ss( dot_su( dot_us( dot_uu( */";
    const std::string kernels =
        fmt::format("{}\n{}{}{}", emulated, definitions, shared_steps_text(), shared_heads_text());
    return functions_for(kernels, divides_in_double) + kernels;
}

}  // namespace difftest::backends::opencl
