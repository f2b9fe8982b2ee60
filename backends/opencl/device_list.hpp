#pragma once

#include <string>
#include <vector>

namespace difftest::backends::opencl {

/// A device that the ICD loader lists. `selector` is what the command line calls it: "PLATFORM.DEVICE", such as "0.0".
struct Device {
    std::string selector;
    std::string platform;
    std::string name;
    std::string version;  ///< CL_DEVICE_VERSION
    std::string driver;
    bool correctly_rounded_division = false;  ///< CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT in single precision
    bool subnormals = false;                  ///< CL_FP_DENORM in single precision
};

/// All devices of all platforms; empty when no platform is installed. A device that cannot be asked is left out.
std::vector<Device> list_devices();

}  // namespace difftest::backends::opencl
