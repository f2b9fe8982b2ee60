#pragma once

#include "backends/kernel_manifest/manifest.hpp"
#include "backends/kernel_manifest/pattern_match.hpp"
#include "backends/opencl/device_layout.hpp"
#include "backends/opencl/device_list.hpp"
#include "backends/opencl/kernel.hpp"
#include "backends/opencl/plan_specification.hpp"
#include "reference/contract/contract.hpp"
#include "reference/graph/case.hpp"

#include <map>
#include <optional>
#include <string>
#include <variant>

/// A kernel that a user brings: its source and its manifest, made into what stands for a partition.
namespace difftest::backends::opencl {

class OwnKernel {
public:
    /// Reads both files. Throws BadInput.
    OwnKernel(const std::string& kernel_file, const std::string& manifest_file);

    const std::string& file() const { return file_; }
    const kernel_manifest::Manifest& manifest() const { return manifest_; }

    std::variant<kernel_manifest::Match, kernel_manifest::Mismatch> match(const graph::Graph& graph) const {
        return kernel_manifest::find_match(manifest_, graph);
    }

    /// Throws Unsupported when the kernel is not for this case after all, BadInput when the manifest cannot be
    /// followed.
    Kernel kernel(const graph::Case& value, const kernel_manifest::Match& match) const;

    /// The layouts that it wants of tensors that are no constants, by their names; generated kernels around it read and
    /// write them so. Throws Unsupported.
    std::map<std::string, DeviceLayout> layouts(const graph::Graph& graph, const kernel_manifest::Match& match) const;

    /// What the manifest claims, and what the specification gives the device for the kernels around.
    contract::Contract contract(const graph::Graph& graph, const kernel_manifest::Match& match, const Device& device,
                                BuildVariant build) const;

private:
    std::string file_;
    std::string source_;
    kernel_manifest::Manifest manifest_;
};

/// "row_major" is bfyx; nothing for layouts of weights.
std::optional<DeviceLayout> activation_layout_named(const std::string& name);

}  // namespace difftest::backends::opencl
