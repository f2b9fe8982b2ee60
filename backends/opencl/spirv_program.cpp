#include "backends/opencl/spirv_program.hpp"

#include "backends/backend.hpp"

#include <fmt/format.h>

namespace difftest::backends::opencl {
namespace {

using CreateProgram = cl_program(CL_API_CALL*)(cl_context, const void*, std::size_t, cl_int*);

/// The device says in a text which versions it takes; empty for none. Older devices do not know the question.
bool takes_intermediate_language(const cl::Device& device) {
    std::size_t size = 0;
    const cl_int status = clGetDeviceInfo(device(), CL_DEVICE_IL_VERSION, 0, nullptr, &size);
    return status == CL_SUCCESS && size > 1;
}

/// Of OpenCL 2.1, or the extension's.
CreateProgram creator(const cl::Device& device) {
    const std::string version = device.getInfo<CL_DEVICE_VERSION>();  // "OpenCL 3.0 ..."
    constexpr std::size_t kMajor = 7;
    const bool is_core = version.size() > kMajor + 2 && (version[kMajor] > '2' || version.substr(kMajor, 3) >= "2.1");
    if (is_core) {
        return &clCreateProgramWithIL;
    }
    cl_platform_id platform = nullptr;  // which getInfo wraps in newer headers
    device.getInfo(CL_DEVICE_PLATFORM, &platform);
    return reinterpret_cast<CreateProgram>(
        clGetExtensionFunctionAddressForPlatform(platform, "clCreateProgramWithILKHR"));
}

}  // namespace

cl::Program program_from_spirv(const cl::Context& context, const cl::Device& device, const std::string& program) {
    const CreateProgram create = takes_intermediate_language(device) ? creator(device) : nullptr;
    if (create == nullptr) {
        throw BackendError(
            fmt::format("{} takes no SPIR-V (neither OpenCL 2.1 with CL_DEVICE_IL_VERSION nor "
                        "cl_khr_il_program)",
                        device.getInfo<CL_DEVICE_NAME>().c_str()));
    }
    cl_int status = CL_SUCCESS;
    const cl_program created = create(context(), program.data(), program.size(), &status);
    if (status != CL_SUCCESS) {
        throw cl::Error(status, "clCreateProgramWithIL");
    }
    return cl::Program(created);
}

}  // namespace difftest::backends::opencl
