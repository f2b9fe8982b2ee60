#pragma once

#include <cstdint>

namespace difftest::backends::opencl {

/// What work items of a sub-group can exchange.
enum class SubGroups : std::uint8_t {
    none,
    khr,   ///< cl_khr_subgroups: broadcasts, in sub-groups whose size is the device's choice
    intel  ///< cl_intel_subgroups with block reads of bytes, and cl_intel_required_subgroup_size
};

/// What the device offers to the code that is generated.
struct DeviceFeatures {
    bool integer_dot_product = false;  ///< cl_khr_integer_dot_product on vectors of four bytes
    bool half = false;                 ///< cl_khr_fp16, rounding to nearest
    bool half_subnormals = false;      ///< and it keeps subnormal halves: CL_FP_DENORM, or measured (half_probe.hpp)
    bool divides_in_double = false;    ///< no correctly rounded division of floats, but cl_khr_fp64
    SubGroups sub_groups = SubGroups::none;
    friend bool operator==(const DeviceFeatures&, const DeviceFeatures&) = default;
};

}  // namespace difftest::backends::opencl
