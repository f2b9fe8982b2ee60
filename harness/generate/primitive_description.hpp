#pragma once

#include "reference/graph/case.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace difftest::harness {

/// A parameter of an attribute: whose it is ("src", "wei", "dst", "src1"), and for which of its elements it differs: a
/// policy of benchdnn ("common", "per_oc") or a mask of a log ("0", "2").
struct DescribedParameter {
    std::string argument;
    std::string policy = "common";
};

/// A primitive as a command line of benchdnn or a line of a verbose log describes it. Neither form holds values.
struct PrimitiveDescription {
    std::string kind;       ///< "convolution", "matmul", "pooling", ...
    std::string algorithm;  ///< without the kind in front: "linear", "add", "avg_include_padding"
    float alpha = 0;
    float beta = 0;
    std::vector<graph::DataType> sources;  ///< more than one: binary, sum
    graph::DataType weights = graph::DataType::f32;
    graph::DataType destination = graph::DataType::f32;
    std::optional<graph::DataType> bias;
    std::map<std::string, std::int64_t> numbers;     ///< "ic" -> 8, of kinds with windows
    std::vector<std::vector<std::int64_t>> extents;  ///< "2x3:3x4", of the others
    std::vector<std::string> post_ops;               ///< "linear:0.5:0"
    bool has_result_scale = false;                   ///< 2.x: multiplies the sums with the bias
    std::string result_scale_policy = "common";
    std::vector<DescribedParameter> scales;  ///< 3.x
    std::vector<DescribedParameter> zero_points;
    std::vector<float> addend_scales;  ///< of a sum
};

/// A case of it: tensors are filled with whole numbers over their type's full range, scales are powers of two (the same
/// description always gives the same). Throws std::invalid_argument naming what a graph cannot say.
graph::Case described_case(const PrimitiveDescription& description, const std::string& name, const std::string& origin);

}  // namespace difftest::harness
