#pragma once

#include "backends/kernel_manifest/manifest.hpp"
#include "reference/graph/tensor_data.hpp"

#include <cstddef>
#include <string>
#include <vector>

/// Constants of a graph in the form in which a user's kernel takes them.
namespace difftest::backends::opencl {

/// Expanded and laid out as the role says; padding is zero. `channels`: a list is one value for each channel, not for
/// each element of the last dimension. Throws Unsupported when the constant does not have such a form.
std::vector<std::byte> constant_bytes(const graph::TensorData& data, const kernel_manifest::TensorRole& role,
                                      const graph::Shape& output, bool channels);

/// "3", "0x1.8p+1f", "{1, 2}": the elements as a compiler reads them back exactly. Throws Unsupported when there are
/// more than fit into a source.
std::string constant_text(const graph::TensorData& data, const std::string& name);

std::string integer_text(std::int64_t value);

}  // namespace difftest::backends::opencl
