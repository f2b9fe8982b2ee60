#pragma once

#include "backends/opencl/device_features.hpp"
#include "backends/opencl/kernel.hpp"
#include "backends/opencl/plan_specification.hpp"
#include "backends/opencl/sub_group_words.hpp"
#include "reference/graph/case.hpp"

#include <map>
#include <string>
#include <vector>

namespace difftest::backends::opencl {

/// The layout of a tensor in the memory of the device: constants are row-major, all others lie as the plan says.
DeviceLayout layout_of(const graph::Tensor& tensor, const PlanSpecification& specification);

/// Collects the parameters of one kernel function, and writes how its elements are read and written. Offsets are int
/// expressions; vectors of lanes go along dimension 1, the features, from a multiple of four on.
class KernelWriter {
public:
    KernelWriter(const graph::Case& value, const PlanSpecification& specification, const DeviceFeatures& features)
        : value_(value), specification_(specification), features_(features) {}

    const graph::Case& value() const { return value_; }
    const graph::Graph& graph() const { return value_.graph; }
    const graph::Tensor& tensor(graph::TensorId id) const { return value_.graph.tensor(id); }
    const PlanSpecification& specification() const { return specification_; }
    const DeviceFeatures& features() const { return features_; }

    /// The name of the parameter through which the tensor is read (or written), such as "t7".
    std::string pointer(graph::TensorId id, bool written = false);

    /// A table of constants as a parameter of that element type; its name.
    std::string table(std::vector<std::byte> bytes, const std::string& type);

    /// Where the tensor's own elements lie.
    AddressMap own_map(graph::TensorId id) const;

    /// The same seen from a shape that it is broadcast to.
    AddressMap map_onto(graph::TensorId id, const graph::Shape& target) const;

    /// The element at an offset: an int for integer types, else a float.
    std::string load(graph::TensorId id, const std::string& offset);

    /// The elements at the coordinates, `lanes` of them from coordinates[1] on.
    std::string load(graph::TensorId id, const AddressMap& map, const std::vector<std::string>& coordinates,
                     unsigned lanes);

    /// Statements that store `value`, an int or float expression of that many lanes, at the coordinates.
    std::string store(graph::TensorId id, const std::vector<std::string>& coordinates, unsigned lanes,
                      const std::string& value);

    /// Writes 16 neighbouring features, one from each lane of a sub-group, at the coordinates of the first; nothing
    /// where they do not lie together or have no type for that.
    std::string block_store(graph::TensorId id, const SubGroupWords& words, const std::vector<std::string>& coordinates,
                            const std::string& value);

    /// "__global const uchar* restrict t0, __global char* restrict t9"
    std::string parameters() const;
    const std::vector<KernelArgument>& arguments() const { return arguments_; }

private:
    const graph::Case& value_;
    const PlanSpecification& specification_;
    const DeviceFeatures& features_;
    std::vector<std::string> declarations_;
    std::vector<KernelArgument> arguments_;
    std::map<graph::TensorId, std::string> names_;
};

/// The offset of the element at the coordinates, as an int expression.
std::string offset_text(const AddressMap& map, const std::vector<std::string>& coordinates);

/// A float that the compiler reads back bit by bit: "0x1.8p+1f", "as_float(0x7f800000)".
std::string literal(float value);

/// Declares `const int PREFIX0 = ...;` and so on: the coordinates of the row-major element `index` of a shape.
std::string coordinates_text(const graph::Shape& shape, const std::string& index, const std::string& prefix);

/// PREFIX0, PREFIX1, ...
std::vector<std::string> coordinate_names(std::size_t rank, const std::string& prefix);

}  // namespace difftest::backends::opencl
