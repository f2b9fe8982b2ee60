#include "backends/opencl/opencl_executable.hpp"

#include "backends/opencl/launch_recording.hpp"
#include "backends/opencl/own_program.hpp"
#include "backends/opencl/plan_contract.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <utility>

namespace difftest::backends::opencl {
namespace {

constexpr std::uint64_t kMostBytesOnDisk = std::uint64_t{256} << 20;

[[noreturn]] void rethrow(const cl::Error& error, const std::string& what) {
    throw BackendError(fmt::format("{}: {} ({})", what, status_text(error.err()), error.what()));
}

cl::NDRange range_of(const std::vector<std::size_t>& sizes) {
    switch (sizes.size()) {
        case 0: return cl::NullRange;
        case 1: return {sizes[0]};
        case 2: return {sizes[0], sizes[1]};
        default: return {sizes[0], sizes[1], sizes[2]};
    }
}

/// A device that chooses the size of sub-groups may choose one that the kernel was not written for.
void expect_one_sub_group(const cl::Kernel& built, const Kernel& kernel, const Device& device) {
    if (kernel.sub_group == 0) {
        return;
    }
    std::size_t count = 0;
    const std::size_t items = kernel.sub_group;
    const cl_int status = clGetKernelSubGroupInfo(built(), device.handle(), CL_KERNEL_SUB_GROUP_COUNT_FOR_NDRANGE,
                                                  sizeof items, &items, sizeof count, &count, nullptr);
    if (status != CL_SUCCESS || count != 1) {
        throw Unsupported(fmt::format("'{}' makes no single sub-group of {} work items ({})", device.name, items,
                                      status == CL_SUCCESS ? fmt::format("{} of them", count) : status_text(status)));
    }
}

/// The shared programs address all buffers from the first byte of one.
bool is_separate(const PlanSpecification& specification) {
    return specification.separate_buffers && !specification.shared;
}

/// Before anything of that size is made.
MemoryNeed need_that_fits(const Device& device, const MemoryPlan& plan, const PlanSpecification& specification) {
    const MemoryNeed need = need_of(plan, is_separate(specification));
    if (const std::string reason = why_too_large(device, need); !reason.empty()) {
        throw Unsupported(reason);
    }
    return need;
}

}  // namespace

DeviceSession::DeviceSession(Device chosen)
    : device(std::move(chosen)),
      context(device.handle),
      queue(context, device.handle),
      programs(context, device.handle,
               fmt::format("{}\n{}\n{}\n{}", device.platform, device.name, device.version, device.driver),
               ProgramFiles(ProgramFiles::usual_folder(), kMostBytesOnDisk)) {}

OpenclExecutable::OpenclExecutable(DeviceSession& session, const graph::Case& value,
                                   const PlanSpecification& specification, const contract::Contract& contract,
                                   std::shared_ptr<const KernelSet> set, const Buffers& buffers)
    : session_(session),
      value_(value),
      specification_(specification),
      contract_(contract),
      set_(std::move(set)),
      buffers_(buffers),
      need_(need_that_fits(session.device, set_->memory, specification)),
      memory_(std::shared_ptr<const MemoryPlan>(set_, &set_->memory)) {
    allocate();
    try {
        record();  // whoever compiles it may die
        build(options_of(session_.device, specification_.build));
    } catch (const cl::Error& error) {
        rethrow(error, "creating kernels");
    }
}

void OpenclExecutable::allocate() {
    try {
        expect_host_memory(session_.device, need_);
        memory_.allocate(session_.context, is_separate(specification_));
    } catch (const cl::Error& error) {
        refuse_shortage(error, MemoryMoment::allocation);
        rethrow(error, "allocating memory");
    }
}

void OpenclExecutable::refuse_shortage(const cl::Error& error, MemoryMoment moment) const {
    if (is_shortage(error.err(), moment)) {
        throw Unsupported(shortage_text(session_.device, need_, error.err()));
    }
}

void OpenclExecutable::write() {
    try {
        memory_.write(session_.queue, buffers_);
        has_written_ = true;
    } catch (const cl::Error& error) {
        if (!has_written_) {
            refuse_shortage(error, MemoryMoment::first_transfer);
        }
        throw;
    }
}

void OpenclExecutable::build(const std::string& options) {
    std::size_t table = 0;
    for (const Kernel& kernel : set_->kernels) {
        const bool is_users = !kernel.parameters.empty();
        const std::string own_options = kernel.options.empty() ? options : options + " " + kernel.options;
        const cl::Program& program =
            is_users ? own_program(session_.programs, session_.device, kernel, options)
                     : session_.programs.program(kernel.is_program ? kernel.source : set_->source, own_options);
        Launch launch{cl::Kernel(program, kernel.entry.c_str()), kernel.global, kernel.local};
        expect_one_sub_group(launch.kernel, kernel, session_.device);
        set_arguments(launch, kernel, table);
        const bool is_empty = std::find(launch.global.begin(), launch.global.end(), 0) != launch.global.end();
        if (!is_empty) {
            launches_.push_back(std::move(launch));
        }
    }
}

void OpenclExecutable::set_arguments(Launch& launch, const Kernel& kernel, std::size_t& table) {
    cl_uint index = 0;
    for (const KernelArgument& argument : kernel.arguments) {
        if (const auto* tensor = std::get_if<TensorArgument>(&argument)) {
            launch.kernel.setArg(index, memory_.tensor_buffer(tensor->tensor));
        } else if (std::holds_alternative<TableArgument>(argument)) {
            launch.kernel.setArg(index, memory_.table_buffer(table++));
        } else if (std::holds_alternative<CodeArgument>(argument)) {
            launch.kernel.setArg(index, static_cast<cl_int>(memory_.plan().table_offset(table++)));
        } else if (std::holds_alternative<MemoryArgument>(argument)) {
            launch.kernel.setArg(index, memory_.whole());
        } else {
            std::visit([&](auto number) { launch.kernel.setArg(index, number); },
                       std::get<ScalarArgument>(argument).value);
        }
        ++index;
    }
}

std::vector<PartitionReport> OpenclExecutable::partitions() const {
    std::vector<PartitionReport> reports;
    for (const Kernel& kernel : set_->kernels) {
        PartitionReport report;
        for (const graph::NodeId id : kernel.nodes) {
            report.nodes.push_back(value_.graph.node(id).name);
        }
        report.implementation = kernel.implementation;
        reports.push_back(std::move(report));
    }
    return reports;
}

void OpenclExecutable::enqueue() {
    try {
        for (const Launch& launch : launches_) {
            session_.queue.enqueueNDRangeKernel(launch.kernel, cl::NullRange, range_of(launch.global),
                                                range_of(launch.local));
        }
    } catch (const cl::Error& error) {
        refuse_shortage(error, MemoryMoment::launch);
        throw;
    }
}

void OpenclExecutable::record() {
    if (!session_.recording.empty()) {
        memory_.fill(buffers_);
        std::ofstream(session_.recording, std::ios::binary) << recording_of(
            value_.graph, *set_, session_.device, options_of(session_.device, specification_.build), memory_.image());
    }
}

void OpenclExecutable::launch() {
    try {
        enqueue();
        session_.queue.finish();
    } catch (const cl::Error& error) {
        rethrow(error, "execution");
    }
}

void OpenclExecutable::execute() {
    try {
        record();
        write();
        enqueue();
        for (std::string& each : memory_.read(session_.queue, buffers_)) {
            if (std::find(damage_.begin(), damage_.end(), each) == damage_.end()) {
                damage_.push_back(std::move(each));
            }
        }
    } catch (const cl::Error& error) {
        rethrow(error, "execution");
    }
}

}  // namespace difftest::backends::opencl
