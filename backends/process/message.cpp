#include "backends/process/message.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstring>
#include <optional>

namespace difftest::backends {
namespace {

using Json = nlohmann::json;

constexpr int kVersion = 1;

[[noreturn]] void fail(const std::string& what) {
    throw ProcessProtocolError("process protocol: " + what);
}

const Json& member(const Json& object, const char* key, Json::value_t type) {
    const auto found = object.find(key);
    if (found == object.end() || found->type() != type) {
        fail(fmt::format("the header has no proper \"{}\"", key));
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

}  // namespace

std::string encode(const ProcessMessage& message) {
    Json header{{"difftest_process", kVersion}, {"kind", message.kind}, {"text", message.text}};
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
    const Json header = Json::parse(bytes.substr(0, end), nullptr, false);
    const auto version = header.is_object() ? header.find("difftest_process") : header.end();
    if (!header.is_object() || version == header.end() || !version->is_number_integer() ||
        version->get<std::int64_t>() != kVersion) {
        fail("the first line is no header of version 1");
    }
    ProcessMessage message{
        member(header, "kind", Json::value_t::string), member(header, "text", Json::value_t::string), {}};
    used = end + 1;
    std::int64_t total = 0;
    for (const Json& description : member(header, "tensors", Json::value_t::array)) {
        if (!description.is_object()) {
            fail("a tensor is not an object");
        }
        const auto type = graph::data_type_from(member(description, "type", Json::value_t::string).get<std::string>());
        const graph::Shape shape = read_shape(description);
        const auto count = graph::element_count(shape);
        const auto room = static_cast<std::int64_t>(bytes.size() - used);
        if (!type || !count || *count > limits.tensor_bytes) {
            fail("a tensor has an unknown type or an absurd shape");
        }
        const std::int64_t size = *count * static_cast<std::int64_t>(graph::size_of(*type));
        total += size;
        if (total > limits.tensor_bytes || size > room) {
            fail(fmt::format("a tensor of {} bytes where {} are left", size, room));
        }
        graph::TensorData tensor(*type, shape);
        if (size > 0) {
            std::memcpy(tensor.bytes().data(), bytes.data() + used, static_cast<std::size_t>(size));
        }
        used += static_cast<std::size_t>(size);
        message.tensors.emplace_back(member(description, "name", Json::value_t::string).get<std::string>(),
                                     std::move(tensor));
    }
    return message;
}

}  // namespace difftest::backends
