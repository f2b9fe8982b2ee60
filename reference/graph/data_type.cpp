#include "reference/graph/data_type.hpp"

#include <array>
#include <limits>

namespace difftest::graph {
namespace {

struct Properties {
    DataType type;
    std::string_view name;
    std::size_t size;
    bool integer;
    std::int64_t lowest;
    std::int64_t highest;
};

constexpr std::array<Properties, 6> kProperties{{
    {DataType::s8, "s8", 1, true, -128, 127},
    {DataType::u8, "u8", 1, true, 0, 255},
    {DataType::s32, "s32", 4, true, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()},
    {DataType::f32, "f32", 4, false, 0, 0},
    {DataType::f16, "f16", 2, false, 0, 0},
    {DataType::bf16, "bf16", 2, false, 0, 0},
}};

const Properties& properties(DataType type) {
    return kProperties[static_cast<std::size_t>(type)];
}

}  // namespace

std::size_t size_of(DataType type) {
    return properties(type).size;
}

std::string_view name_of(DataType type) {
    return properties(type).name;
}

std::optional<DataType> data_type_from(std::string_view name) {
    for (const Properties& entry : kProperties) {
        if (entry.name == name) {
            return entry.type;
        }
    }
    return std::nullopt;
}

bool is_integer(DataType type) {
    return properties(type).integer;
}

std::int64_t lowest_of(DataType type) {
    return properties(type).lowest;
}

std::int64_t highest_of(DataType type) {
    return properties(type).highest;
}

}  // namespace difftest::graph
