#include "backends/process/message.hpp"

#include "reference/graph/json_nesting.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstring>

namespace difftest::backends {
namespace {

using Json = nlohmann::ordered_json;  // slots keep their order

constexpr int kVersion = 1;
constexpr const char* kVersionKey = "difftest_process";

[[noreturn]] void fail(const std::string& what) {
    throw ProcessProtocolError("process protocol: " + what);
}

/// The member, or nothing where it may be left out.
const Json* optional_member(const Json& object, const char* key, Json::value_t type) {
    const auto found = object.find(key);
    if (found != object.end() && found->type() != type) {
        fail(fmt::format("\"{}\" is a {}", key, found->type_name()));
    }
    return found == object.end() ? nullptr : &*found;
}

const Json& member(const Json& object, const char* key, Json::value_t type) {
    const Json* const found = optional_member(object, key, type);
    if (found == nullptr) {
        fail(fmt::format("the header has no \"{}\"", key));
    }
    return *found;
}

graph::Shape read_shape(const Json& description) {
    graph::Shape shape;
    for (const Json& dimension : member(description, "shape", Json::value_t::array)) {
        if (!dimension.is_number_unsigned()) {
            fail("a dimension is not a whole number");
        }
        shape.push_back(dimension.get<std::int64_t>());
    }
    return shape;
}

ProcessHeader::Tensor read_tensor(const Json& description, const ProcessLimits& limits) {
    if (!description.is_object()) {
        fail("a tensor is not an object");
    }
    ProcessHeader::Tensor tensor;
    tensor.name = member(description, "name", Json::value_t::string).get<std::string>();
    const auto type_name = member(description, "type", Json::value_t::string).get<std::string>();
    const auto type = graph::data_type_from(type_name);
    tensor.shape = read_shape(description);
    const auto count = graph::element_count(tensor.shape);
    if (!type || !count || *count > limits.tensor_bytes) {
        fail("a tensor has an unknown type or an absurd shape");
    }
    tensor.type = *type;
    tensor.bytes = *count * static_cast<std::int64_t>(graph::size_of(*type));
    return tensor;
}

}  // namespace

ProcessHeader parse_header(std::string_view line, const ProcessLimits& limits) {
    constexpr std::size_t kDeepest = 100;
    if (graph::nests_deeper_than(line, kDeepest)) {  // the members that are kept are printed again
        fail(fmt::format("the header is nested deeper than {} levels", kDeepest));
    }
    Json json = Json::parse(line, nullptr, false);
    if (!json.is_object()) {
        fail("the first line is no header (is something printed to stdout? it belongs to the protocol)");
    }
    const auto version = json.find(kVersionKey);
    if (version == json.end() || !version->is_number_integer() || version->get<std::int64_t>() != kVersion) {
        fail(fmt::format("the first line is no header of version {}", kVersion));
    }
    ProcessHeader header;
    header.kind = member(json, "kind", Json::value_t::string);
    if (const Json* text = optional_member(json, "text", Json::value_t::string)) {
        header.text = *text;
    }
    if (const Json* tensors = optional_member(json, "tensors", Json::value_t::array)) {
        for (const Json& description : *tensors) {
            header.tensors.push_back(read_tensor(description, limits));
            header.tensor_bytes += header.tensors.back().bytes;
            if (header.tensor_bytes > limits.tensor_bytes) {
                fail(fmt::format("its tensors have {} bytes or more, where {} are expected at most",
                                 header.tensor_bytes, limits.tensor_bytes));
            }
        }
    }
    for (const char* key : {kVersionKey, "kind", "text", "tensors"}) {
        json.erase(key);
    }
    header.members = json.dump(-1, ' ', false, Json::error_handler_t::replace);
    return header;
}

std::string encode(const ProcessMessage& message) {
    Json header = Json::parse(message.members);
    header.update(Json{{kVersionKey, kVersion}, {"kind", message.kind}, {"text", message.text}});
    header["tensors"] = Json::array();
    std::string raw;
    for (const auto& [name, tensor] : message.tensors) {
        header["tensors"].push_back(
            {{"name", name}, {"type", graph::name_of(tensor.type())}, {"shape", tensor.shape()}});
        raw.append(reinterpret_cast<const char*>(tensor.bytes().data()), tensor.bytes().size());
    }
    std::string bytes = header.dump(-1, ' ', false, Json::error_handler_t::replace);
    bytes += '\n';
    return bytes + raw;
}

ProcessMessage decode(std::string_view bytes, std::size_t& used, const ProcessLimits& limits) {
    const std::size_t end = bytes.substr(0, limits.header_bytes).find('\n');
    if (end == std::string_view::npos) {
        fail(fmt::format("no header line within {} bytes", limits.header_bytes));
    }
    const ProcessHeader header = parse_header(bytes.substr(0, end), limits);
    std::string_view rest = bytes.substr(end + 1);
    if (header.tensor_bytes > static_cast<std::int64_t>(rest.size())) {
        fail(fmt::format("tensors of {} bytes where {} are left", header.tensor_bytes, rest.size()));
    }
    ProcessMessage message{header.kind, header.text, {}, header.members};
    for (const ProcessHeader::Tensor& described : header.tensors) {
        graph::TensorData tensor(described.type, described.shape);
        if (described.bytes > 0) {
            std::memcpy(tensor.bytes().data(), rest.data(), static_cast<std::size_t>(described.bytes));
        }
        rest.remove_prefix(static_cast<std::size_t>(described.bytes));
        message.tensors.emplace_back(described.name, std::move(tensor));
    }
    used = bytes.size() - rest.size();
    return message;
}

}  // namespace difftest::backends
