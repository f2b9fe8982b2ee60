#include "backends/opencl/device_memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace difftest::backends::opencl {
namespace {

/// As an integer large and positive, as a float near the greatest: what leaks out of padding does not go unseen.
constexpr std::byte kPoison{0x7f};
constexpr std::size_t kSmallestGuard = 512;

std::size_t round_up(std::size_t value, std::size_t step) {
    return (value + step - 1) / step * step;
}

bool same(std::span<const std::byte> a, std::span<const std::byte> b) {
    return a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

DeviceMemory::DeviceMemory(std::size_t alignment) : alignment_(std::max<std::size_t>(alignment, 1)) {
    image_.assign(round_up(kSmallestGuard, alignment_), kPoison);
}

std::size_t DeviceMemory::add_region(Region region) {
    region.offset = image_.size();
    const std::size_t guard = round_up(kSmallestGuard, alignment_);
    image_.resize(round_up(image_.size() + std::max<std::size_t>(region.bytes, 1) + guard, alignment_), kPoison);
    regions_.push_back(std::move(region));
    return regions_.size() - 1;
}

void DeviceMemory::add_tensor(const graph::Tensor& tensor, graph::TensorId id, DeviceLayout layout, bool written) {
    Region region;
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

std::size_t DeviceMemory::add_table(const std::vector<std::byte>& bytes) {
    Region region;
    region.name = fmt::format("table {}", tables_.size());
    region.bytes = bytes.size();
    tables_.push_back(add_region(std::move(region)));
    const std::span<std::byte> place = image_of(regions_.back());
    std::copy(bytes.begin(), bytes.end(), place.begin());
    return tables_.size() - 1;
}

std::size_t DeviceMemory::offset_of(graph::TensorId id) const {
    return regions_[tensors_.at(id)].offset;
}

const cl::Buffer& DeviceMemory::tensor_buffer(graph::TensorId id) const {
    return regions_[tensors_.at(id)].buffer;
}

void DeviceMemory::allocate(const cl::Context& context, bool separate) {
    is_separate_ = separate;
    result_ = image_;
    if (!separate) {
        whole_ = cl::Buffer(context, CL_MEM_READ_WRITE, image_.size());
    }
    for (Region& region : regions_) {
        const std::size_t bytes = std::max<std::size_t>(region.bytes, 1);
        cl_buffer_region part{region.offset, bytes};
        region.buffer = separate ? cl::Buffer(context, CL_MEM_READ_WRITE, bytes)
                                 : whole_.createSubBuffer(CL_MEM_READ_WRITE, CL_BUFFER_CREATE_TYPE_REGION, &part);
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
    for (const Region& region : regions_) {
        if (region.bytes > 0) {
            move(region.buffer, bytes.data() + region.offset, region.bytes);
        }
    }
}

void DeviceMemory::write(const cl::CommandQueue& queue, const Buffers& buffers) {
    for (const Region& region : regions_) {
        if (region.tensor != graph::kAbsent && region.bytes > 0) {
            to_device(buffers.tensors[static_cast<std::size_t>(region.tensor)], region.places, region.element_size,
                      image_of(region));
        }
    }
    transfer(queue, image_, true);
}

std::vector<std::string> DeviceMemory::read(const cl::CommandQueue& queue, const Buffers& buffers) {
    transfer(queue, result_, false);
    std::vector<std::string> damage;
    std::size_t guard_begin = 0;
    for (const Region& region : regions_) {
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

void DeviceMemory::inspect(const Region& region, std::size_t guard_begin, std::vector<std::string>& damage) const {
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
