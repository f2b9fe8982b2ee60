#include "reference/graph/json_cursor.hpp"

#include "reference/graph/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace difftest::graph {

std::string_view kind_of(const InputJson& value) {
    switch (value.type()) {
        case InputJson::value_t::null: return "null";
        case InputJson::value_t::object: return "an object";
        case InputJson::value_t::array: return "an array";
        case InputJson::value_t::string: return "a string";
        case InputJson::value_t::boolean: return "a truth value";
        case InputJson::value_t::number_integer:
        case InputJson::value_t::number_unsigned: return "an integer";
        case InputJson::value_t::number_float: return "a number with a fraction or exponent";
        default: return "something else";
    }
}

std::optional<std::int64_t> integer_of(const InputJson& value) {
    if (value.is_number_unsigned()) {
        const auto magnitude = value.get<std::uint64_t>();
        if (magnitude > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
            return std::nullopt;
        }
        return static_cast<std::int64_t>(magnitude);
    }
    return value.is_number_integer() ? std::optional(value.get<std::int64_t>()) : std::nullopt;
}

std::optional<float> number_of(const InputJson& value) {
    if (value.is_number_unsigned()) {
        return static_cast<float>(value.get<std::uint64_t>());
    }
    if (value.is_number_integer()) {
        // The parser gives this type to integers with a minus sign only, so that 0 stands for -0.
        const auto integer = value.get<std::int64_t>();
        return integer == 0 ? -0.0F : static_cast<float>(integer);
    }
    return value.is_number_float() ? std::optional(value.get<float>()) : std::nullopt;
}

void JsonCursor::fail(std::string message) const {
    throw MisplacedInput({place_, std::move(message)});
}

void JsonCursor::allow_only(const std::vector<std::string_view>& keys) const {
    for (const auto& [key, value] : members()) {
        if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
            fail(fmt::format("unknown key {}", in_quotes(key)));
        }
    }
}

JsonCursor JsonCursor::member(std::string_view key) const {
    auto found = find(key);
    if (!found) {
        fail(fmt::format("the key {} is missing", in_quotes(key)));
    }
    return *std::move(found);
}

std::optional<JsonCursor> JsonCursor::find(std::string_view key) const {
    if (!value_->is_object()) {
        fail(fmt::format("expected an object, found {}", kind_of(*value_)));
    }
    const auto found = value_->find(std::string(key));
    if (found == value_->end()) {
        return std::nullopt;
    }
    return JsonCursor(*found, place_ + pointer_step(key));
}

std::vector<std::pair<std::string, JsonCursor>> JsonCursor::members() const {
    if (!value_->is_object()) {
        fail(fmt::format("expected an object, found {}", kind_of(*value_)));
    }
    std::vector<std::pair<std::string, JsonCursor>> result;
    for (const auto& [key, value] : value_->get_ref<const InputJson::object_t&>()) {
        result.emplace_back(key, JsonCursor(value, place_ + pointer_step(key)));
    }
    return result;
}

std::vector<JsonCursor> JsonCursor::elements() const {
    if (!value_->is_array()) {
        fail(fmt::format("expected an array, found {}", kind_of(*value_)));
    }
    std::vector<JsonCursor> result;
    result.reserve(value_->size());
    for (std::size_t i = 0; i < value_->size(); ++i) {
        result.emplace_back((*value_)[i], fmt::format("{}/{}", place_, i));
    }
    return result;
}

const std::string& JsonCursor::text() const {
    if (!value_->is_string()) {
        fail(fmt::format("expected a string, found {}", kind_of(*value_)));
    }
    return value_->get_ref<const std::string&>();
}

bool JsonCursor::truth_value() const {
    if (!value_->is_boolean()) {
        fail(fmt::format("expected true or false, found {}", kind_of(*value_)));
    }
    return value_->get<bool>();
}

std::int64_t JsonCursor::integer() const {
    if (!value_->is_number_integer()) {
        fail(fmt::format("expected an integer, found {}", kind_of(*value_)));
    }
    const auto result = integer_of(*value_);
    if (!result) {
        fail("the integer does not fit into 64 bits");
    }
    return *result;
}

std::vector<std::int64_t> JsonCursor::integers() const {
    std::vector<std::int64_t> result;
    for (const JsonCursor& element : elements()) {
        result.push_back(element.integer());
    }
    return result;
}

float JsonCursor::number() const {
    const auto result = number_of(*value_);
    if (!result) {
        fail(fmt::format("expected a number, found {}", kind_of(*value_)));
    }
    return *result;
}

}  // namespace difftest::graph
