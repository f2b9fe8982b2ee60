#pragma once

#include "backends/opencl/device_list.hpp"
#include "backends/opencl/memory_plan.hpp"
#include "backends/opencl/partitioning.hpp"

#include <cstdint>
#include <string>

/// What a plan asks of a device's memory, what of it the device has, and how a driver says that there is not as much.
namespace difftest::backends::opencl {

struct MemoryNeed {
    std::uint64_t bytes = 0;    ///< of all allocations together
    std::uint64_t largest = 0;  ///< of the largest of them
};

/// What the partitions need at least, whatever their layouts: the tensors that they read and write, without padding,
/// guards and tables. `separate`: each tensor is an allocation of its own, else all are one.
MemoryNeed least_need(const graph::Graph& graph, const Partitioning& partitions, bool separate);

/// What the plan of the memory needs, to the byte.
MemoryNeed need_of(const MemoryPlan& plan, bool separate);

/// "not enough device memory: 9216.0 MiB are needed, 'name' has 4096.0 MiB"; empty where the device has as much as it
/// says (CL_DEVICE_GLOBAL_MEM_SIZE) and allows it (CL_DEVICE_MAX_MEM_ALLOC_SIZE).
std::string why_too_large(const Device& device, const MemoryNeed& need);

/// Throws Unsupported where a device that takes its memory from this process (a CPU) would find none for the need and
/// its compiler. Drivers do not report that: an assertion of PoCL 3.1 ends the process, the compilers of PoCL and Intel
/// die or hang.
void expect_host_memory(const Device& device, const MemoryNeed& need);

/// What is asked of the driver. Many allocate when memory is used for the first time.
enum class MemoryMoment { allocation, first_transfer, launch };

/// Whether the driver says that memory is short. CL_OUT_OF_RESOURCES of a launch may be anything, such as an access to
/// a wild address: that is no shortage but an error.
bool is_shortage(cl_int status, MemoryMoment moment);

/// "not enough device memory: 12.0 MiB are needed (CL_OUT_OF_RESOURCES of 'name')"
std::string shortage_text(const Device& device, const MemoryNeed& need, cl_int status);

}  // namespace difftest::backends::opencl
