#include "backends/opencl/kernel_set.hpp"

#include "backends/opencl/function_library.hpp"

#include <utility>

namespace difftest::backends::opencl {

KernelSet kernel_set(std::vector<Kernel> kernels, const PlanSpecification& specification,
                     const DeviceFeatures& features) {
    KernelSet set{std::move(kernels), ""};
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
