#include "reference/graph/json_text.hpp"

#include "reference/graph/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace difftest::graph {
namespace {

/// Follows the parser through the document: knows the current place, and refuses what the parser lets pass.
class StructureChecker {
public:
    using Event = InputJson::parse_event_t;

    void follow(Event event, const InputJson& parsed) {
        switch (event) {
            case Event::object_start: return enter(true);
            case Event::array_start: return enter(false);
            case Event::key: return take_key(parsed.get_ref<const std::string&>());
            case Event::value: return advance();
            case Event::object_end:
            case Event::array_end: levels_.pop_back(); advance();
        }
    }

    std::string place() const { return place_of(levels_.size()); }

private:
    struct Level {
        bool object = false;
        std::string key;
        std::size_t index = 0;
        std::unordered_set<std::string> keys;
    };

    void enter(bool object) {
        if (levels_.size() == kDeepestNesting) {
            // The pointer to the place would be as deep as the nesting: the first steps of it say enough.
            throw MisplacedInput({place_of(4), fmt::format("nested deeper than {} levels", kDeepestNesting)});
        }
        levels_.push_back({object, {}, 0, {}});
    }

    void take_key(const std::string& key) {
        Level& level = levels_.back();
        if (!level.keys.insert(key).second) {
            throw MisplacedInput(
                {place_of(levels_.size() - 1), fmt::format("the key {} stands twice", in_quotes(key))});
        }
        level.key = key;
    }

    void advance() {
        if (!levels_.empty() && !levels_.back().object) {
            ++levels_.back().index;
        }
    }

    std::string place_of(std::size_t depth) const {
        std::string place;
        for (std::size_t i = 0; i < std::min(depth, levels_.size()); ++i) {
            place += levels_[i].object ? pointer_step(levels_[i].key) : fmt::format("/{}", levels_[i].index);
        }
        return place;
    }

    std::vector<Level> levels_;
};

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

}  // namespace

InputJson parse_json(std::string_view text) {
    StructureChecker checker;
    const auto follow = [&checker](int /*depth*/, InputJson::parse_event_t event, InputJson& parsed) {
        checker.follow(event, parsed);
        return true;
    };
    try {
        return InputJson::parse(text.begin(), text.end(), follow);
    } catch (const InputJson::parse_error& error) {
        throw MisplacedInput({line_and_column(text, error.byte), reason_of(error.what())});
    } catch (const InputJson::out_of_range&) {
        throw MisplacedInput({checker.place(), "the number is too large for f32"});
    }
}

}  // namespace difftest::graph
