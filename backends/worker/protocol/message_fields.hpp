#pragma once

#include "backends/worker/protocol/messages.hpp"

#include <nlohmann/json.hpp>

#include <optional>

/// The parts that messages are made of, to and from JSON. The from-functions throw nlohmann's exceptions or
/// ProtocolError.
namespace difftest::backends::protocol {

using Json = nlohmann::json;

Json to_json(const std::optional<LoadRequest>& load);
std::optional<LoadRequest> load_from(const Json& encoded);

Json to_json(const std::vector<MaterializedTensor>& materialized);
std::vector<MaterializedTensor> materialized_from(const Json& encoded);

Json to_json(const Plan& plan);
Plan plan_from(const Json& encoded);

Json to_json(const PlanOffer& offer);
PlanOffer offer_from(const Json& encoded);

Json to_json(const Description& description);
Description description_from(const Json& encoded);

contract::Contract contract_from(const Json& encoded);

}  // namespace difftest::backends::protocol
