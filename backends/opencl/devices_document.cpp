#include "backends/opencl/device_list.hpp"
#include "backends/opencl/driver_files.hpp"
#include "backends/opencl/plan_contract.hpp"

#include <nlohmann/json.hpp>

namespace difftest::backends::opencl {

namespace {

/// Of a graph with one function.
contract::Contract function_contract(const Device& device) {
    graph::Graph graph;
    graph.nodes.push_back({"exp", graph::Eltwise{graph::EltwiseAlgorithm::exp, 0, 0}, {}, graph::kAbsent});
    return contract_of(graph, device, BuildVariant::strict);
}

/// What kernels the features give, in words.
std::vector<std::string> kernels_of(const DeviceFeatures& features) {
    std::vector<std::string> kernels;
    kernels.emplace_back(features.integer_dot_product ? "@tiled with integer dot products of the device"
                                                      : "@tiled with emulated dot products");
    switch (features.sub_groups) {
        case SubGroups::none: kernels.emplace_back("no sub-groups: @subgroup+emulated_subgroup only"); break;
        case SubGroups::khr: kernels.emplace_back("@subgroup by broadcasts"); break;
        case SubGroups::intel: kernels.emplace_back("@subgroup with block reads and shuffles"); break;
    }
    if (features.half_subnormals) {
        kernels.emplace_back("+native_half");
    } else {
        kernels.emplace_back(features.half
                                 ? "+native_half where it keeps subnormal halves, which is measured (no CL_FP_DENORM)"
                                 : "f16 by conversion only: no cl_khr_fp16");
    }
    return kernels;
}

}  // namespace

std::string devices_document() {
    nlohmann::ordered_json devices = nlohmann::ordered_json::array();
    for (const Device& device : list_devices()) {
        const bool divides_right = device.correctly_rounded_division;
        nlohmann::ordered_json capabilities = nlohmann::ordered_json::array();
        for (const auto& [has, name] : {std::pair{device.subnormals, "CL_FP_DENORM"},
                                        std::pair{device.round_to_nearest, "CL_FP_ROUND_TO_NEAREST"},
                                        std::pair{device.fused_multiply_add, "CL_FP_FMA"},
                                        std::pair{divides_right, "CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT"}}) {
            if (has) {
                capabilities.push_back(name);
            }
        }
        devices.push_back({{"selector", device.selector},
                           {"platform", device.platform},
                           {"name", device.name},
                           {"version", device.version},
                           {"driver", device.driver},
                           {"memory_bytes", device.memory},
                           {"largest_allocation_bytes", device.largest_allocation},
                           {"capabilities", capabilities},
                           {"contract", contract_of({}, device, BuildVariant::strict).to_string()},
                           {"function_contract", function_contract(device).to_string()},
                           {"kernels", kernels_of(device.features)},
                           {"extensions", device.extensions}});
    }
    nlohmann::ordered_json broken = nlohmann::ordered_json::array();
    for (const DriverFile& driver : driver_files()) {
        if (!driver.problem.empty()) {
            broken.push_back({{"file", driver.file}, {"library", driver.library}, {"problem", driver.problem}});
        }
    }
    return nlohmann::ordered_json{{"devices", devices}, {"broken_drivers", broken}}.dump();
}

}  // namespace difftest::backends::opencl
