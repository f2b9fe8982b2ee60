#pragma once

#include "backends/opencl/kernel_writer.hpp"

#include <string>
#include <vector>

namespace difftest::backends::opencl {

/// The statements of elementwise nodes on one element, or on four neighbouring features at once. The value of a tensor
/// is the variable "v" and its number: an int for integer types, which are rounded and saturated there, else a float
/// that its type can represent.
class Epilogue {
public:
    /// All values have the shape of the partition's result; the coordinates of the (first) element are expressions.
    Epilogue(KernelWriter& writer, const graph::Shape& shape, std::vector<std::string> coordinates, unsigned lanes);

    /// The tensor is the variable of its name already, such as the sum that a contraction's loops made.
    void has(graph::TensorId id) { known_.push_back(id); }

    /// Appends the node's statement. `is_last`: its result is stored.
    void add(const graph::Node& node, bool is_last);

    /// Appends the store of the tensor.
    void store(graph::TensorId id);

    const std::string& text() const { return text_; }

    /// "int v7" or "float4 v7"
    std::string declaration(graph::TensorId id) const;

    std::string real(graph::TensorId id);     ///< the value as f32: rounded to nearest even where it is an s32
    std::string integer(graph::TensorId id);  ///< the value of an integer tensor

private:
    std::string value(graph::TensorId id);
    std::string function(std::string_view name) const;

    KernelWriter& writer_;
    const graph::Shape& shape_;
    std::vector<std::string> coordinates_;
    unsigned lanes_;
    std::vector<graph::TensorId> known_;
    std::string text_;
};

/// "v7"
std::string variable(graph::TensorId id);

}  // namespace difftest::backends::opencl
