#include "backends/opencl/device_list.hpp"

#include "backends/backend.hpp"
#include "backends/opencl/driver_files.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <utility>

namespace difftest::backends::opencl {
namespace {

/// Without the zero at the end that drivers count in or not.
std::string trimmed(std::string text) {
    while (!text.empty() && (text.back() == '\0' || text.back() == ' ')) {
        text.pop_back();
    }
    return text;
}

bool lists(const std::string& extensions, std::string_view name) {
    return (" " + extensions + " ").find(fmt::format(" {} ", name)) != std::string::npos;
}

/// The value of a property that older devices do not know; 0 where it is unknown.
template <typename Value>
Value property(const cl::Device& handle, cl_device_info name) {
    Value value = 0;
    return clGetDeviceInfo(handle(), name, sizeof value, &value, nullptr) == CL_SUCCESS ? value : Value{0};
}

bool has_dot_product(const std::string& extensions, const cl::Device& handle) {
    const auto kinds = property<cl_device_integer_dot_product_capabilities_khr>(
        handle, CL_DEVICE_INTEGER_DOT_PRODUCT_CAPABILITIES_KHR);
    return lists(extensions, "cl_khr_integer_dot_product") &&
           (kinds & CL_DEVICE_INTEGER_DOT_PRODUCT_INPUT_4x8BIT_KHR) != 0;
}

void ask_for_half(Device& device, const cl::Device& handle) {
    const auto config = property<cl_device_fp_config>(handle, CL_DEVICE_HALF_FP_CONFIG);
    device.features.half = lists(device.extensions, "cl_khr_fp16") && (config & CL_FP_ROUND_TO_NEAREST) != 0;
    device.features.half_subnormals = device.features.half && (config & CL_FP_DENORM) != 0;
}

/// Devices of OpenCL 3.0 that have sub-groups may list no extension for them.
SubGroups sub_groups_of(const std::string& extensions, const cl::Device& handle) {
    if (lists(extensions, "cl_intel_subgroups") && lists(extensions, "cl_intel_subgroups_char") &&
        lists(extensions, "cl_intel_required_subgroup_size")) {
        return SubGroups::intel;
    }
    const bool has_some = property<cl_uint>(handle, CL_DEVICE_MAX_NUM_SUB_GROUPS) > 0;
    return has_some || lists(extensions, "cl_khr_subgroups") ? SubGroups::khr : SubGroups::none;
}

Device describe(const cl::Platform& platform, const cl::Device& handle, std::string selector) {
    Device device;
    device.selector = std::move(selector);
    device.platform = trimmed(platform.getInfo<CL_PLATFORM_NAME>());
    device.name = trimmed(handle.getInfo<CL_DEVICE_NAME>());
    device.version = trimmed(handle.getInfo<CL_DEVICE_VERSION>());
    device.driver = trimmed(handle.getInfo<CL_DRIVER_VERSION>());
    device.extensions = trimmed(handle.getInfo<CL_DEVICE_EXTENSIONS>());
    const cl_device_fp_config config = handle.getInfo<CL_DEVICE_SINGLE_FP_CONFIG>();
    device.correctly_rounded_division = (config & CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT) != 0;
    device.subnormals = (config & CL_FP_DENORM) != 0;
    device.round_to_nearest = (config & CL_FP_ROUND_TO_NEAREST) != 0;
    device.fused_multiply_add = (config & CL_FP_FMA) != 0;
    device.full_profile = trimmed(handle.getInfo<CL_DEVICE_PROFILE>()) == "FULL_PROFILE";
    device.features.integer_dot_product = has_dot_product(device.extensions, handle);
    device.features.divides_in_double = !device.correctly_rounded_division && lists(device.extensions, "cl_khr_fp64");
    ask_for_half(device, handle);
    device.features.sub_groups = sub_groups_of(device.extensions, handle);
    device.alignment = std::max<std::uint64_t>(handle.getInfo<CL_DEVICE_MEM_BASE_ADDR_ALIGN>() / 8, 1);
    device.memory = handle.getInfo<CL_DEVICE_GLOBAL_MEM_SIZE>();
    device.is_host = (handle.getInfo<CL_DEVICE_TYPE>() & CL_DEVICE_TYPE_CPU) != 0;
    device.largest_allocation = handle.getInfo<CL_DEVICE_MAX_MEM_ALLOC_SIZE>();
    device.handle = handle;
    return device;
}

std::vector<cl::Platform> platforms() {
    std::vector<cl::Platform> found;
    try {
        cl::Platform::get(&found);
    } catch (const cl::Error&) {
        found.clear();  // the loader's way to say that there is none
    }
    return found;
}

std::string why_no_device() {
    if (!platforms().empty()) {
        return "no OpenCL platform has a device";
    }
    std::vector<std::string> drivers;
    for (const DriverFile& driver : driver_files()) {
        drivers.push_back(fmt::format("{} ({}) {}", driver.file, driver.library,
                                      driver.problem.empty() ? "offers none" : driver.problem));
    }
    if (drivers.empty()) {
        return fmt::format("the ICD loader finds no OpenCL platform (install pocl-opencl-icd); no .icd file in {}",
                           drivers_folder());
    }
    return fmt::format("the ICD loader finds no OpenCL platform: {}", fmt::join(drivers, "; "));
}

std::string in_lower_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char letter) { return std::tolower(letter); });
    return text;
}

/// The device of that number, else the first whose platform has the name in its own, else the first that has it itself:
/// PoCL's devices have the names of CPUs, and "intel" means Intel's driver where both are there. PoCL calls itself so
/// in versions only.
std::vector<Device>::const_iterator find_device(const std::vector<Device>& devices, const std::string& selector) {
    const std::string wanted = in_lower_case(selector);
    const auto has_number = [&](const Device& each) { return selector.empty() || each.selector == selector; };
    auto found = std::find_if(devices.begin(), devices.end(), has_number);
    for (const auto text : {&Device::platform, &Device::name, &Device::version}) {
        if (found == devices.end()) {
            found = std::find_if(devices.begin(), devices.end(), [&](const Device& each) {
                return in_lower_case(each.*text).find(wanted) != std::string::npos;
            });
        }
    }
    return found;
}

}  // namespace

std::vector<Device> list_devices() {
    std::vector<Device> result;
    const std::vector<cl::Platform> all = platforms();
    for (std::size_t p = 0; p < all.size(); ++p) {
        std::vector<cl::Device> devices;
        try {
            all[p].getDevices(CL_DEVICE_TYPE_ALL, &devices);
        } catch (const cl::Error&) {
            continue;  // a platform without devices, or a broken one
        }
        for (std::size_t d = 0; d < devices.size(); ++d) {
            try {
                result.push_back(describe(all[p], devices[d], fmt::format("{}.{}", p, d)));
            } catch (const cl::Error&) {
                continue;  // cannot be asked
            }
        }
    }
    return result;
}

Device choose_device(const std::string& selector) {
    const std::vector<Device> devices = list_devices();
    if (devices.empty()) {
        throw BackendError(why_no_device());
    }
    const auto device = find_device(devices, selector);
    if (device == devices.end()) {
        std::vector<std::string> names;
        for (const Device& each : devices) {
            names.push_back(fmt::format("{} ({}, {})", each.selector, each.name, each.platform));
        }
        throw BackendError(fmt::format("no OpenCL device '{}'; there is {}", selector, fmt::join(names, ", ")));
    }
    return *device;
}

}  // namespace difftest::backends::opencl
