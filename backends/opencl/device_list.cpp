#include "backends/opencl/device_list.hpp"

#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <fmt/format.h>

#include <cstddef>

namespace difftest::backends::opencl {
namespace {

/// A text property through one of the two clGet...Info functions; empty when it cannot be had.
template <class Object, class Query>
std::string text_of(Query query, Object object, cl_uint property) {
    std::size_t size = 0;
    if (query(object, property, 0, nullptr, &size) != CL_SUCCESS || size == 0) {
        return "";
    }
    std::string text(size, '\0');
    if (query(object, property, size, text.data(), nullptr) != CL_SUCCESS) {
        return "";
    }
    return text.substr(0, text.find('\0'));
}

std::vector<cl_device_id> devices_of(cl_platform_id platform) {
    cl_uint count = 0;
    if (clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 0, nullptr, &count) != CL_SUCCESS) {
        return {};
    }
    std::vector<cl_device_id> devices(count);
    if (clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, count, devices.data(), nullptr) != CL_SUCCESS) {
        return {};
    }
    return devices;
}

}  // namespace

std::vector<Device> list_devices() {
    cl_uint count = 0;
    if (clGetPlatformIDs(0, nullptr, &count) != CL_SUCCESS) {
        return {};
    }
    std::vector<cl_platform_id> platforms(count);
    if (clGetPlatformIDs(count, platforms.data(), nullptr) != CL_SUCCESS) {
        return {};
    }
    std::vector<Device> result;
    for (std::size_t p = 0; p < platforms.size(); ++p) {
        const std::vector<cl_device_id> devices = devices_of(platforms[p]);
        for (std::size_t d = 0; d < devices.size(); ++d) {
            cl_device_fp_config config = 0;
            if (clGetDeviceInfo(devices[d], CL_DEVICE_SINGLE_FP_CONFIG, sizeof config, &config, nullptr) !=
                CL_SUCCESS) {
                continue;
            }
            result.push_back({fmt::format("{}.{}", p, d), text_of(clGetPlatformInfo, platforms[p], CL_PLATFORM_NAME),
                              text_of(clGetDeviceInfo, devices[d], CL_DEVICE_NAME),
                              text_of(clGetDeviceInfo, devices[d], CL_DEVICE_VERSION),
                              text_of(clGetDeviceInfo, devices[d], CL_DRIVER_VERSION),
                              (config & CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT) != 0, (config & CL_FP_DENORM) != 0});
        }
    }
    return result;
}

}  // namespace difftest::backends::opencl
