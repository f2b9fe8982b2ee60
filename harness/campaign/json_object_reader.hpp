#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace difftest::harness {

/// Throws std::invalid_argument where a JSON text is nested so deeply that whoever copies or prints it would run out of
/// stack.
void refuse_deep_nesting(std::string_view text);

/// The JSON document in a text that may come from anybody. Throws std::invalid_argument with one line.
nlohmann::json parse_json_text(std::string_view text);

/// What a file holds, up to 64 MiB. Throws InputError: cannot be read, or holds more.
std::string read_bounded_text(const std::filesystem::path& file);

/// The JSON document in a file. Throws InputError with the file and, for malformed JSON, the place.
nlohmann::json parse_json_file(const std::filesystem::path& file);

/// Reads members of one JSON object. Everything that is not as asked for is an InputError with the file and the place.
/// The document must outlive the reader.
class JsonObjectReader {
public:
    JsonObjectReader(const nlohmann::json& object, std::string file, std::string place);

    [[noreturn]] void fail(std::string_view member, std::string_view what) const;
    void allow_only(const std::vector<std::string>& members) const;
    bool has(const std::string& name) const { return object_.contains(name); }
    std::vector<std::string> members() const;

    std::string text(const std::string& name, bool required = true) const;
    /// Empty when the member is not there.
    std::vector<std::string> texts(const std::string& name) const;
    /// A whole number in [lo, hi]; `otherwise` when the member is not there.
    std::int64_t integer(const std::string& name, std::int64_t lo, std::int64_t hi, std::int64_t otherwise) const;
    bool boolean(const std::string& name, bool otherwise) const;
    JsonObjectReader object(const std::string& name) const;
    std::vector<JsonObjectReader> objects(const std::string& name) const;

private:
    const nlohmann::json& object_;
    std::string file_;
    std::string place_;
};

}  // namespace difftest::harness
