#include "backends/opencl/launch_recording.hpp"

#include "backends/backend.hpp"
#include "backends/kernel_manifest/kernel_file.hpp"
#include "backends/opencl/own_program.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstring>
#include <map>

namespace difftest::backends::opencl {
namespace {

using Json = nlohmann::ordered_json;

template <typename Value>
Value at(std::span<const std::byte> bytes, std::size_t index) {
    Value value{};
    std::memcpy(&value, bytes.data() + index * sizeof(Value), sizeof(Value));
    return value;
}

/// As text, since JSON has no infinities; halves as their sixteen bits.
std::string value_text(std::span<const std::byte> bytes, graph::DataType type, std::size_t index) {
    switch (type) {
        case graph::DataType::f32: return fmt::format("{}", at<float>(bytes, index));
        case graph::DataType::s32: return std::to_string(at<std::int32_t>(bytes, index));
        case graph::DataType::s8: return std::to_string(at<std::int8_t>(bytes, index));
        case graph::DataType::u8: return std::to_string(at<std::uint8_t>(bytes, index));
        case graph::DataType::f16:
        case graph::DataType::bf16: return std::to_string(at<std::uint16_t>(bytes, index));
    }
    return "";
}

/// `note`: what a user's manifest says of a table, or nothing; then it is bytes.
Json buffer_of(const graph::Graph& graph, const MemoryRegion& region, const ParameterNote* note,
               std::span<const std::byte> image) {
    const bool is_table = region.tensor == graph::kAbsent;
    const graph::DataType type = !is_table         ? graph.tensor(region.tensor).type
                                 : note != nullptr ? note->type
                                                   : graph::DataType::u8;
    const auto bytes = image.subspan(region.offset, region.bytes);
    Json values = Json::array();
    for (std::size_t i = 0; i < region.bytes / graph::size_of(type); ++i) {
        values.push_back(value_text(bytes, type, i));
    }
    return {{"name", is_table && note != nullptr ? note->role : region.name},
            {"tensor", is_table ? "" : graph.tensor(region.tensor).name},
            {"type", graph::name_of(type)},
            {"written", region.written},
            {"values", std::move(values)},
            {"places", region.places}};
}

std::map<std::size_t, const ParameterNote*> notes_of(const KernelSet& set) {
    std::map<std::size_t, const ParameterNote*> notes;
    std::size_t table = 0;
    for (const Kernel& kernel : set.kernels) {
        for (std::size_t i = 0; i < kernel.arguments.size(); ++i) {
            if (std::holds_alternative<TableArgument>(kernel.arguments[i])) {
                const std::size_t region = set.memory.table_region(table++);
                notes[region] = kernel.parameters.empty() ? nullptr : &kernel.parameters[i];
            }
        }
    }
    return notes;
}

/// Numbers of buffers, and scalars.
Json arguments_of(const Kernel& kernel, const MemoryPlan& memory, std::size_t& table) {
    Json arguments = Json::array();
    for (const KernelArgument& argument : kernel.arguments) {
        if (const auto* tensor = std::get_if<TensorArgument>(&argument)) {
            arguments.push_back({{"buffer", memory.tensor_region(tensor->tensor)}});
        } else if (std::holds_alternative<TableArgument>(argument)) {
            arguments.push_back({{"buffer", memory.table_region(table++)}});
        } else if (const auto* scalar = std::get_if<ScalarArgument>(&argument)) {
            const auto* number = std::get_if<float>(&scalar->value);
            arguments.push_back(number != nullptr ? Json{{"float", fmt::format("{}", *number)}}
                                                  : Json{{"int", std::get<std::int32_t>(scalar->value)}});
        } else {
            throw Unsupported(
                "programs that all cases share read everything from one memory; a plan without "
                "\"+shared\" computes the same by kernels of its own");
        }
    }
    return arguments;
}

}  // namespace

std::string recording_of(const graph::Graph& graph, const KernelSet& set, const Device& device,
                         const std::string& options, std::span<const std::byte> image) {
    const auto notes = notes_of(set);
    Json buffers = Json::array();
    for (std::size_t i = 0; i < set.memory.regions().size(); ++i) {
        const auto note = notes.find(i);
        buffers.push_back(
            buffer_of(graph, set.memory.regions()[i], note == notes.end() ? nullptr : note->second, image));
    }
    Json launches = Json::array();
    std::size_t table = 0;
    for (const Kernel& kernel : set.kernels) {
        const std::string& source = kernel.is_program ? kernel.source : set.source;
        if (kernel_manifest::is_spirv(source)) {
            throw Unsupported("the kernel is SPIR-V, and a reproducer shows OpenCL C");
        }
        launches.push_back({{"entry", kernel.entry},
                            {"source", source},
                            {"options", joined_options(options, kernel.options)},
                            {"arguments", arguments_of(kernel, set.memory, table)},
                            {"global", kernel.global},
                            {"local", kernel.local}});
    }
    const Json document = {{"format", "difftest-opencl-recording"}, {"version", 1},
                           {"platform", device.platform},           {"device", device.name},
                           {"buffers", std::move(buffers)},         {"launches", std::move(launches)}};
    return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace difftest::backends::opencl
