#include "backends/opencl/kernel_writer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <bit>
#include <cmath>
#include <utility>

namespace difftest::backends::opencl {
namespace {

/// The element type of a buffer.
std::string_view memory_type(graph::DataType type) {
    switch (type) {
        case graph::DataType::s8: return "char";
        case graph::DataType::u8: return "uchar";
        case graph::DataType::s32: return "int";
        case graph::DataType::f32: return "float";
        case graph::DataType::f16: return "half";
        case graph::DataType::bf16: return "ushort";
    }
    return "";
}

enum class Lanes : std::uint8_t { same, contiguous, scattered };

/// How four neighbouring features lie, the first of which is a multiple of four.
Lanes lanes_of(const AddressMap& map) {
    if (map.size() < 2 || (map[1].outer == 0 && map[1].inner == 0)) {
        return Lanes::same;
    }
    const bool dense = map[1].block == 1 ? map[1].outer == 1 : map[1].block % 4 == 0 && map[1].inner == 1;
    return dense ? Lanes::contiguous : Lanes::scattered;
}

std::vector<std::string> moved(std::vector<std::string> coordinates, unsigned lane) {
    if (lane > 0) {
        coordinates[1] = fmt::format("({} + {})", coordinates[1], lane);
    }
    return coordinates;
}

std::string load_four(graph::DataType type, const std::string& pointer, const std::string& offset, bool native_half) {
    if (native_half && type == graph::DataType::f16) {
        return fmt::format("convert_float4(vload4(0, {} + {}))", pointer, offset);
    }
    switch (type) {
        case graph::DataType::f32: return fmt::format("vload4(0, {} + {})", pointer, offset);
        case graph::DataType::f16: return fmt::format("vload_half4(0, {} + {})", pointer, offset);
        case graph::DataType::bf16:
            return fmt::format("as_float4(convert_uint4(vload4(0, {} + {})) << 16)", pointer, offset);
        case graph::DataType::s32: return fmt::format("vload4(0, {} + {})", pointer, offset);
        default: return fmt::format("convert_int4(vload4(0, {} + {}))", pointer, offset);
    }
}

std::string store_one(graph::DataType type, const std::string& pointer, const std::string& offset,
                      const std::string& value, bool native_half) {
    if (native_half && type == graph::DataType::f16) {
        return fmt::format("{}[{}] = convert_half_rte({});\n", pointer, offset, value);
    }
    switch (type) {
        case graph::DataType::f16: return fmt::format("vstore_half_rte({}, {}, {});\n", value, offset, pointer);
        case graph::DataType::bf16:
            return fmt::format("{}[{}] = (ushort)(as_uint({}) >> 16);\n", pointer, offset, value);
        case graph::DataType::s8:
        case graph::DataType::u8: return fmt::format("{}[{}] = ({})({});\n", pointer, offset, memory_type(type), value);
        default: return fmt::format("{}[{}] = {};\n", pointer, offset, value);
    }
}

std::string store_four(graph::DataType type, const std::string& pointer, const std::string& offset,
                       const std::string& value, bool native_half) {
    const std::string to = fmt::format("0, {} + {}", pointer, offset);
    if (native_half && type == graph::DataType::f16) {
        return fmt::format("vstore4(convert_half4_rte({}), {});\n", value, to);
    }
    switch (type) {
        case graph::DataType::f16: return fmt::format("vstore_half4_rte({}, {});\n", value, to);
        case graph::DataType::bf16:
            return fmt::format("vstore4(convert_ushort4(as_uint4({}) >> 16), {});\n", value, to);
        case graph::DataType::s8:
        case graph::DataType::u8: return fmt::format("vstore4(convert_{}4({}), {});\n", memory_type(type), value, to);
        default: return fmt::format("vstore4({}, {});\n", value, to);
    }
}

}  // namespace

DeviceLayout layout_of(const graph::Tensor& tensor, const PlanSpecification& specification) {
    if (const auto own = specification.own_layouts.find(tensor.name); own != specification.own_layouts.end()) {
        return own->second;
    }
    return tensor.role == graph::TensorRole::constant ? DeviceLayout::bfyx : activation_layout(specification);
}

std::string KernelWriter::pointer(graph::TensorId id, bool written) {
    const auto known = names_.find(id);
    if (known != names_.end()) {
        return known->second;
    }
    const std::string name = fmt::format("t{}", id);
    declarations_.push_back(
        fmt::format("__global {}{}* restrict {}", written ? "" : "const ", memory_type(tensor(id).type), name));
    arguments_.emplace_back(TensorArgument{id});
    return names_.emplace(id, name).first->second;
}

std::string KernelWriter::table(std::vector<std::byte> bytes, const std::string& type) {
    const std::string name = fmt::format("table{}", arguments_.size());
    declarations_.push_back(fmt::format("__global const {}* restrict {}", type, name));
    arguments_.emplace_back(TableArgument{std::move(bytes)});
    return name;
}

AddressMap KernelWriter::own_map(graph::TensorId id) const {
    return address_map(tensor(id).shape, layout_of(tensor(id), specification_));
}

AddressMap KernelWriter::map_onto(graph::TensorId id, const graph::Shape& target) const {
    return broadcast_map(tensor(id).shape, layout_of(tensor(id), specification_), target);
}

std::string KernelWriter::load(graph::TensorId id, const std::string& offset) {
    const std::string from = pointer(id);
    switch (tensor(id).type) {
        case graph::DataType::f16:
            return specification_.native_half ? fmt::format("convert_float({}[{}])", from, offset)
                                              : fmt::format("vload_half({}, {})", offset, from);
        case graph::DataType::bf16: return fmt::format("as_float((uint){}[{}] << 16)", from, offset);
        case graph::DataType::s8:
        case graph::DataType::u8: return fmt::format("(int){}[{}]", from, offset);
        default: return fmt::format("{}[{}]", from, offset);
    }
}

std::string KernelWriter::load(graph::TensorId id, const AddressMap& map, const std::vector<std::string>& coordinates,
                               unsigned lanes) {
    const std::string one = load(id, offset_text(map, coordinates));
    if (lanes == 1) {
        return one;
    }
    const std::string type = graph::is_integer(tensor(id).type) ? "int4" : "float4";
    switch (lanes_of(map)) {
        case Lanes::same: return fmt::format("({})({})", type, one);
        case Lanes::contiguous:
            return load_four(tensor(id).type, pointer(id), offset_text(map, coordinates), specification_.native_half);
        default: break;
    }
    std::vector<std::string> each;
    for (unsigned lane = 0; lane < lanes; ++lane) {
        each.push_back(load(id, offset_text(map, moved(coordinates, lane))));
    }
    return fmt::format("({})({})", type, fmt::join(each, ", "));
}

std::string KernelWriter::store(graph::TensorId id, const std::vector<std::string>& coordinates, unsigned lanes,
                                const std::string& value) {
    const graph::DataType type = tensor(id).type;
    const AddressMap map = own_map(id);
    const std::string to = pointer(id, true);
    const bool native = specification_.native_half;
    if (lanes == 1) {
        return store_one(type, to, offset_text(map, coordinates), value, native);
    }
    if (lanes_of(map) == Lanes::contiguous) {
        return store_four(type, to, offset_text(map, coordinates), value, native);
    }
    std::string text;
    for (unsigned lane = 0; lane < lanes; ++lane) {
        text +=
            store_one(type, to, offset_text(map, moved(coordinates, lane)), fmt::format("{}.s{}", value, lane), native);
    }
    return text;
}

std::string KernelWriter::block_store(graph::TensorId id, const SubGroupWords& words,
                                      const std::vector<std::string>& coordinates, const std::string& value) {
    const graph::DataType type = tensor(id).type;
    const AddressMap map = own_map(id);
    const bool together = map.size() >= 2 && map[1].block % kSubGroup == 0 && map[1].inner == 1;
    if (!together || !words.has_blocks(graph::size_of(type))) {
        return "";
    }
    const bool is_byte = graph::size_of(type) == 1;
    const std::string bits = is_byte ? fmt::format("(uchar)({})", value) : fmt::format("as_uint({})", value);
    return words.block_write(graph::size_of(type), pointer(id, true), offset_text(map, coordinates), bits);
}

std::string KernelWriter::parameters() const {
    return fmt::format("{}", fmt::join(declarations_, ", "));
}

std::string offset_text(const AddressMap& map, const std::vector<std::string>& coordinates) {
    std::vector<std::string> terms;
    for (std::size_t d = 0; d < map.size(); ++d) {
        const AddressTerm& term = map[d];
        const std::string& at = coordinates[d];
        if (term.block == 1) {
            if (term.outer != 0) {
                terms.push_back(term.outer == 1 ? at : fmt::format("{} * {}", at, term.outer));
            }
            continue;
        }
        terms.push_back(fmt::format("{0} / {1} * {2} + {0} % {1} * {3}", at, term.block, term.outer, term.inner));
    }
    return terms.empty() ? "0" : fmt::format("({})", fmt::join(terms, " + "));
}

std::string literal(float value) {
    if (!std::isfinite(value)) {
        return fmt::format("as_float(0x{:08x}u)", std::bit_cast<std::uint32_t>(value));
    }
    return fmt::format("{}{:a}f", std::signbit(value) ? "-" : "", std::fabs(value));
}

std::string coordinates_text(const graph::Shape& shape, const std::string& index, const std::string& prefix) {
    std::string text;
    std::int64_t stride = 1;
    for (std::size_t d = shape.size(); d > 0; --d) {
        const std::string from = stride == 1 ? index : fmt::format("{} / {}", index, stride);
        text += d == 1 ? fmt::format("    const int {}0 = {};\n", prefix, from)
                       : fmt::format("    const int {}{} = {} % {};\n", prefix, d - 1, from, shape[d - 1]);
        stride *= shape[d - 1];
    }
    return text;
}

std::vector<std::string> coordinate_names(std::size_t rank, const std::string& prefix) {
    std::vector<std::string> names;
    for (std::size_t d = 0; d < rank; ++d) {
        names.push_back(fmt::format("{}{}", prefix, d));
    }
    return names;
}

}  // namespace difftest::backends::opencl
