#pragma once

#include "backends/worker/protocol/messages.hpp"
#include "reference/graph/case.hpp"
#include "reference/graph/operation_attributes.hpp"

#include <tuple>

/// The fields of everything that travels, in the order in which they do. A struct that gets a field gets it here too.
namespace difftest::backends::protocol {

using graph::Is;

auto fields_of(Is<Slot> auto& it) {
    return std::tie(it.offset, it.bytes);
}
auto fields_of(Is<Placement> auto& it) {
    return std::tie(it.slot, it.begin, it.bytes);
}
auto fields_of(Is<TensorMemory> auto& it) {
    return std::tie(it.first, it.second, it.snapshot);
}
auto fields_of(Is<MaterializedTensor> auto& it) {
    return std::tie(it.tensor, it.memory);
}
auto fields_of(Is<LoadRequest> auto& it) {
    return std::tie(it.generation, it.graph, it.tensors);
}
auto fields_of(Is<StartRequest> auto& it) {
    return std::tie(it.version, it.memory_bytes, it.mapping_bytes);
}
auto fields_of(Is<PlansRequest> auto& it) {
    return std::tie(it.load);
}
auto fields_of(Is<RunRequest> auto& it) {
    return std::tie(it.load, it.plan, it.second_execution, it.fresh_executable, it.materialized);
}
auto fields_of(Is<BareRequest> auto& it) {
    return std::tie(it.load, it.plan, it.executions);
}
auto fields_of(Is<ResourcesRequest> auto& /*it*/) {
    return std::tie();
}
auto fields_of(Is<EndRequest> auto& /*it*/) {
    return std::tie();
}

auto fields_of(Is<Partition> auto& it) {
    return std::tie(it.nodes, it.kind);
}
auto fields_of(Is<Plan> auto& it) {
    return std::tie(it.name, it.partitions, it.traits, it.contract, it.materialized, it.unoptimized);
}
auto fields_of(Is<Refusal> auto& it) {
    return std::tie(it.plan, it.reason);
}
auto fields_of(Is<PartitionReport> auto& it) {
    return std::tie(it.nodes, it.implementation);
}
auto fields_of(Is<Description> auto& it) {
    return std::tie(it.name, it.library, it.library_version, it.library_path, it.isa, it.runtime, it.isa_ladder,
                    it.contract);
}
auto fields_of(Is<RunAnswer> auto& it) {
    return std::tie(it.partitions, it.contract, it.create_nanoseconds, it.execute_nanoseconds,
                    it.floating_point_environment_changed, it.left_processes, it.damage);
}
auto fields_of(Is<BareAnswer> auto& it) {
    return std::tie(it.partitions, it.create_nanoseconds, it.execute_nanoseconds, it.best_execute_nanoseconds,
                    it.destroy_nanoseconds, it.processor_nanoseconds);
}
auto fields_of(Is<Resources> auto& it) {
    return std::tie(it.descriptors, it.threads, it.resident_bytes, it.vector_control, it.x87_control,
                    it.processor_nanoseconds);
}
auto fields_of(Is<Failure> auto& it) {
    return std::tie(it.kind, it.stage, it.message);
}

auto fields_of(Is<graph::Tensor> auto& it) {
    return std::tie(it.name, it.type, it.shape, it.role, it.producer);
}
auto fields_of(Is<graph::Node> auto& it) {
    return std::tie(it.name, it.operation, it.inputs, it.output);
}
auto fields_of(Is<graph::Graph> auto& it) {
    return std::tie(it.tensors, it.nodes, it.outputs);
}
auto fields_of(Is<graph::ExecutionRequest> auto& it) {
    return std::tie(it.contract, it.plans, it.isas, it.threads);
}

}  // namespace difftest::backends::protocol
