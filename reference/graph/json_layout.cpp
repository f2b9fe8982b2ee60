#include "reference/graph/json_layout.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace difftest::graph {
namespace {

constexpr std::size_t kLineWidth = 120;
constexpr std::size_t kIndentation = 2;

std::string text_of_number(float value) {
    std::array<char, 32> buffer{};
    const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    std::string text(buffer.data(), end);
    // ".0" keeps a whole number a floating one for every JSON reader, and with it the sign of -0.0.
    return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

std::string text_of_scalar(const OutputJson& value) {
    return value.is_number_float() ? text_of_number(value.get<float>()) : value.dump();
}

bool is_container(const OutputJson& value) {
    return value.is_structured();
}

bool holds_scalars_only(const OutputJson& value) {
    return std::none_of(value.begin(), value.end(), is_container);
}

bool may_stand_on_one_line(const OutputJson& value) {
    return std::all_of(value.begin(), value.end(), [](const OutputJson& member) {
        return !is_container(member) || member.empty() || (member.is_array() && holds_scalars_only(member));
    });
}

class Layout {
public:
    std::string take() && { return std::move(text_); }

    void write(const OutputJson& value, std::size_t indentation) {
        if (!is_container(value)) {
            text_ += text_of_scalar(value);
        } else if (write_on_one_line(value)) {
            return;
        } else if (value.is_array() && holds_scalars_only(value)) {
            write_filled(value, indentation + kIndentation);
        } else {
            write_members(value, indentation + kIndentation);
        }
    }

private:
    std::size_t column() const {
        const std::size_t line_end = text_.rfind('\n');
        return line_end == std::string::npos ? text_.size() : text_.size() - line_end - 1;
    }

    void start_line(std::size_t indentation) {
        text_ += '\n';
        text_.append(indentation, ' ');
    }

    bool write_on_one_line(const OutputJson& value) {
        if (!value.empty() && !may_stand_on_one_line(value)) {
            return false;
        }
        // One column is kept for the comma that may follow.
        const std::size_t room = kLineWidth - std::min(kLineWidth, column() + 1);
        std::string line;
        if (!flatten(value, room, line)) {
            return false;
        }
        text_ += line;
        return true;
    }

    /// Appends the one-line form to `line`; false as soon as it is longer than `room`.
    static bool flatten(const OutputJson& value, std::size_t room, std::string& line) {
        if (!is_container(value)) {
            if (value.is_string() && value.get_ref<const std::string&>().size() > room) {
                return false;
            }
            line += text_of_scalar(value);
            return line.size() <= room;
        }
        line += value.is_array() ? '[' : '{';
        for (auto member = value.begin(); member != value.end(); ++member) {
            line += member == value.begin() ? "" : ", ";
            if (value.is_object()) {
                line += OutputJson(member.key()).dump() + ": ";
            }
            if (!flatten(*member, room, line)) {
                return false;
            }
        }
        line += value.is_array() ? ']' : '}';
        return line.size() <= room;
    }

    void write_filled(const OutputJson& array, std::size_t indentation) {
        text_ += '[';
        std::size_t used = kLineWidth;
        for (std::size_t i = 0; i < array.size(); ++i) {
            const std::string text = text_of_scalar(array[i]) + (i + 1 < array.size() ? "," : "");
            if (used + 1 + text.size() > kLineWidth) {
                start_line(indentation);
                used = indentation;
            } else {
                text_ += ' ';
                used += 1;
            }
            text_ += text;
            used += text.size();
        }
        start_line(indentation - kIndentation);
        text_ += ']';
    }

    void write_members(const OutputJson& value, std::size_t indentation) {
        text_ += value.is_array() ? '[' : '{';
        for (auto member = value.begin(); member != value.end(); ++member) {
            text_ += member == value.begin() ? "" : ",";
            start_line(indentation);
            if (value.is_object()) {
                text_ += OutputJson(member.key()).dump() + ": ";
            }
            write(*member, indentation);
        }
        start_line(indentation - kIndentation);
        text_ += value.is_array() ? ']' : '}';
    }

    std::string text_;
};

}  // namespace

std::string lay_out(const OutputJson& document) {
    Layout layout;
    layout.write(document, 0);
    return std::move(layout).take() + "\n";
}

}  // namespace difftest::graph
