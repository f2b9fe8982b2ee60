#include "backends/worker/protocol/message_fields.hpp"

#include <fmt/format.h>

#include <utility>

namespace difftest::backends::protocol {
namespace {

Json to_json(const std::optional<Placement>& placement) {
    return placement ? Json::array({placement->slot.offset, placement->slot.bytes, placement->begin, placement->bytes})
                     : Json();
}

std::optional<Placement> placement_from(const Json& encoded) {
    if (encoded.is_null()) {
        return std::nullopt;
    }
    return Placement{{encoded.at(0).get<std::uint64_t>(), encoded.at(1).get<std::uint64_t>()},
                     encoded.at(2).get<std::uint64_t>(),
                     encoded.at(3).get<std::uint64_t>()};
}

Json to_json(const std::optional<Slot>& slot) {
    return slot ? Json::array({slot->offset, slot->bytes}) : Json();
}

std::optional<Slot> slot_from(const Json& encoded) {
    if (encoded.is_null()) {
        return std::nullopt;
    }
    return Slot{encoded.at(0).get<std::uint64_t>(), encoded.at(1).get<std::uint64_t>()};
}

Json to_json(const TensorMemory& memory) {
    return Json::array({to_json(memory.first), to_json(memory.second), to_json(memory.snapshot)});
}

TensorMemory memory_from(const Json& encoded) {
    return {placement_from(encoded.at(0)), placement_from(encoded.at(1)), slot_from(encoded.at(2))};
}

}  // namespace

Json to_json(const std::optional<LoadRequest>& load) {
    if (!load) {
        return {};
    }
    Json tensors = Json::array();
    for (const TensorMemory& memory : load->tensors) {
        tensors.push_back(to_json(memory));
    }
    return {{"generation", load->generation},
            {"graph", to_json(std::optional<Placement>(load->graph))},
            {"tensors", std::move(tensors)}};
}

std::optional<LoadRequest> load_from(const Json& encoded) {
    if (encoded.is_null()) {
        return std::nullopt;
    }
    LoadRequest load;
    load.generation = encoded.at("generation").get<std::uint64_t>();
    load.graph = placement_from(encoded.at("graph")).value_or(Placement{});
    for (const Json& entry : encoded.at("tensors")) {
        load.tensors.push_back(memory_from(entry));
    }
    return load;
}

Json to_json(const std::vector<MaterializedTensor>& materialized) {
    Json result = Json::array();
    for (const MaterializedTensor& each : materialized) {
        result.push_back(Json::array({each.tensor, to_json(each.memory)}));
    }
    return result;
}

std::vector<MaterializedTensor> materialized_from(const Json& encoded) {
    std::vector<MaterializedTensor> result;
    for (const Json& entry : encoded) {
        result.push_back({entry.at(0).get<graph::TensorId>(), memory_from(entry.at(1))});
    }
    return result;
}

contract::Contract contract_from(const Json& encoded) {
    const auto text = encoded.get<std::string>();
    std::optional<contract::Contract> contract = contract::Contract::parse(text);
    if (!contract) {
        throw ProtocolError(fmt::format("unknown contract \"{}\"", text));
    }
    return std::move(*contract);
}

Json to_json(const Plan& plan) {
    Json partitions = Json::array();
    for (const Partition& partition : plan.partitions) {
        partitions.push_back({{"nodes", partition.nodes}, {"kind", partition.kind}});
    }
    return {{"name", plan.name},
            {"partitions", std::move(partitions)},
            {"traits", plan.traits},
            {"contract", plan.contract.to_string()},
            {"materialized", plan.materialized}};
}

Plan plan_from(const Json& encoded) {
    Plan plan;
    encoded.at("name").get_to(plan.name);
    for (const Json& entry : encoded.at("partitions")) {
        plan.partitions.push_back(
            {entry.at("nodes").get<std::vector<std::string>>(), entry.at("kind").get<std::string>()});
    }
    encoded.at("traits").get_to(plan.traits);
    plan.contract = contract_from(encoded.at("contract"));
    encoded.at("materialized").get_to(plan.materialized);
    return plan;
}

Json to_json(const PlanOffer& offer) {
    if (const Plan* plan = std::get_if<Plan>(&offer)) {
        return to_json(*plan);
    }
    const Refusal& refusal = std::get<Refusal>(offer);
    return {{"refused", refusal.plan}, {"reason", refusal.reason}};
}

PlanOffer offer_from(const Json& encoded) {
    if (encoded.contains("refused")) {
        return Refusal{encoded.at("refused").get<std::string>(), encoded.at("reason").get<std::string>()};
    }
    return plan_from(encoded);
}

Json to_json(const Description& description) {
    return {{"answer", "description"},
            {"name", description.name},
            {"library", description.library},
            {"library_version", description.library_version},
            {"library_path", description.library_path},
            {"isa", description.isa},
            {"runtime", description.runtime},
            {"isa_ladder", description.isa_ladder},
            {"contract", description.contract.to_string()}};
}

Description description_from(const Json& encoded) {
    Description description;
    encoded.at("name").get_to(description.name);
    encoded.at("library").get_to(description.library);
    encoded.at("library_version").get_to(description.library_version);
    encoded.at("library_path").get_to(description.library_path);
    encoded.at("isa").get_to(description.isa);
    encoded.at("runtime").get_to(description.runtime);
    encoded.at("isa_ladder").get_to(description.isa_ladder);
    description.contract = contract_from(encoded.at("contract"));
    return description;
}

}  // namespace difftest::backends::protocol
