#pragma once

#include "backends/backend.hpp"
#include "backends/opencl/memory_plan.hpp"
#include "backends/opencl/opencl_api.hpp"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace difftest::backends::opencl {

/// The memory of one executable: all buffers of its plan as parts of one allocation, each between guards. Before every
/// run the whole is written: inputs and constants in their device layouts, poison in guards and padding lanes, and in
/// what kernels are to write whatever the judge has filled its buffers with. After every run the whole is read back,
/// and everything that no kernel had to write must be as it was.
class DeviceMemory {
public:
    explicit DeviceMemory(std::shared_ptr<const MemoryPlan> plan) : plan_(std::move(plan)), image_(plan_->image()) {}

    /// Allocates it on the device; `separate`: every buffer by itself, without guards, and no whole. Throws cl::Error.
    void allocate(const cl::Context& context, bool separate = false);

    /// Bytes of the whole, guards included.
    std::size_t size() const { return image_.size(); }

    const MemoryPlan& plan() const { return *plan_; }
    std::span<const std::byte> image() const { return image_; }  ///< what write() sends to the device
    const cl::Buffer& whole() const { return whole_; }
    const cl::Buffer& tensor_buffer(graph::TensorId id) const { return buffers_[plan_->tensor_region(id)]; }
    const cl::Buffer& table_buffer(std::size_t table) const { return buffers_[plan_->table_region(table)]; }

    /// Brings what the judge's buffers hold into the image.
    void fill(const Buffers& buffers);

    /// Fills the image and enqueues the transfer of everything to the device.
    void write(const cl::CommandQueue& queue, const Buffers& buffers);

    /// Waits for everything from the device, brings what was written into the judge's buffers, and says what else has
    /// changed, in words.
    std::vector<std::string> read(const cl::CommandQueue& queue, const Buffers& buffers);

private:
    void transfer(const cl::CommandQueue& queue, std::vector<std::byte>& bytes, bool to_device);
    void inspect(const MemoryRegion& region, std::size_t guard_begin, std::vector<std::string>& damage) const;

    std::shared_ptr<const MemoryPlan> plan_;
    std::vector<std::byte> image_;     ///< what is written to the device
    std::vector<std::byte> result_;    ///< what came back
    std::vector<cl::Buffer> buffers_;  ///< one for each region
    cl::Buffer whole_;
    bool is_separate_ = false;
};

}  // namespace difftest::backends::opencl
