#include "reference/graph/json_text.hpp"

#include "reference/graph/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace difftest::graph {
namespace {

/// "line 3, column 14" of a one-based byte position.
std::string line_and_column(std::string_view text, std::size_t byte) {
    const std::size_t offset = std::min(byte == 0 ? 0 : byte - 1, text.size());
    const std::string_view before = text.substr(0, offset);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const std::size_t line_end = before.rfind('\n');
    const std::size_t column = line_end == std::string_view::npos ? offset + 1 : offset - line_end;
    return fmt::format("line {}, column {}", line, column);
}

/// The parser's message without its own prefix ("[json.exception...] parse error at line ..., column ...: ") and
/// without the text last read, which may be as long as the file.
std::string reason_of(std::string_view message) {
    const std::size_t column = message.find("column ");
    const std::size_t prefix = message.find(": ", column == std::string_view::npos ? 0 : column);
    if (prefix != std::string_view::npos) {
        message.remove_prefix(prefix + 2);
    }
    return std::string(message.substr(0, message.find("; last read")));
}

/// Builds the document while it is parsed: knows the current place, and refuses what the parser itself lets pass. (The
/// parser's own callbacks cost a walk over all siblings for each array and object.)
class DocumentBuilder final : public nlohmann::json_sax<InputJson> {
public:
    explicit DocumentBuilder(std::string_view text) : text_(text) {}

    InputJson take() { return std::move(root_); }

    bool null() override { return add(nullptr); }
    bool boolean(bool value) override { return add(value); }
    bool number_integer(std::int64_t value) override { return add(value); }
    bool number_unsigned(std::uint64_t value) override { return add(value); }
    bool number_float(float value, const std::string& /*text*/) override { return add(value); }
    bool string(std::string& value) override { return add(std::move(value)); }
    bool binary(InputJson::binary_t& /*value*/) override { return false; }  // does not occur in JSON text
    bool start_object(std::size_t /*size*/) override { return enter(InputJson::value_t::object); }
    bool end_object() override { return leave(); }
    bool start_array(std::size_t /*size*/) override { return enter(InputJson::value_t::array); }
    bool end_array() override { return leave(); }

    bool key(std::string& name) override {
        Level& level = levels_.back();
        const auto [place, added] = level.container->get_ref<InputJson::object_t&>().emplace(name, nullptr);
        if (!added) {
            fail(place_of(levels_.size() - 1), fmt::format("the key {} stands twice", in_quotes(name)));
        }
        level.member = &place->second;
        level.key = name;
        return true;
    }

    bool parse_error(std::size_t byte, const std::string& /*token*/, const InputJson::exception& error) override {
        if (error.id == kNumberOverflow) {
            fail(place_of(levels_.size()), "the number is too large for f32");
        }
        fail(line_and_column(text_, byte), reason_of(error.what()));
    }

private:
    static constexpr int kNumberOverflow = 406;  // of the library's documented exception ids

    struct Level {
        InputJson* container = nullptr;
        InputJson* member = nullptr;  ///< of an object: where the next value goes
        std::string key;
    };

    [[noreturn]] static void fail(std::string place, std::string message) {
        throw MisplacedInput({std::move(place), std::move(message)});
    }

    InputJson* put(InputJson value) {
        if (levels_.empty()) {
            root_ = std::move(value);
            return &root_;
        }
        const Level& level = levels_.back();
        if (level.container->is_array()) {
            return &level.container->get_ref<InputJson::array_t&>().emplace_back(std::move(value));
        }
        *level.member = std::move(value);
        return level.member;
    }

    bool add(InputJson value) {
        put(std::move(value));
        return true;
    }

    bool enter(InputJson::value_t kind) {
        if (levels_.size() == kDeepestNesting) {
            // The whole pointer would be as long as the nesting is deep: the first steps of it say enough.
            fail(place_of(4), fmt::format("nested deeper than {} levels", kDeepestNesting));
        }
        levels_.push_back({put(InputJson(kind)), nullptr, {}});
        return true;
    }

    bool leave() {
        levels_.pop_back();
        return true;
    }

    std::string place_of(std::size_t depth) const {
        std::string place;
        for (std::size_t i = 0; i < std::min(depth, levels_.size()); ++i) {
            const InputJson& container = *levels_[i].container;
            // The element in the innermost array is not there yet.
            const std::size_t index = container.size() - (i + 1 < levels_.size() ? 1 : 0);
            place += container.is_object() ? pointer_step(levels_[i].key) : fmt::format("/{}", index);
        }
        return place;
    }

    std::string_view text_;
    InputJson root_;
    std::vector<Level> levels_;
};

}  // namespace

InputJson parse_json(std::string_view text) {
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
        throw MisplacedInput({"line 1, column 1", "there is no text"});
    }
    DocumentBuilder builder(text);
    InputJson::sax_parse(text.begin(), text.end(), &builder);
    return builder.take();
}

}  // namespace difftest::graph
