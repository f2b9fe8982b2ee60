#pragma once

#include "backends/opencl/kernel_writer.hpp"

#include <string>
#include <vector>

/// What the first node of a partition computes: one element of its result.
namespace difftest::backends::opencl {

/// Statements that declare `name`, an int or a float of the type of the node's result, and compute the element at the
/// coordinates. For every operation that is not elementwise.
std::string head_text(KernelWriter& writer, const graph::Node& node, const std::vector<std::string>& coordinates,
                      const std::string& name);

std::string convolution_text(KernelWriter& writer, const graph::Node& node, const std::vector<std::string>& coordinates,
                             const std::string& name);
std::string matmul_text(KernelWriter& writer, const graph::Node& node, const std::vector<std::string>& coordinates,
                        const std::string& name);
std::string pooling_text(KernelWriter& writer, const graph::Node& node, const std::vector<std::string>& coordinates,
                         const std::string& name);
std::string reduction_text(KernelWriter& writer, const graph::Node& node, const std::vector<std::string>& coordinates,
                           const std::string& name);
std::string resampling_text(KernelWriter& writer, const graph::Node& node, const std::vector<std::string>& coordinates,
                            const std::string& name);
std::string softmax_text(KernelWriter& writer, const graph::Node& node, const std::vector<std::string>& coordinates,
                         const std::string& name);
std::string movement_text(KernelWriter& writer, const graph::Node& node, const std::vector<std::string>& coordinates,
                          const std::string& name);

/// "const int NAME = to_u8_1(EXPRESSION);": a real number brought into the type of the tensor.
std::string stored_real(const graph::Tensor& tensor, const std::string& name, const std::string& expression);

}  // namespace difftest::backends::opencl
