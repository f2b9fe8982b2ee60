// Loaded before the OpenCL loader (LD_PRELOAD), it lets one call fail as on a device whose memory is short: the call
// that DIFFTEST_SHORTAGE_AT names, with the status in DIFFTEST_SHORTAGE_STATUS. "clGetDeviceInfo": the device has that
// many bytes.
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <dlfcn.h>

#include <cstdlib>
#include <cstring>
#include <string_view>

namespace {

bool is_asked_for(std::string_view call) {
    const char* const name = std::getenv("DIFFTEST_SHORTAGE_AT");
    return name != nullptr && name == call;
}

long number() {
    const char* const text = std::getenv("DIFFTEST_SHORTAGE_STATUS");
    return text == nullptr ? 0 : std::strtol(text, nullptr, 10);
}

template <typename Function>
Function* next(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

cl_mem clCreateBuffer(cl_context context, cl_mem_flags flags, size_t size, void* host, cl_int* status) {
    if (is_asked_for("clCreateBuffer")) {
        if (status != nullptr) {
            *status = static_cast<cl_int>(number());
        }
        return nullptr;
    }
    return next<decltype(clCreateBuffer)>("clCreateBuffer")(context, flags, size, host, status);
}

cl_int clEnqueueWriteBuffer(cl_command_queue queue, cl_mem buffer, cl_bool blocking, size_t offset, size_t size,
                            const void* from, cl_uint count, const cl_event* events, cl_event* event) {
    return is_asked_for("clEnqueueWriteBuffer")
               ? static_cast<cl_int>(number())
               : next<decltype(clEnqueueWriteBuffer)>("clEnqueueWriteBuffer")(queue, buffer, blocking, offset, size,
                                                                              from, count, events, event);
}

cl_int clEnqueueNDRangeKernel(cl_command_queue queue, cl_kernel kernel, cl_uint dimensions, const size_t* offset,
                              const size_t* global, const size_t* local, cl_uint count, const cl_event* events,
                              cl_event* event) {
    return is_asked_for("clEnqueueNDRangeKernel")
               ? static_cast<cl_int>(number())
               : next<decltype(clEnqueueNDRangeKernel)>("clEnqueueNDRangeKernel")(queue, kernel, dimensions, offset,
                                                                                  global, local, count, events, event);
}

cl_int clGetDeviceInfo(cl_device_id device, cl_device_info what, size_t size, void* value, size_t* written) {
    const cl_int status = next<decltype(clGetDeviceInfo)>("clGetDeviceInfo")(device, what, size, value, written);
    if (what == CL_DEVICE_GLOBAL_MEM_SIZE && value != nullptr && is_asked_for("clGetDeviceInfo")) {
        const cl_ulong bytes = static_cast<cl_ulong>(number());
        std::memcpy(value, &bytes, sizeof bytes);
    }
    return status;
}
}
