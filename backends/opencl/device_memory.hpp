#pragma once

#include "backends/backend.hpp"
#include "backends/opencl/kernel_writer.hpp"
#include "backends/opencl/opencl_api.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace difftest::backends::opencl {

/// All buffers of one plan as parts of one allocation, each between guards. Before every run the whole is written:
/// inputs and constants in their device layouts, poison in guards and padding lanes, and in what kernels are to write
/// whatever the judge has filled its buffers with. After every run the whole is read back, and everything that no
/// kernel had to write must be as it was.
class DeviceMemory {
public:
    /// `alignment`: of a buffer's first byte, in bytes.
    explicit DeviceMemory(std::size_t alignment);

    /// A tensor that kernels read (`written` false) or write, and perhaps read later. Once for each tensor.
    void add_tensor(const graph::Tensor& tensor, graph::TensorId id, DeviceLayout layout, bool written);

    /// Constants; the number by which buffer() knows them.
    std::size_t add_table(const std::vector<std::byte>& bytes);

    /// The place of a tensor's first byte in the whole.
    std::size_t offset_of(graph::TensorId id) const;

    std::size_t table_offset(std::size_t table) const { return regions_[tables_[table]].offset; }

    /// Bytes of the whole, guards included.
    std::size_t size() const { return image_.size(); }

    /// Allocates it on the device; `separate`: every buffer by itself, without guards, and no whole. Throws cl::Error.
    void allocate(const cl::Context& context, bool separate = false);

    const cl::Buffer& whole() const { return whole_; }
    const cl::Buffer& tensor_buffer(graph::TensorId id) const;
    const cl::Buffer& table_buffer(std::size_t table) const { return regions_[tables_[table]].buffer; }

    /// Enqueues the transfer of everything to the device.
    void write(const cl::CommandQueue& queue, const Buffers& buffers);

    /// Waits for everything from the device, brings what was written into the judge's buffers, and says what else has
    /// changed, in words.
    std::vector<std::string> read(const cl::CommandQueue& queue, const Buffers& buffers);

private:
    struct Region {
        std::string name;
        std::size_t offset = 0;
        std::size_t bytes = 0;
        graph::TensorId tensor = graph::kAbsent;
        std::size_t element_size = 1;
        DeviceLayout layout = DeviceLayout::bfyx;
        bool written = false;
        std::vector<std::int64_t> places;   ///< element_places
        std::vector<std::int64_t> padding;  ///< padding_places of what is written
        cl::Buffer buffer;
    };

    void transfer(const cl::CommandQueue& queue, std::vector<std::byte>& bytes, bool to_device);
    std::size_t add_region(Region region);
    std::span<std::byte> image_of(const Region& region) { return {image_.data() + region.offset, region.bytes}; }
    void inspect(const Region& region, std::size_t guard_begin, std::vector<std::string>& damage) const;

    std::size_t alignment_;
    std::vector<Region> regions_;
    std::map<graph::TensorId, std::size_t> tensors_;
    std::vector<std::size_t> tables_;
    std::vector<std::byte> image_;   ///< what is written to the device
    std::vector<std::byte> result_;  ///< what came back
    cl::Buffer whole_;
    bool is_separate_ = false;
};

}  // namespace difftest::backends::opencl
