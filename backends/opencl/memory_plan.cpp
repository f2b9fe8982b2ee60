#include "backends/opencl/memory_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <utility>

namespace difftest::backends::opencl {
namespace {

/// As an integer large and positive, as a float near the greatest: what leaks out of padding does not go unseen.
constexpr std::byte kPoison{0x7f};
constexpr std::size_t kSmallestGuard = 512;

std::size_t round_up(std::size_t value, std::size_t step) {
    return (value + step - 1) / step * step;
}

void add_tensors(MemoryPlan& plan, const graph::Graph& graph, const PlanSpecification& specification,
                 const std::vector<Kernel>& kernels) {
    std::set<graph::TensorId> written;
    for (const Kernel& kernel : kernels) {
        written.insert(graph.node(kernel.nodes.back()).output);
    }
    std::set<graph::TensorId> known;
    const auto add = [&](graph::TensorId id) {
        if (known.insert(id).second) {
            const graph::Tensor& described = graph.tensor(id);
            plan.add_tensor(described, id, layout_of(described, specification), written.count(id) != 0);
        }
    };
    for (const Kernel& kernel : kernels) {
        for (const KernelArgument& argument : kernel.arguments) {
            if (const auto* tensor = std::get_if<TensorArgument>(&argument)) {
                add(tensor->tensor);
            } else if (const auto* code = std::get_if<CodeArgument>(&argument)) {
                for (const auto& place : code->places) {
                    add(place.second);
                }
            }
        }
    }
}

std::vector<std::byte> placed(const CodeArgument& code, const MemoryPlan& plan) {
    std::vector<std::int32_t> words = code.words;
    for (const auto& [word, tensor] : code.places) {
        words[word] = static_cast<std::int32_t>(plan.offset_of(tensor));
    }
    std::vector<std::byte> bytes(words.size() * sizeof(std::int32_t));
    std::memcpy(bytes.data(), words.data(), bytes.size());
    return bytes;
}

}  // namespace

MemoryPlan::MemoryPlan(std::size_t alignment) : alignment_(std::max<std::size_t>(alignment, 1)) {
    image_.assign(round_up(kSmallestGuard, alignment_), kPoison);
}

std::size_t MemoryPlan::add_region(MemoryRegion region) {
    region.offset = image_.size();
    const std::size_t guard = round_up(kSmallestGuard, alignment_);
    image_.resize(round_up(image_.size() + std::max<std::size_t>(region.bytes, 1) + guard, alignment_), kPoison);
    regions_.push_back(std::move(region));
    return regions_.size() - 1;
}

void MemoryPlan::add_tensor(const graph::Tensor& tensor, graph::TensorId id, DeviceLayout layout, bool written) {
    MemoryRegion region;
    region.name = tensor.name;
    region.tensor = id;
    region.element_size = graph::size_of(tensor.type);
    region.layout = layout;
    region.written = written;
    region.bytes = static_cast<std::size_t>(physical_elements(tensor.shape, layout)) * region.element_size;
    region.places = element_places(tensor.shape, layout);
    if (written) {
        region.padding = padding_places(tensor.shape, layout);
    }
    tensors_.emplace(id, add_region(std::move(region)));
}

std::size_t MemoryPlan::add_table(const std::vector<std::byte>& bytes) {
    MemoryRegion region;
    region.name = fmt::format("table {}", tables_.size());
    region.bytes = bytes.size();
    tables_.push_back(add_region(std::move(region)));
    std::copy(bytes.begin(), bytes.end(), image_.begin() + static_cast<std::ptrdiff_t>(regions_.back().offset));
    return tables_.size() - 1;
}

MemoryPlan memory_plan(const graph::Graph& graph, const PlanSpecification& specification,
                       const std::vector<Kernel>& kernels, std::size_t alignment) {
    MemoryPlan plan(alignment);
    add_tensors(plan, graph, specification, kernels);
    for (const Kernel& kernel : kernels) {
        for (const KernelArgument& argument : kernel.arguments) {
            if (const auto* table = std::get_if<TableArgument>(&argument)) {
                plan.add_table(table->bytes);
            } else if (const auto* code = std::get_if<CodeArgument>(&argument)) {
                plan.add_table(placed(*code, plan));
            }
        }
    }
    return plan;
}

}  // namespace difftest::backends::opencl
