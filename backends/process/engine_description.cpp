#include "backends/process/engine_description.hpp"

#include "backends/backend.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace difftest::backends {
namespace {

using Json = nlohmann::json;

/// One line without control characters: it stands in tables, journals and reports.
std::string text_member(const Json& object, const char* key, const std::string& otherwise) {
    constexpr std::size_t kLongest = 100;
    const auto found = object.find(key);
    if (found == object.end()) {
        return otherwise;
    }
    if (!found->is_string() || found->get_ref<const std::string&>().empty() ||
        found->get_ref<const std::string&>().size() > kLongest) {
        throw BackendError(fmt::format("the engine's \"{}\" is no text of 1 to {} bytes", key, kLongest));
    }
    std::string text = *found;
    std::replace_if(
        text.begin(), text.end(), [](unsigned char byte) { return byte < ' '; }, ' ');
    return text;
}

EngineDescription::Plan read_plan(const Json& json) {
    if (!json.is_object()) {
        throw BackendError("the engine's \"plans\" must hold objects such as {\"name\": \"fused\"}");
    }
    const std::string contract = text_member(json, "contract", "strict");
    const auto parsed = contract::Contract::parse(contract);
    if (!parsed) {
        throw BackendError(fmt::format(
            "the engine claims the contract '{}', which there is not (see: difftest list contracts)", contract));
    }
    return {text_member(json, "name", "fused"), *parsed};
}

}  // namespace

EngineDescription engine_description(const ProcessMessage& message) {
    if (message.kind != "engine") {
        throw BackendError(fmt::format("the engine answered \"{}\" to \"describe\", not \"engine\"{}{}", message.kind,
                                       message.text.empty() ? "" : ": ", message.text));
    }
    const Json members = Json::parse(message.members);
    EngineDescription engine;
    engine.name = text_member(members, "name", "");
    if (engine.name.empty()) {
        throw BackendError("the engine tells no \"name\"");
    }
    engine.version = text_member(members, "version", "?");
    const auto plans = members.find("plans");
    for (const Json& plan : plans == members.end() ? Json::array({Json::object()}) : *plans) {
        engine.plans.push_back(read_plan(plan));
        const auto same = [&engine](const auto& each) { return each.name == engine.plans.back().name; };
        if (std::count_if(engine.plans.begin(), engine.plans.end(), same) > 1) {
            throw BackendError(fmt::format("the engine has two plans of the name '{}'", engine.plans.back().name));
        }
    }
    if (engine.plans.empty()) {
        throw BackendError("the engine has no plan");
    }
    return engine;
}

std::string implementation_of(const ProcessMessage& message, const EngineDescription& engine) {
    return text_member(Json::parse(message.members), "implementation", engine.name);
}

}  // namespace difftest::backends
