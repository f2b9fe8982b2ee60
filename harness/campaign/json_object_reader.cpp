#include "harness/campaign/json_object_reader.hpp"

#include "harness/campaign/input_error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

namespace difftest::harness {

using Json = nlohmann::json;

Json parse_json_file(const std::filesystem::path& file) {
    std::ifstream stream(file);
    if (!stream) {
        throw InputError(fmt::format("{}: cannot be read", file.string()));
    }
    try {
        return Json::parse(stream);
    } catch (const Json::parse_error& error) {
        throw InputError(fmt::format("{}: {}", file.string(), error.what()));
    }
}

JsonObjectReader::JsonObjectReader(const Json& object, std::string file, std::string place)
    : object_(object), file_(std::move(file)), place_(std::move(place)) {
    if (!object_.is_object()) {
        fail("", "must be an object");
    }
}

void JsonObjectReader::fail(std::string_view member, std::string_view what) const {
    throw InputError(fmt::format("{}: {}{}{}: {}", file_, place_, member.empty() ? "" : "/", member, what));
}

void JsonObjectReader::allow_only(const std::vector<std::string>& members) const {
    for (const auto& [name, value] : object_.items()) {
        if (std::find(members.begin(), members.end(), name) == members.end()) {
            fail(name, "unknown member");
        }
    }
}

std::vector<std::string> JsonObjectReader::members() const {
    std::vector<std::string> result;
    for (const auto& [name, value] : object_.items()) {
        result.push_back(name);
    }
    return result;
}

std::string JsonObjectReader::text(const std::string& name, bool required) const {
    const auto found = object_.find(name);
    if (found == object_.end() && !required) {
        return "";
    }
    if (found == object_.end() || !found->is_string() || (required && found->get<std::string>().empty())) {
        fail(name, "must be a text");
    }
    return found->get<std::string>();
}

std::vector<std::string> JsonObjectReader::texts(const std::string& name) const {
    std::vector<std::string> result;
    const auto found = object_.find(name);
    if (found == object_.end()) {
        return result;
    }
    if (!found->is_array()) {
        fail(name, "must be a list of texts");
    }
    for (std::size_t index = 0; index < found->size(); ++index) {
        if (!(*found)[index].is_string()) {
            fail(fmt::format("{}/{}", name, index), "must be a text");
        }
        result.push_back((*found)[index].get<std::string>());
    }
    return result;
}

std::int64_t JsonObjectReader::integer(const std::string& name, std::int64_t lo, std::int64_t hi,
                                       std::int64_t otherwise) const {
    const auto found = object_.find(name);
    if (found == object_.end()) {
        return otherwise;
    }
    if (!found->is_number_integer() || *found < lo || *found > hi) {
        fail(name, fmt::format("must be a whole number from {} to {}", lo, hi));
    }
    return found->get<std::int64_t>();
}

bool JsonObjectReader::boolean(const std::string& name, bool otherwise) const {
    const auto found = object_.find(name);
    if (found == object_.end()) {
        return otherwise;
    }
    if (!found->is_boolean()) {
        fail(name, "must be true or false");
    }
    return found->get<bool>();
}

JsonObjectReader JsonObjectReader::object(const std::string& name) const {
    const auto found = object_.find(name);
    if (found == object_.end()) {
        fail(name, "is missing");
    }
    return {*found, file_, place_ + "/" + name};
}

std::vector<JsonObjectReader> JsonObjectReader::objects(const std::string& name) const {
    const auto found = object_.find(name);
    if (found == object_.end() || !found->is_array() || found->empty()) {
        fail(name, "must be a list of objects");
    }
    std::vector<JsonObjectReader> result;
    for (std::size_t index = 0; index < found->size(); ++index) {
        result.emplace_back((*found)[index], file_, fmt::format("{}/{}/{}", place_, name, index));
    }
    return result;
}

}  // namespace difftest::harness
