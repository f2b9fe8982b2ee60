#pragma once

#include "backends/opencl/device_features.hpp"
#include "backends/opencl/opencl_api.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace difftest::backends::opencl {

/// A device that the ICD loader lists. `selector` is what the command line calls it: "PLATFORM.DEVICE", such as "0.0".
struct Device {
    std::string selector;
    std::string platform;
    std::string name;
    std::string version;  ///< CL_DEVICE_VERSION
    std::string driver;
    std::string extensions;                   ///< in one text, as the device lists them
    bool correctly_rounded_division = false;  ///< CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT in single precision
    bool subnormals = false;                  ///< CL_FP_DENORM in single precision
    bool round_to_nearest = false;            ///< CL_FP_ROUND_TO_NEAREST in single precision
    bool fused_multiply_add = false;          ///< CL_FP_FMA in single precision
    bool full_profile = false;
    DeviceFeatures features;
    std::uint64_t alignment = 1;           ///< of the first byte of a sub-buffer
    std::uint64_t memory = 0;              ///< CL_DEVICE_GLOBAL_MEM_SIZE, in bytes
    std::uint64_t largest_allocation = 0;  ///< in bytes
    bool is_host = false;                  ///< a CPU: its memory is this process's
    cl::Device handle;
};

/// All devices of all platforms; empty when no platform is installed. A device that cannot be asked is left out.
std::vector<Device> list_devices();

/// The device that `selector` names: "PLATFORM.DEVICE", or a part of the name of its platform, failing that of its
/// own, failing that of its version ("pocl"), without regard to case; the first device when it is empty. Throws
/// BackendError, naming what there is.
Device choose_device(const std::string& selector);

/// One JSON document on the devices, and on drivers that the loader cannot use, for whoever must not load drivers:
/// `difftest doctor`.
std::string devices_document();

}  // namespace difftest::backends::opencl
