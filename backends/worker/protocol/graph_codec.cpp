#include "backends/worker/protocol/graph_codec.hpp"

#include "reference/graph/operation_attributes.hpp"

#include <nlohmann/json.hpp>

#include <bit>
#include <type_traits>
#include <utility>
#include <variant>

namespace difftest::backends::protocol {
namespace {

using Json = nlohmann::json;

template <typename Enum>
constexpr auto underlying(Enum value) {
    return static_cast<std::underlying_type_t<Enum>>(value);
}

// Floats travel as their bits: CBOR would not keep the payload of a NaN.
template <typename Attribute>
Json encode_attribute(const Attribute& value) {
    if constexpr (std::is_same_v<Attribute, float>) {
        return std::bit_cast<std::uint32_t>(value);
    } else if constexpr (std::is_enum_v<Attribute>) {
        return underlying(value);
    } else {
        return value;
    }
}

template <typename Attribute>
void decode_attribute(const Json& encoded, Attribute& value) {
    if constexpr (std::is_same_v<Attribute, float>) {
        value = std::bit_cast<float>(encoded.get<std::uint32_t>());
    } else if constexpr (std::is_enum_v<Attribute>) {
        value = static_cast<Attribute>(encoded.get<std::underlying_type_t<Attribute>>());
    } else {
        encoded.get_to(value);
    }
}

Json encode_operation(const graph::Operation& operation) {
    Json attributes = Json::array();
    std::visit(
        [&](const auto& concrete) {
            graph::visit_attributes(concrete, [&](const char* /*name*/, const auto& value) {
                attributes.push_back(encode_attribute(value));
            });
        },
        operation);
    return Json::array({operation.index(), std::move(attributes)});
}

template <std::size_t Index = 0>
graph::Operation operation_at(std::size_t index) {
    if constexpr (Index < std::variant_size_v<graph::Operation>) {
        return index == Index ? graph::Operation(std::in_place_index<Index>) : operation_at<Index + 1>(index);
    } else {
        throw CodecError("unknown operation");
    }
}

graph::Operation decode_operation(const Json& encoded) {
    graph::Operation operation = operation_at(encoded.at(0).get<std::size_t>());
    std::size_t next = 0;
    std::visit(
        [&](auto& concrete) {
            graph::visit_attributes(concrete, [&](const char* /*name*/, auto& value) {
                decode_attribute(encoded.at(1).at(next++), value);
            });
        },
        operation);
    return operation;
}

Json encode_execution(const graph::ExecutionRequest& request) {
    return Json::array({request.contract ? Json(*request.contract) : Json(), request.plans, request.isas,
                        request.threads ? Json(*request.threads) : Json()});
}

graph::ExecutionRequest decode_execution(const Json& encoded) {
    graph::ExecutionRequest request;
    if (!encoded.at(0).is_null()) {
        request.contract = encoded.at(0).get<std::string>();
    }
    encoded.at(1).get_to(request.plans);
    encoded.at(2).get_to(request.isas);
    if (!encoded.at(3).is_null()) {
        request.threads = encoded.at(3).get<int>();
    }
    return request;
}

graph::Case decode_checked(const Json& encoded) {
    graph::Case value;
    encoded.at(0).get_to(value.name);
    for (const Json& entry : encoded.at(1)) {
        value.graph.tensors.push_back(
            {entry.at(0).get<std::string>(), static_cast<graph::DataType>(entry.at(1).get<std::uint8_t>()),
             entry.at(2).get<graph::Shape>(), static_cast<graph::TensorRole>(entry.at(3).get<std::uint8_t>()),
             entry.at(4).get<graph::NodeId>()});
    }
    for (const Json& entry : encoded.at(2)) {
        value.graph.nodes.push_back({entry.at(0).get<std::string>(), decode_operation(entry.at(1)),
                                     entry.at(2).get<std::vector<graph::TensorId>>(),
                                     entry.at(3).get<graph::TensorId>()});
    }
    encoded.at(3).get_to(value.graph.outputs);
    value.execution = decode_execution(encoded.at(4));
    value.data.resize(value.graph.tensors.size());
    return value;
}

}  // namespace

std::vector<std::uint8_t> encode_case(const graph::Case& value) {
    Json tensors = Json::array();
    for (const graph::Tensor& tensor : value.graph.tensors) {
        tensors.push_back(Json::array(
            {tensor.name, underlying(tensor.type), tensor.shape, underlying(tensor.role), tensor.producer}));
    }
    Json nodes = Json::array();
    for (const graph::Node& node : value.graph.nodes) {
        nodes.push_back(Json::array({node.name, encode_operation(node.operation), node.inputs, node.output}));
    }
    return Json::to_cbor(Json::array(
        {value.name, std::move(tensors), std::move(nodes), value.graph.outputs, encode_execution(value.execution)}));
}

graph::Case decode_case(std::span<const std::byte> bytes) {
    try {
        const auto* const begin = reinterpret_cast<const std::uint8_t*>(bytes.data());
        return decode_checked(Json::from_cbor(begin, begin + bytes.size()));
    } catch (const Json::exception& error) {
        throw CodecError(std::string("a case in the arena cannot be decoded: ") + error.what());
    }
}

}  // namespace difftest::backends::protocol
