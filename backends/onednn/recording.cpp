#include "backends/onednn/recording.hpp"

#include <fmt/format.h>
#include <oneapi/dnnl/dnnl_debug.h>
#include <nlohmann/json.hpp>

#include <cstring>

namespace difftest::backends::onednn {
namespace {

using Json = nlohmann::ordered_json;

template <typename Value>
Value at(const void* values, std::size_t index) {
    Value value{};
    std::memcpy(&value, static_cast<const std::byte*>(values) + index * sizeof(Value), sizeof(Value));
    return value;
}

/// As text, since JSON has no infinities; halves as their sixteen bits.
std::string value_text(const void* values, dnnl::memory::data_type type, std::size_t index) {
    switch (type) {
        case dnnl::memory::data_type::f32: return fmt::format("{}", at<float>(values, index));
        case dnnl::memory::data_type::s32: return std::to_string(at<std::int32_t>(values, index));
        case dnnl::memory::data_type::s8: return std::to_string(at<std::int8_t>(values, index));
        case dnnl::memory::data_type::u8: return std::to_string(at<std::uint8_t>(values, index));
        default: return std::to_string(at<std::uint16_t>(values, index));
    }
}

std::string type_name(const dnnl::memory::desc& layout) {
    return dnnl_dt2str(dnnl::memory::convert_to_c(api::blocking_of(layout)->element));
}

/// The library's word for an argument of an execution.
std::string argument_name(int argument) {
    for (const auto& [name, value] : {std::pair("DNNL_ARG_SRC", DNNL_ARG_SRC),
                                      {"DNNL_ARG_SRC_1", DNNL_ARG_SRC_1},
                                      {"DNNL_ARG_SRC_2", DNNL_ARG_SRC_2},
                                      {"DNNL_ARG_DST", DNNL_ARG_DST},
                                      {"DNNL_ARG_WEIGHTS", DNNL_ARG_WEIGHTS},
                                      {"DNNL_ARG_BIAS", DNNL_ARG_BIAS},
                                      {"DNNL_ARG_SCRATCHPAD", DNNL_ARG_SCRATCHPAD},
                                      {"DNNL_ARG_ATTR_OUTPUT_SCALES", DNNL_ARG_ATTR_OUTPUT_SCALES}}) {
        if (argument == value) {
            return name;
        }
    }
    if (argument >= DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE) {
        const int index = argument / DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE - 1;
        return fmt::format("DNNL_ARG_ATTR_MULTIPLE_POST_OP({}) | {}", index,
                           argument_name(argument % DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE));
    }
    if ((argument & DNNL_ARG_ATTR_POST_OP_DW) != 0) {
        return "DNNL_ARG_ATTR_POST_OP_DW | " + argument_name(argument & ~DNNL_ARG_ATTR_POST_OP_DW);
    }
    if ((argument & DNNL_ARG_ATTR_ZERO_POINTS) != 0) {
        return "DNNL_ARG_ATTR_ZERO_POINTS | " + argument_name(argument & ~DNNL_ARG_ATTR_ZERO_POINTS);
    }
#ifdef DNNL_ARG_ATTR_SCALES  // 3.x
    if ((argument & DNNL_ARG_ATTR_SCALES) != 0) {
        return "DNNL_ARG_ATTR_SCALES | " + argument_name(argument & ~DNNL_ARG_ATTR_SCALES);
    }
#endif
    throw Unsupported(fmt::format("a recording has no words for argument {}", argument));
}

/// Buffers and memory objects of a program, each once.
class Memories {
public:
    explicit Memories(const Program& program) : program_(program) {}

    std::size_t number_of(const dnnl::memory& memory) {
        for (std::size_t i = 0; i < memories_.size(); ++i) {
            if (memories_[i].get_data_handle() == memory.get_data_handle() &&
                memories_[i].get_desc() == memory.get_desc()) {
                return i;
            }
        }
        memories_.push_back(memory);
        documents_.push_back(document_of(memory));
        return memories_.size() - 1;
    }

    Json memories() const { return documents_; }
    Json buffers() const { return buffers_; }

private:
    Json document_of(const dnnl::memory& memory) {
        const dnnl::memory::desc layout = memory.get_desc();
        const auto blocking = api::blocking_of(layout);
        Json document = {{"buffer", buffer_of(memory)}, {"plain", blocking && api::is_plain(layout)}};
        if (blocking) {
            document["type"] = type_name(layout);
            document["dimensions"] = blocking->extents;
            document["strides"] = blocking->strides;
        }
        return document;
    }

