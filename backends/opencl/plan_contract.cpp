#include "backends/opencl/plan_contract.hpp"

#include "reference/graph/transcendental_algorithms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

namespace difftest::backends::opencl {
namespace {

using contract::Freedom;
using graph::EltwiseAlgorithm;

bool calls_functions(const graph::Node& node) {
    const auto* eltwise = std::get_if<graph::Eltwise>(&node.operation);
    return (eltwise != nullptr && graph::is_transcendental(eltwise->algorithm)) ||
           std::holds_alternative<graph::Softmax>(node.operation);
}

/// Division or square root.
bool divides(const graph::Node& node) {
    if (const auto* eltwise = std::get_if<graph::Eltwise>(&node.operation)) {
        return eltwise->algorithm == EltwiseAlgorithm::sqrt;
    }
    if (const auto* binary = std::get_if<graph::Binary>(&node.operation)) {
        return binary->algorithm == graph::BinaryAlgorithm::divide;
    }
    if (const auto* pooling = std::get_if<graph::Pooling>(&node.operation)) {
        return pooling->algorithm != graph::PoolingAlgorithm::maximum;
    }
    if (const auto* reduction = std::get_if<graph::Reduction>(&node.operation)) {
        return reduction->algorithm == graph::ReductionAlgorithm::mean;
    }
    return std::holds_alternative<graph::FakeQuantize>(node.operation) ||
           std::holds_alternative<graph::Quantize>(node.operation) ||
           std::holds_alternative<graph::Resampling>(node.operation);
}

}  // namespace

contract::Contract contract_of(const graph::Graph& graph, const Device& device, BuildVariant build) {
    contract::Contract result;
    const bool relaxed = build == BuildVariant::relaxed_math;
    const bool rounds_division = (device.correctly_rounded_division || device.features.divides_in_double) && !relaxed;
    for (const graph::Node& node : graph.nodes) {
        if (calls_functions(node) || (divides(node) && !rounds_division)) {
            result.grant(Freedom::opencl_ulp);
        }
    }
    if (!device.subnormals || build == BuildVariant::denorms_are_zero) {
        result.grant(Freedom::flush_subnormals);
    }
    if (build == BuildVariant::contraction || build == BuildVariant::mad_enable) {
        result.grant(Freedom::fused_multiply_add);
    }
    if (relaxed) {
        for (const Freedom freedom :
             {Freedom::scale_association, Freedom::fused_multiply_add, Freedom::reciprocal_division,
              Freedom::affine_folding, Freedom::opencl_ulp, Freedom::relaxed_math, Freedom::flush_subnormals,
              Freedom::fake_quantize_scale_shift}) {
            result.grant(freedom);
        }
    }
    return result;
}

std::string why_not_judged(const graph::Graph& graph, BuildVariant build) {
    const auto function = std::find_if(graph.nodes.begin(), graph.nodes.end(), calls_functions);
    if (build != BuildVariant::relaxed_math || function == graph.nodes.end()) {
        return "";
    }
    return fmt::format("'{}': with -cl-fast-relaxed-math OpenCL bounds no error of its function", function->name);
}

std::string options_of(const Device& device, BuildVariant build) {
    // The integer dot product and sub-groups are parts of OpenCL C 3.0 only; nothing else here needs more than 1.2.
    const bool newer = device.features.integer_dot_product || device.features.sub_groups != SubGroups::none;
    std::string options = newer ? "-cl-std=CL3.0" : "-cl-std=CL1.2";
    if (device.correctly_rounded_division && build != BuildVariant::relaxed_math) {
        options += " -cl-fp32-correctly-rounded-divide-sqrt";
    }
    switch (build) {
        case BuildVariant::opt_disable: return options + " -cl-opt-disable";
        case BuildVariant::mad_enable: return options + " -cl-mad-enable";
        case BuildVariant::denorms_are_zero: return options + " -cl-denorms-are-zero";
        case BuildVariant::relaxed_math: return options + " -cl-fast-relaxed-math";
        default: return options;
    }
}

}  // namespace difftest::backends::opencl
