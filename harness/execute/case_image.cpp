#include "harness/execute/case_image.hpp"

#include "backends/worker/protocol/graph_codec.hpp"

#include <algorithm>
#include <cstring>
#include <exception>

namespace difftest::harness {
namespace {

using backends::protocol::kFirstPattern;
using backends::protocol::kSecondPattern;
using backends::protocol::Placement;
using backends::protocol::Slot;

void fill(std::span<std::byte> bytes, std::byte pattern) {
    std::fill(bytes.begin(), bytes.end(), pattern);
}

bool holds_only(std::span<const std::byte> bytes, std::byte pattern) {
    // Comparing the range with itself, shifted by one, runs at the speed of memcmp.
    return bytes.empty() ||
           (bytes.front() == pattern && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

bool surroundings_are_intact(std::span<const std::byte> slot, std::uint64_t begin, std::uint64_t bytes,
                             std::byte pattern) {
    return holds_only(slot.first(begin), pattern) && holds_only(slot.subspan(begin + bytes), pattern);
}

bool same_bytes(std::span<const std::byte> a, std::span<const std::byte> b) {
    return a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0;
}

/// Kernels take other paths for addresses that are a multiple of this.
constexpr std::uint64_t kVectorBytes = 64;

/// Where the second buffer starts in its slot: at the guard, or one element behind it. A buffer whose size is a
/// multiple of a vector is aligned at both ends of its pages, so that every other of these is moved off by one element.
std::uint64_t begin_of_second(graph::TensorId id, std::uint64_t bytes, std::uint64_t element, std::uint64_t alignment) {
    const bool always_aligned = bytes % kVectorBytes == 0;
    return always_aligned && bytes > 0 && id % 2 == 1 && alignment <= element ? element : 0;
}

/// At the end of the slot, as far as the alignment allows.
Placement at_end(const Slot& slot, std::uint64_t bytes, std::uint64_t alignment) {
    return {slot, (slot.bytes - bytes) / alignment * alignment, bytes};
}

}  // namespace

CaseImage::CaseImage(SharedArena& arena, const graph::Case& value, std::uint64_t alignment)
    : arena_(arena), case_(value), encoded_(backends::protocol::encode_case(value)), alignment_(alignment) {
    request_.generation = arena_.generation();
    try {
        slots_.push_back(arena_.allocate(encoded_.size()));
        request_.graph = {slots_.back(), 0, encoded_.size()};
        request_.tensors.resize(value.graph.tensors.size());
        for (std::size_t id = 0; id < value.graph.tensors.size(); ++id) {
            const auto tensor = static_cast<graph::TensorId>(id);
            if (is_read(tensor) || is_written(tensor)) {
                request_.tensors[id] = place(tensor);
            }
        }
    } catch (...) {
        std::for_each(slots_.begin(), slots_.end(), [&](const Slot& slot) { arena_.release(slot); });
        throw;
    }
    restore();
}

CaseImage::~CaseImage() {
    std::for_each(slots_.begin(), slots_.end(), [&](const Slot& slot) { arena_.release(slot); });
}

bool CaseImage::is_read(graph::TensorId id) const {
    return case_.graph.tensor(id).role != graph::TensorRole::intermediate;
}

bool CaseImage::is_written(graph::TensorId id) const {
    return !is_read(id) && case_.graph.is_output(id);
}

backends::protocol::TensorMemory CaseImage::place(graph::TensorId id) {
    const graph::Tensor& tensor = case_.graph.tensor(id);
    const std::uint64_t element = graph::size_of(tensor.type);
    const std::uint64_t bytes = element * static_cast<std::uint64_t>(graph::element_count(tensor.shape).value_or(0));
    backends::protocol::TensorMemory memory;
    memory.first = at_end(slots_.emplace_back(arena_.allocate(bytes)), bytes, std::max(alignment_, element));
    const std::uint64_t second = begin_of_second(id, bytes, element, alignment_);
    memory.second = Placement{slots_.emplace_back(arena_.allocate(second + bytes)), second, bytes};
    if (!is_read(id)) {
        memory.snapshot = slots_.emplace_back(arena_.allocate(bytes));
    }
    return memory;
}

const backends::protocol::TensorMemory& CaseImage::memory_of(graph::TensorId id) const {
    const auto found = intermediates_.find(id);
    return found != intermediates_.end() ? found->second : request_.tensors[static_cast<std::size_t>(id)];
}

void CaseImage::materialize(const std::vector<std::string>& names) {
    materialized_.clear();
    for (const std::string& name : names) {
        const std::optional<graph::TensorId> id = case_.graph.find_tensor(name);
        if (!id || is_read(*id) || is_written(*id)) {
            continue;
        }
        const auto same = [&](const auto& each) { return each.tensor == *id; };
        if (std::none_of(materialized_.begin(), materialized_.end(), same)) {
            const auto placed = intermediates_.find(*id);
            materialized_.push_back(
                {*id, placed != intermediates_.end() ? placed->second : intermediates_[*id] = place(*id)});
        }
    }
}

void CaseImage::write_input(graph::TensorId id) {
    const auto& memory = request_.tensors[static_cast<std::size_t>(id)];
    const std::span<const std::byte> data = case_.data_of(id).bytes();
    const auto write = [&](const Placement& placement, std::byte pattern) {
        const std::span<std::byte> slot = arena_.bytes_of(placement.slot);
        fill(slot.first(placement.begin), pattern);
        std::copy(data.begin(), data.end(), slot.begin() + static_cast<std::ptrdiff_t>(placement.begin));
        fill(slot.subspan(placement.begin + placement.bytes), pattern);
    };
    write(*memory.first, kFirstPattern);
    write(*memory.second, kSecondPattern);
}

void CaseImage::restore() {
    std::memcpy(arena_.bytes_of(request_.graph.slot).data(), encoded_.data(), encoded_.size());
    for (std::size_t index = 0; index < request_.tensors.size(); ++index) {
        if (const auto id = static_cast<graph::TensorId>(index); is_read(id)) {
            write_input(id);
        }
    }
}

void CaseImage::prefill() {
    const auto fill_both = [this](const backends::protocol::TensorMemory& memory) {
        if (memory.snapshot) {
            fill(arena_.bytes_of(memory.first->slot), kFirstPattern);
            fill(arena_.bytes_of(memory.second->slot), kSecondPattern);
        }
    };
    std::for_each(request_.tensors.begin(), request_.tensors.end(), fill_both);
    for (const auto& each : materialized_) {
        fill_both(each.memory);
    }
}

bool CaseImage::input_is_intact(graph::TensorId id) {
    const auto& memory = request_.tensors[static_cast<std::size_t>(id)];
    const std::span<const std::byte> data = case_.data_of(id).bytes();
    const auto intact = [&](const Placement& placement, std::byte pattern) {
        const std::span<const std::byte> slot = arena_.bytes_of(placement.slot);
        return same_bytes(data, slot.subspan(placement.begin, placement.bytes)) &&
               surroundings_are_intact(slot, placement.begin, placement.bytes, pattern);
    };
    return intact(*memory.first, kFirstPattern) && intact(*memory.second, kSecondPattern);
}

std::vector<CaseImage::Execution> CaseImage::executions_of(graph::TensorId id, const RunOptions& options) {
    const auto& memory = memory_of(id);
    std::vector<Execution> executions;
    if (options.second_execution) {
        executions.push_back({arena_.bytes_of(*memory.snapshot), memory.first->begin, kFirstPattern});
        executions.push_back({arena_.bytes_of(memory.first->slot), memory.first->begin, kSecondPattern});
    } else {
        executions.push_back({arena_.bytes_of(memory.first->slot), memory.first->begin, kFirstPattern});
    }
    if (options.fresh_executable) {
        executions.push_back({arena_.bytes_of(memory.second->slot), memory.second->begin, kSecondPattern});
    }
    return executions;
}

MaterializedValues CaseImage::collect_written(graph::TensorId id, const RunOptions& options, RunOutcome& outcome) {
    const graph::Tensor& tensor = case_.graph.tensor(id);
    MaterializedValues result{id, graph::TensorData(tensor.type, tensor.shape)};
    const std::size_t bytes = result.values.bytes().size();
    const std::vector<Execution> executions = executions_of(id, options);
    const auto data_of = [&](const Execution& execution) { return execution.slot.subspan(execution.begin, bytes); };
    const std::span<const std::byte> reference = data_of(executions.front());
    std::copy(reference.begin(), reference.end(), result.values.bytes().begin());
    if (!std::all_of(executions.begin(), executions.end(), [&](const Execution& execution) {
            return surroundings_are_intact(execution.slot, execution.begin, bytes, execution.pattern);
        })) {
        outcome.overrun.push_back(tensor.name);
    }
    // Patterns differ, so that elements which nobody wrote differ too.
    if (std::all_of(executions.begin(), executions.end(),
                    [&](const Execution& execution) { return same_bytes(data_of(execution), reference); })) {
        return result;
    }
    const std::size_t element = graph::size_of(tensor.type);
    for (std::size_t at = 0; at < bytes; at += element) {
        bool untouched = true;
        bool equal = true;
        for (const Execution& execution : executions) {
            const auto value = data_of(execution).subspan(at, element);
            untouched = untouched && holds_only(value, execution.pattern);
            equal = equal && same_bytes(value, reference.subspan(at, element));
        }
        result.unwritten += untouched ? 1 : 0;
        result.nondeterministic += !untouched && !equal ? 1 : 0;
    }
    return result;
}

void CaseImage::collect_output(graph::TensorId id, const RunOptions& options, RunOutcome& outcome) {
    MaterializedValues collected{id, {}};
    if (is_read(id)) {
        collected.values = case_.data_of(id);
    } else {
        collected = collect_written(id, options, outcome);
    }
    outcome.outputs.push_back(std::move(collected.values));
    outcome.unwritten.push_back(collected.unwritten);
    outcome.nondeterministic.push_back(collected.nondeterministic);
}

void CaseImage::collect(const RunOptions& options, RunOutcome& outcome) {
    for (std::size_t index = 0; index < request_.tensors.size(); ++index) {
        const auto id = static_cast<graph::TensorId>(index);
        if (is_read(id) && !input_is_intact(id)) {
            outcome.overrun.push_back(case_.graph.tensor(id).name);
            write_input(id);
        }
    }
    for (const graph::TensorId id : case_.graph.outputs) {
        collect_output(id, options, outcome);
    }
    for (const auto& each : materialized_) {
        outcome.materialized.push_back(collect_written(each.tensor, options, outcome));
    }
}

}  // namespace difftest::harness