    std::size_t buffer_of(const dnnl::memory& memory) {
        const void* const handle = memory.get_data_handle();
        for (std::size_t i = 0; i < handles_.size(); ++i) {
            if (handles_[i] == handle) {
                return i;
            }
        }
        handles_.push_back(handle);
        const dnnl::memory::desc layout = memory.get_desc();
        Json buffer = {{"tensor", program_.tensor_at(handle)}, {"values", Json::array()}};
        if (const auto blocking = api::blocking_of(layout); blocking && api::is_plain(layout)) {
            buffer["type"] = type_name(layout);
            for (std::size_t i = 0; i < layout.get_size() / blocking->element_bytes; ++i) {
                buffer["values"].push_back(value_text(handle, blocking->element, i));
            }
        }
        buffers_.push_back(std::move(buffer));
        return handles_.size() - 1;
    }

    const Program& program_;
    std::vector<dnnl::memory> memories_;
    std::vector<const void*> handles_;
    Json documents_ = Json::array();
    Json buffers_ = Json::array();
};

Json post_op(const dnnl::post_ops& post_ops, int index) {
    using dnnl::primitive;
    dnnl::algorithm kind = dnnl::algorithm::undef;
    float scale = 1;
    switch (post_ops.kind(index)) {
        case primitive::kind::eltwise: {
            const api::EltwiseParameters eltwise = api::eltwise_at(post_ops, index);
            return {{"kind", "eltwise"},
                    {"algorithm", dnnl_alg_kind2str(dnnl::convert_to_c(eltwise.algorithm))},
                    {"scale", fmt::format("{}", eltwise.scale)},
                    {"alpha", fmt::format("{}", eltwise.alpha)},
                    {"beta", fmt::format("{}", eltwise.beta)}};
        }
        case primitive::kind::sum: {
            std::int32_t zero_point = 0;
            auto type = dnnl::memory::data_type::undef;
            post_ops.get_params_sum(index, scale, zero_point, type);
            return {{"kind", "sum"},
                    {"scale", fmt::format("{}", scale)},
                    {"zero_point", zero_point},
                    {"type", dnnl_dt2str(dnnl::memory::convert_to_c(type))}};
        }
        case primitive::kind::binary: {
            dnnl::memory::desc operand;
            post_ops.get_params_binary(index, kind, operand);
            return {{"kind", "binary"}, {"algorithm", dnnl_alg_kind2str(dnnl::convert_to_c(kind))}};
        }
        case primitive::kind::prelu: {
            int mask = 0;
            post_ops.get_params_prelu(index, mask);
            return {{"kind", "prelu"}, {"mask", mask}};
        }
        default: {
            const api::DepthwiseParameters d = api::depthwise_at(post_ops, index);
            const auto name = [](dnnl::memory::data_type type) {
                return dnnl_dt2str(dnnl::memory::convert_to_c(type));
            };
            return {{"kind", "depthwise"},      {"weights", name(d.weights)}, {"bias", name(d.bias)},
                    {"result", name(d.result)}, {"kernel", d.kernel},         {"stride", d.stride},
                    {"padding", d.padding}};
        }
    }
}

}  // namespace

Json post_ops_of(const dnnl::post_ops& post_ops) {
    Json steps = Json::array();
    for (int index = 0; index < post_ops.len(); ++index) {
        steps.push_back(post_op(post_ops, index));
    }
    return steps;
}

std::string recording_of(const Program& program) {
    Memories memories(program);
    Json calls = Json::array();
    for (const Program::Call& call : program.calls()) {
        Json arguments = Json::array();
        for (const auto& [argument, memory] : call.arguments) {
            // The strides of extents of 1 mean nothing to a memory, and something to who chooses an implementation.
            const dnnl::memory::desc layout = call.descriptor.query_md(dnnl::query::exec_arg_md, argument);
            const auto blocking = api::blocking_of(layout);
            const bool is_plain = blocking && api::is_plain(layout);
            arguments.push_back({{"argument", argument_name(argument)},
                                 {"memory", memories.number_of(memory)},
                                 {"strides", is_plain ? Json(blocking->strides) : Json()}});
        }
        calls.push_back({{"primitive", dnnl_prim_kind2str(dnnl::convert_to_c(call.descriptor.get_kind()))},
                         {"implementation", call.descriptor.impl_info_str()},
                         {"parameters", api::parameters_of(call.descriptor)},
                         {"attributes", api::attributes_of(call)},
                         {"arguments", std::move(arguments)}});
    }
    const dnnl_version_t* const version = dnnl_version();
    const Json document = {{"format", "difftest-onednn-recording"},
                           {"version", 1},
                           {"api", version->major},
                           {"library", fmt::format("{}.{}.{}", version->major, version->minor, version->patch)},
                           {"implementation_choice", !(program.options().implementation == ImplementationChoice{})},
                           {"buffers", memories.buffers()},
                           {"memories", memories.memories()},
                           {"calls", std::move(calls)}};
    return document.dump(1) + "\n";
}

}  // namespace difftest::backends::onednn
