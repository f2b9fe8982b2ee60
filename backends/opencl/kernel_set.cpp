#include "backends/opencl/kernel_set.hpp"

#include "backends/opencl/function_library.hpp"

#include <utility>

namespace difftest::backends::opencl {

KernelSet kernel_set(const graph::Graph& graph, std::vector<Kernel> kernels, const PlanSpecification& specification,
                     const DeviceFeatures& features, std::size_t alignment) {
    MemoryPlan memory = memory_plan(graph, specification, kernels, alignment);
    KernelSet set{std::move(kernels), std::move(memory), ""};
    std::string text;
    for (const Kernel& kernel : set.kernels) {
        text += kernel.is_program ? "" : "\n" + kernel.source;
    }
    if (!text.empty()) {
        const bool contraction =
            specification.build == BuildVariant::contraction || specification.build == BuildVariant::mad_enable;
        const bool in_double = features.divides_in_double && specification.build != BuildVariant::relaxed_math;
        set.source = library_preamble(contraction, specification.native_half) + functions_for(text, in_double) + text;
    }
    return set;
}

}  // namespace difftest::backends::opencl
