#pragma once

#include "backends/backend.hpp"
#include "backends/opencl/device_list.hpp"
#include "backends/opencl/device_memory.hpp"
#include "backends/opencl/device_programs.hpp"
#include "backends/opencl/kernel_set.hpp"
#include "backends/opencl/memory_need.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace difftest::backends::opencl {

/// A device with what is kept for it as long as the worker lives.
struct DeviceSession {
    Device device;
    cl::Context context;
    cl::CommandQueue queue;
    DevicePrograms programs;
    std::filesystem::path recording;  ///< a file for what each plan asks of the device (launch_recording.hpp), or empty

    explicit DeviceSession(Device chosen);
};

/// The kernels of one plan, built, with their memory. Each execution transfers everything to the device and back.
class OpenclExecutable final : public Executable {
public:
    /// Throws Unsupported when the device has not enough memory, BackendError for whatever else it reports.
    OpenclExecutable(DeviceSession& session, const graph::Case& value, const PlanSpecification& specification,
                     const contract::Contract& contract, std::shared_ptr<const KernelSet> set, const Buffers& buffers);

    std::vector<PartitionReport> partitions() const override;
    contract::Contract contract() const override { return contract_; }
    void execute() override;

    /// Only the kernels, on what is in the device's memory: what a bare program would do.
    void launch();
    std::vector<std::string> damage() const override { return damage_; }

private:
    struct Launch {
        cl::Kernel kernel;
        std::vector<std::size_t> global;
        std::vector<std::size_t> local;
    };
    void allocate();
    void build(const std::string& options);
    void write();
    /// Throws Unsupported where the error says that memory is short.
    void refuse_shortage(const cl::Error& error, MemoryMoment moment) const;
    void enqueue();
    void record();
    void set_arguments(Launch& launch, const Kernel& kernel, std::size_t& table);

    DeviceSession& session_;
    const graph::Case& value_;
    const PlanSpecification specification_;
    contract::Contract contract_;
    std::shared_ptr<const KernelSet> set_;
    Buffers buffers_;
    const MemoryNeed need_;
    DeviceMemory memory_;
    bool has_written_ = false;  ///< to the device's memory
    std::vector<Launch> launches_;
    std::vector<std::string> damage_;
};

}  // namespace difftest::backends::opencl
