#include "harness/campaign/json_object_reader.hpp"

#include "harness/campaign/input_error.hpp"
#include "reference/graph/json_nesting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace difftest::harness {

using Json = nlohmann::json;

namespace {

constexpr std::size_t kDeepestNesting = 100;
constexpr std::size_t kLongestMessage = 1000;
constexpr std::size_t kLargestFile = std::size_t{64} << 20;

}  // namespace

void refuse_deep_nesting(std::string_view text) {
    if (graph::nests_deeper_than(text, kDeepestNesting)) {
        throw std::invalid_argument(fmt::format("nested deeper than {} levels", kDeepestNesting));
    }
}

Json parse_json_text(std::string_view text) {
    refuse_deep_nesting(text);
    try {
        return Json::parse(text);
    } catch (const Json::exception& error) {
        const std::string_view message = error.what();
        // Without the text last read, which may be as long as the file.
        throw std::invalid_argument(std::string(message.substr(0, message.find("; last read"))));
    }
}

std::string read_bounded_text(const std::filesystem::path& file) {
    std::error_code ignored;
    std::ifstream stream(file, std::ios::binary);
    if (!stream || std::filesystem::is_directory(file, ignored)) {
        throw InputError(fmt::format("{}: cannot be read", file.string()));
    }
    std::string text;
    std::vector<char> block(std::size_t{1} << 16);
    while (stream.read(block.data(), static_cast<std::streamsize>(block.size())) || stream.gcount() > 0) {
        text.append(block.data(), static_cast<std::size_t>(stream.gcount()));
        if (text.size() > kLargestFile) {
            throw InputError(fmt::format("{}: larger than {} MiB", file.string(), kLargestFile >> 20U));
        }
    }
    return text;
}

Json parse_json_file(const std::filesystem::path& file) {
    const std::string text = read_bounded_text(file);
    try {
        return parse_json_text(text);
    } catch (const std::invalid_argument& error) {
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
    std::string message = fmt::format("{}: {}{}{}: {}", file_, place_, member.empty() ? "" : "/", member, what);
    // Whatever the file holds that the message quotes.
    std::replace_if(
        message.begin(), message.end(), [](unsigned char each) { return each < 0x20 || each == 0x7F; }, ' ');
    if (message.size() > kLongestMessage) {
        message = message.substr(0, kLongestMessage) + "...";
    }
    throw InputError(message);
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
