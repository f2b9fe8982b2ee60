#pragma once

#include "backends/opencl/kernel.hpp"
#include "backends/opencl/kernel_writer.hpp"

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

namespace difftest::backends::opencl {

/// Writes the words that a kernel of shared_program() reads.
class SharedWords {
public:
    SharedWords(const graph::Case& value, const PlanSpecification& specification)
        : value_(value), specification_(specification) {}

    const graph::Case& value() const { return value_; }
    const graph::Tensor& tensor(graph::TensorId id) const { return value_.graph.tensor(id); }

    /// The number of words so far, which is where the next one goes.
    std::size_t size() const { return code_.words.size(); }
    void set(std::size_t at, std::int64_t word) { code_.words[at] = static_cast<std::int32_t>(word); }

    void word(std::int64_t word) { code_.words.push_back(static_cast<std::int32_t>(word)); }
    void bits(float number) { code_.words.push_back(std::bit_cast<std::int32_t>(number)); }
    void bytes(std::span<const std::byte> packed);

    /// The tensor's place in memory; -1 for an unused slot.
    void place(graph::TensorId id);
    void type(graph::TensorId id) { word(static_cast<std::int64_t>(tensor(id).type)); }

    /// Offset, type, and whether it is a single value for all channels.
    void parameter(graph::TensorId id);

    void terms(const AddressMap& map);
    AddressMap own_map(graph::TensorId id) const;
    AddressMap map_onto(graph::TensorId id, const graph::Shape& target) const;

    CodeArgument take() { return std::move(code_); }

private:
    const graph::Case& value_;
    const PlanSpecification& specification_;
    CodeArgument code_;
};

/// The words of a head, and the name of its kernel.
std::string write_head(SharedWords& words, const graph::Node& node);

/// The words behind those of a convolution, deconvolution or inner product for the kernel "shared_dots"; false when it
/// has no such form (tiled_contraction.hpp).
bool can_be_dots(const graph::Case& value, const graph::Node& node);
void write_dots(SharedWords& words, const graph::Node& node);

/// The words of one step. `registers`: the tensor of each register so far, the head's first.
void write_step(SharedWords& words, const graph::Node& node, const graph::Shape& shape,
                const std::vector<graph::TensorId>& registers);

}  // namespace difftest::backends::opencl
