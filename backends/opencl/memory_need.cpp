#include "backends/opencl/memory_need.hpp"

#include "backends/backend.hpp"
#include "backends/opencl/device_programs.hpp"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <set>

namespace difftest::backends::opencl {
namespace {

/// What is left for a compiler inside this process. Those of PoCL and Intel die without memory, or never come back.
constexpr std::uint64_t kRoomOfTheCompiler = std::uint64_t{512} << 20;

double mebibytes(std::uint64_t bytes) {
    return static_cast<double>(bytes) / (1 << 20);
}

void add(MemoryNeed& need, std::uint64_t bytes, bool separate) {
    need.bytes += bytes;
    need.largest = separate ? std::max(need.largest, bytes) : need.bytes;
}

}  // namespace

MemoryNeed least_need(const graph::Graph& graph, const Partitioning& partitions, bool separate) {
    std::set<graph::TensorId> touched;
    for (const PlannedPartition& partition : partitions) {
        std::set<graph::TensorId> inside;
        for (const graph::NodeId id : partition.nodes) {
            const graph::Node& node = graph.node(id);
            for (const graph::TensorId input : node.inputs) {
                if (input != graph::kAbsent && inside.count(input) == 0) {
                    touched.insert(input);
                }
            }
            inside.insert(node.output);
        }
        touched.insert(output_of(graph, partition));
    }
    MemoryNeed need;
    for (const graph::TensorId id : touched) {
        const graph::Tensor& tensor = graph.tensor(id);
        const auto elements = static_cast<std::uint64_t>(graph::element_count(tensor.shape).value_or(0));
        add(need, elements * graph::size_of(tensor.type), separate);
    }
    return need;
}

MemoryNeed need_of(const MemoryPlan& plan, bool separate) {
    if (!separate) {
        return {plan.image().size(), plan.image().size()};
    }
    MemoryNeed need;
    for (const MemoryRegion& region : plan.regions()) {
        add(need, region.bytes, true);
    }
    return need;
}

std::string why_too_large(const Device& device, const MemoryNeed& need) {
    if (need.bytes > device.memory) {
        return fmt::format("not enough device memory: {:.1f} MiB are needed, '{}' has {:.1f} MiB",
                           mebibytes(need.bytes), device.name, mebibytes(device.memory));
    }
    if (need.largest > device.largest_allocation) {
        return fmt::format("not enough device memory: {:.1f} MiB are needed at once, '{}' allocates at most {:.1f} MiB",
                           mebibytes(need.largest), device.name, mebibytes(device.largest_allocation));
    }
    return "";
}

void expect_host_memory(const Device& device, const MemoryNeed& need) {
    constexpr std::uint64_t kWorthAsking = std::uint64_t{1} << 20;
    if (!device.is_host || need.bytes < kWorthAsking) {
        return;
    }
    const std::uint64_t bytes = need.bytes + kRoomOfTheCompiler;
    void* const room = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                              0);  // NOLINT(hicpp-signed-bitwise)
    if (room == MAP_FAILED) {      // NOLINT(cppcoreguidelines-pro-type-cstyle-cast)
        throw Unsupported(
            fmt::format("not enough device memory: {:.1f} MiB are needed, and {:.0f} MiB for the compiler, which '{}' "
                        "takes from the host",
                        mebibytes(need.bytes), mebibytes(kRoomOfTheCompiler), device.name));
    }
    ::munmap(room, bytes);
}

bool is_shortage(cl_int status, MemoryMoment moment) {
    switch (status) {
        case CL_MEM_OBJECT_ALLOCATION_FAILURE: return true;
        case CL_OUT_OF_RESOURCES:
        case CL_OUT_OF_HOST_MEMORY: return moment != MemoryMoment::launch;
        case CL_INVALID_BUFFER_SIZE: return moment == MemoryMoment::allocation;
        default: return false;
    }
}

std::string shortage_text(const Device& device, const MemoryNeed& need, cl_int status) {
    return fmt::format("not enough device memory: {:.1f} MiB are needed ({} of '{}')", mebibytes(need.bytes),
                       status_text(status), device.name);
}

}  // namespace difftest::backends::opencl
