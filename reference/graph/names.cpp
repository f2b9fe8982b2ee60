#include "reference/graph/names.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace difftest::graph {
namespace {

constexpr std::size_t kLongestQuotation = 80;

bool has_control_character(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
        const bool c1 = byte == 0xC2U && next >= 0x80U && next <= 0x9FU;  // U+0080 to U+009F
        if (byte < 0x20U || byte == 0x7FU || c1) {
            return true;
        }
    }
    return false;
}

}  // namespace

bool is_utf8(std::string_view text) {
    try {
        static_cast<void>(nlohmann::json(text).dump());
        return true;
    } catch (const nlohmann::json::type_error&) {
        return false;
    }
}

bool is_printable(std::string_view text) {
    return is_utf8(text) && !has_control_character(text);
}

std::optional<std::string> complaint_about_name(std::string_view name) {
    if (name.empty()) {
        return "a name must not be empty";
    }
    if (name.size() > kLongestName) {
        return fmt::format("a name of {} bytes is longer than {}", name.size(), kLongestName);
    }
    if (!is_utf8(name)) {
        return fmt::format("the name {} is not valid UTF-8", in_quotes(name));
    }
    if (has_control_character(name)) {
        return fmt::format("the name {} holds a control character", in_quotes(name));
    }
    if (name.find('/') != std::string_view::npos) {
        return fmt::format("the name {} holds a slash", in_quotes(name));
    }
    return std::nullopt;
}

std::string in_quotes(std::string_view text) {
    const bool cut = text.size() > kLongestQuotation;
    std::string line = nlohmann::json(text.substr(0, kLongestQuotation))
                           .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return cut ? line + "..." : line;
}

std::string pointer_step(std::string_view key) {
    std::string step = "/";
    const std::string line = in_quotes(key);
    for (const char c : std::string_view(line).substr(1, line.rfind('"') - 1)) {
        if (c == '~') {
            step += "~0";
        } else if (c == '/') {
            step += "~1";
        } else {
            step += c;
        }
    }
    return step;
}

}  // namespace difftest::graph
