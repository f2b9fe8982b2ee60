#pragma once

#include "backends/opencl/device_list.hpp"
#include "backends/opencl/kernel_set.hpp"
#include "reference/graph/graph.hpp"

#include <span>
#include <string>

namespace difftest::backends::opencl {

/// What a plan asks of the device, written down so that a program without difftest can ask the same: programs, buffers
/// with what they hold in `image` (DeviceMemory), launches with their arguments. One JSON document, which
/// harness/export/opencl_program.cpp reads. `options`: the plan's. Throws Unsupported for kernels that read all buffers
/// from one memory, and for SPIR-V.
std::string recording_of(const graph::Graph& graph, const KernelSet& set, const Device& device,
                         const std::string& options, std::span<const std::byte> image);

}  // namespace difftest::backends::opencl
