#include "backends/opencl/half_probe.hpp"

#include "backends/opencl/function_library.hpp"
#include "backends/opencl/plan_contract.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

namespace difftest::backends::opencl {
namespace {

constexpr std::size_t kPairs = 4;
constexpr std::size_t kOperations = 3;
using Halves = std::array<cl_ushort, kOperations * kPairs>;

// Bits of halves: 0x0001 = 2^-24, 0x0200 = 2^-15, 0x03ff = 1023 * 2^-24 are subnormal, 0x0400 = 2^-14 is the least that
// is not; 0x3800 = 0.5, 0x3c00 = 1, 0x4000 = 2; 0x8000 is the sign. Four sums, four differences, four products, all
// exact.
constexpr Halves kLeft{0x0001, 0x0400, 0x0200, 0x8001, 0x0400, 0x0001, 0x0000, 0x0200, 0x0400, 0x0200, 0x0001, 0x8003};
constexpr Halves kRight{0x0001, 0x8200, 0x0200, 0x0000, 0x0001, 0x0002, 0x0200, 0x8200, 0x3800, 0x4000, 0x3c00, 0x4000};
constexpr Halves kExact{0x0002, 0x0200, 0x0400, 0x8001, 0x03ff, 0x8001, 0x8200, 0x0400, 0x0200, 0x0400, 0x0001, 0x8006};

std::string source() {
    std::string body;
    const std::array<const char*, kOperations> operations{"add", "subtract", "multiply"};
    for (std::size_t i = 0; i < kOperations; ++i) {
        body += fmt::format(
            "    for (int i = {0}; i < {0} + {1}; ++i) {{\n"
            "        one[i] = convert_half_rte(half_{2}_1(convert_float(a[i]), convert_float(b[i])));\n"
            "    }}\n"
            "    vstore4(convert_half4_rte(half_{2}_4(convert_float4(vload4({3}, a)), convert_float4(vload4({3}, b)))),"
            " {3}, four);\n",
            i * kPairs, kPairs, operations[i], i);
    }
    const std::string kernel =
        "__kernel void half_probe(__global const half* a, __global const half* b, __global half* one,\n"
        "                         __global half* four) {\n" +
        body + "}\n";
    return library_preamble(false, true) + functions_for(kernel, false) + kernel;
}

bool keeps_them(DeviceSession& session, BuildVariant build) {
    cl::Kernel kernel(session.programs.program(source(), options_of(session.device, build)), "half_probe");
    constexpr std::size_t kBytes = sizeof(Halves);
    std::array<Halves, 4> halves{kLeft, kRight, {}, {}};
    std::array<cl::Buffer, 4> buffers;
    for (cl_uint i = 0; i < buffers.size(); ++i) {
        buffers[i] = cl::Buffer(session.context, CL_MEM_READ_WRITE, kBytes);
        session.queue.enqueueWriteBuffer(buffers[i], CL_TRUE, 0, kBytes, halves[i].data());
        kernel.setArg(i, buffers[i]);
    }
    session.queue.enqueueNDRangeKernel(kernel, cl::NullRange, cl::NDRange(1), cl::NDRange(1));
    for (const std::size_t i : {2U, 3U}) {
        session.queue.enqueueReadBuffer(buffers[i], CL_TRUE, 0, kBytes, halves[i].data());
    }
    return halves[2] == kExact && halves[3] == kExact;
}

}  // namespace

bool keeps_subnormal_halves(DeviceSession& session) {
    try {
        return keeps_them(session, BuildVariant::strict) && keeps_them(session, BuildVariant::opt_disable);
    } catch (const cl::Error& error) {
        throw BackendError(
            fmt::format("half arithmetic of the device: {} ({})", status_text(error.err()), error.what()));
    }
}

}  // namespace difftest::backends::opencl
