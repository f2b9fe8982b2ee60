#pragma once

#include "backends/opencl/device_features.hpp"

#include <cstdint>
#include <string>

namespace difftest::backends::opencl {

/// Work items of a sub-group, and neighbouring features that they compute: the block of the layouts `fsv16`.
inline constexpr std::int64_t kSubGroup = 16;

/// How a kernel says in OpenCL C what a sub-group of 16 work items does. Each work group is one sub-group. Without
/// sub-groups (SubGroups::none) local memory and barriers do the same, on every device.
class SubGroupWords {
public:
    explicit SubGroupWords(SubGroups kind) : kind_(kind) {}

    /// What stands before "__kernel".
    std::string attributes() const;

    /// Statements at the beginning of the kernel: `item` is the number of the sub-group, `lane` the place in it.
    std::string begin() const;

    /// Whether 16 neighbouring elements of that many bytes can be read and written at once.
    bool has_blocks(std::size_t element_size) const;

    /// The unsigned element of this lane ("uchar", "ushort", "uint"), from 16 neighbours at the offset.
    std::string block_read(std::size_t element_size, const std::string& pointer, const std::string& offset) const;

    /// A statement that writes the unsigned values of all lanes to 16 neighbours at the offset.
    std::string block_write(std::size_t element_size, const std::string& pointer, const std::string& offset,
                            const std::string& value) const;

    /// Statements after which `of_lane` may read `name`, a variable of `type` ("int" or "float") in every lane.
    std::string share(const std::string& type, const std::string& name) const;

    /// The value of `name` in another lane, the same one for all.
    std::string of_lane(const std::string& type, const std::string& name, const std::string& lane) const;

private:
    SubGroups kind_;
};

}  // namespace difftest::backends::opencl
