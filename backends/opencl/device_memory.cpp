#include "backends/opencl/device_memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace difftest::backends::opencl {
namespace {

bool same(std::span<const std::byte> a, std::span<const std::byte> b) {
    return a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

void DeviceMemory::allocate(const cl::Context& context, bool separate) {
    is_separate_ = separate;
    result_ = image_;
    if (!separate) {
        whole_ = cl::Buffer(context, CL_MEM_READ_WRITE, image_.size());
    }
    for (const MemoryRegion& region : plan_->regions()) {
        const std::size_t bytes = std::max<std::size_t>(region.bytes, 1);
        cl_buffer_region part{region.offset, bytes};
        buffers_.push_back(separate ? cl::Buffer(context, CL_MEM_READ_WRITE, bytes)
                                    : whole_.createSubBuffer(CL_MEM_READ_WRITE, CL_BUFFER_CREATE_TYPE_REGION, &part));
    }
}

void DeviceMemory::transfer(const cl::CommandQueue& queue, std::vector<std::byte>& bytes, bool to_device) {
    const auto move = [&](const cl::Buffer& buffer, std::byte* host, std::size_t count) {
        if (to_device) {
            queue.enqueueWriteBuffer(buffer, CL_FALSE, 0, count, host);
        } else {
            queue.enqueueReadBuffer(buffer, CL_TRUE, 0, count, host);
        }
    };
    if (!is_separate_) {
        move(whole_, bytes.data(), bytes.size());
        return;
    }
    for (std::size_t i = 0; i < buffers_.size(); ++i) {
        const MemoryRegion& region = plan_->regions()[i];
        if (region.bytes > 0) {
            move(buffers_[i], bytes.data() + region.offset, region.bytes);
        }
    }
}

void DeviceMemory::fill(const Buffers& buffers) {
    for (const MemoryRegion& region : plan_->regions()) {
        if (region.tensor != graph::kAbsent && region.bytes > 0) {
            to_device(buffers.tensors[static_cast<std::size_t>(region.tensor)], region.places, region.element_size,
                      std::span(image_).subspan(region.offset, region.bytes));
        }
    }
}

void DeviceMemory::write(const cl::CommandQueue& queue, const Buffers& buffers) {
    fill(buffers);
    transfer(queue, image_, true);
}

std::vector<std::string> DeviceMemory::read(const cl::CommandQueue& queue, const Buffers& buffers) {
    transfer(queue, result_, false);
    std::vector<std::string> damage;
    std::size_t guard_begin = 0;
    for (const MemoryRegion& region : plan_->regions()) {
        inspect(region, guard_begin, damage);
        guard_begin = region.offset + region.bytes;
        if (region.written && region.bytes > 0) {
            from_device({result_.data() + region.offset, region.bytes}, region.places, region.element_size,
                        buffers.tensors[static_cast<std::size_t>(region.tensor)]);
        }
    }
    const std::span<const std::byte> before(image_);
    if (!same(before.subspan(guard_begin), std::span<const std::byte>(result_).subspan(guard_begin))) {
        damage.emplace_back("device memory behind the last buffer was written");
    }
    return damage;
}

void DeviceMemory::inspect(const MemoryRegion& region, std::size_t guard_begin,
                           std::vector<std::string>& damage) const {
    const std::span<const std::byte> before(image_);
    const std::span<const std::byte> after(result_);
    const std::size_t guard = region.offset - guard_begin;
    if (!same(before.subspan(guard_begin, guard), after.subspan(guard_begin, guard))) {
        damage.push_back(fmt::format("device memory before the buffer of '{}' was written", region.name));
    }
    const auto own_before = before.subspan(region.offset, region.bytes);
    const auto own_after = after.subspan(region.offset, region.bytes);
    if (!region.written) {
        if (!same(own_before, own_after)) {
            damage.push_back(fmt::format("'{}', which is only read, was written on the device", region.name));
        }
        return;
    }
    for (const std::int64_t place : region.padding) {
        const std::size_t at = static_cast<std::size_t>(place) * region.element_size;
        if (!same(own_before.subspan(at, region.element_size), own_after.subspan(at, region.element_size))) {
            damage.push_back(
                fmt::format("a padding lane of '{}' ({}) was written", region.name, name_of(region.layout)));
            return;
        }
    }
}

}  // namespace difftest::backends::opencl
