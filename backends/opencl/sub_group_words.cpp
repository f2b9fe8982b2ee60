#include "backends/opencl/sub_group_words.hpp"

#include <fmt/format.h>

#include <string_view>

namespace difftest::backends::opencl {
namespace {

/// "uchar" and what the names of cl_intel_subgroups end with.
struct BlockType {
    std::string_view type;
    std::string_view suffix;
};

BlockType block_type(std::size_t element_size) {
    switch (element_size) {
        case 1: return {"uchar", "_uc"};
        case 2: return {"ushort", "_us"};
        default: return {"uint", ""};
    }
}

}  // namespace

std::string SubGroupWords::attributes() const {
    return kind_ == SubGroups::intel ? fmt::format("__attribute__((intel_reqd_sub_group_size({})))\n", kSubGroup) : "";
}

std::string SubGroupWords::begin() const {
    std::string text = "    const int item = (int)get_group_id(0);\n";
    if (kind_ == SubGroups::none) {
        return text + fmt::format(
                          "    const int lane = (int)get_local_id(0);\n"
                          "    __local int shared_int[{0}];\n    __local float shared_float[{0}];\n",
                          kSubGroup);
    }
    return text + "    const int lane = (int)get_sub_group_local_id();\n";
}

bool SubGroupWords::has_blocks(std::size_t element_size) const {
    return kind_ == SubGroups::intel && (element_size == 1 || element_size == 4);
}

std::string SubGroupWords::block_read(std::size_t element_size, const std::string& pointer,
                                      const std::string& offset) const {
    const BlockType block = block_type(element_size);
    return fmt::format("intel_sub_group_block_read{}((__global const {}*)({} + {}))", block.suffix, block.type, pointer,
                       offset);
}

std::string SubGroupWords::block_write(std::size_t element_size, const std::string& pointer, const std::string& offset,
                                       const std::string& value) const {
    const BlockType block = block_type(element_size);
    return fmt::format("intel_sub_group_block_write{}((__global {}*)({} + {}), {});\n", block.suffix, block.type,
                       pointer, offset, value);
}

std::string SubGroupWords::share(const std::string& type, const std::string& name) const {
    if (kind_ != SubGroups::none) {
        return "";
    }
    return fmt::format("barrier(CLK_LOCAL_MEM_FENCE); shared_{0}[lane] = {1}; barrier(CLK_LOCAL_MEM_FENCE);\n", type,
                       name);
}

std::string SubGroupWords::of_lane(const std::string& type, const std::string& name, const std::string& lane) const {
    switch (kind_) {
        case SubGroups::none: return fmt::format("shared_{}[{}]", type, lane);
        case SubGroups::khr: return fmt::format("sub_group_broadcast({}, {})", name, lane);
        case SubGroups::intel: return fmt::format("intel_sub_group_shuffle({}, {})", name, lane);
    }
    return "";
}

}  // namespace difftest::backends::opencl
