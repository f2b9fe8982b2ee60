#pragma once

#include "reference/graph/json_text.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace difftest::graph {

/// A value of a JSON document together with its place in it. Everything that does not find what it asks for throws
/// MisplacedInput with that place. The document outlives the cursor.
class JsonCursor {
public:
    JsonCursor(const InputJson& value, std::string place) : value_(&value), place_(std::move(place)) {}

    const InputJson& json() const { return *value_; }
    const std::string& place() const { return place_; }
    [[noreturn]] void fail(std::string message) const;

    /// Requires an object that has no other keys than these.
    void allow_only(const std::vector<std::string_view>& keys) const;
    JsonCursor member(std::string_view key) const;
    std::optional<JsonCursor> find(std::string_view key) const;
    /// The members of an object in the order of their keys.
    std::vector<std::pair<std::string, JsonCursor>> members() const;
    std::vector<JsonCursor> elements() const;

    const std::string& text() const;
    bool truth_value() const;
    std::int64_t integer() const;
    std::vector<std::int64_t> integers() const;
    /// A finite f32.
    float number() const;

private:
    const InputJson* value_;
    std::string place_;
};

/// "a number", "an object", ... for messages.
std::string_view kind_of(const InputJson& value);

/// The value of a JSON integer; nothing when the value is no integer or does not fit into 64 bits.
std::optional<std::int64_t> integer_of(const InputJson& value);

/// The value of a JSON number as f32; nothing when the value is no number.
std::optional<float> number_of(const InputJson& value);

}  // namespace difftest::graph
