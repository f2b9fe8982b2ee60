#pragma once

#include "backends/opencl/kernel.hpp"
#include "backends/opencl/kernel_writer.hpp"
#include "backends/opencl/plan_specification.hpp"

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace difftest::backends::opencl {

/// A buffer's place in the one allocation of a plan.
struct MemoryRegion {
    std::string name;
    std::size_t offset = 0;
    std::size_t bytes = 0;
    graph::TensorId tensor = graph::kAbsent;  ///< absent: a table
    std::size_t element_size = 1;
    DeviceLayout layout = DeviceLayout::bfyx;
    bool written = false;
    std::vector<std::int64_t> places;   ///< element_places
    std::vector<std::int64_t> padding;  ///< padding_places of what is written
};

/// Where everything lies that the kernels of one plan read and write, each between guards, and what the memory must
/// hold before a run besides tensors: tables, and poison in guards and padding lanes. The same for every executable of
/// the plan.
class MemoryPlan {
public:
    /// `alignment`: of a buffer's first byte, in bytes.
    explicit MemoryPlan(std::size_t alignment);

    /// A tensor that kernels read (`written` false) or write, and perhaps read later. Once for each tensor.
    void add_tensor(const graph::Tensor& tensor, graph::TensorId id, DeviceLayout layout, bool written);

    /// Constants; the number by which table_region() knows them.
    std::size_t add_table(const std::vector<std::byte>& bytes);

    const std::vector<MemoryRegion>& regions() const { return regions_; }
    std::size_t tensor_region(graph::TensorId id) const { return tensors_.at(id); }
    std::size_t table_region(std::size_t table) const { return tables_[table]; }

    /// The place of a tensor's or a table's first byte in the whole.
    std::size_t offset_of(graph::TensorId id) const { return regions_[tensor_region(id)].offset; }
    std::size_t table_offset(std::size_t table) const { return regions_[table_region(table)].offset; }

    /// The whole, guards included.
    const std::vector<std::byte>& image() const { return image_; }

private:
    std::size_t add_region(MemoryRegion region);

    std::size_t alignment_;
    std::vector<MemoryRegion> regions_;
    std::map<graph::TensorId, std::size_t> tensors_;
    std::vector<std::size_t> tables_;
    std::vector<std::byte> image_;
};

/// The tensors and tables that the kernels have as arguments; tables in the order of the arguments.
MemoryPlan memory_plan(const graph::Graph& graph, const PlanSpecification& specification,
                       const std::vector<Kernel>& kernels, std::size_t alignment);

}  // namespace difftest::backends::opencl
