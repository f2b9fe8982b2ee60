#include "harness/report/template_text.hpp"

#include "harness/report/embedded_text.hpp"

#include <kainjow/mustache.hpp>
#include <nlohmann/json.hpp>

#include <stdexcept>

namespace difftest::harness {
namespace {

using Json = nlohmann::ordered_json;
using kainjow::mustache::data;
using kainjow::mustache::mustache;

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

data data_of(const Json& value) {
    if (value.is_object()) {
        data object(data::type::object);
        for (const auto& [key, member] : value.items()) {
            object.set(key, data_of(member));
        }
        return object;
    }
    if (value.is_array()) {
        data list(data::type::list);
        for (const Json& element : value) {
            list.push_back(data_of(element));
        }
        return list;
    }
    if (value.is_null()) {
        return data(data::type::bool_false);
    }
    if (value.is_boolean()) {
        return data(value.get<bool>());
    }
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    return text.empty() ? data(data::type::bool_false) : data(text);
}

/// A part that is no template (a style sheet, a script) stands as it is: with these delimiters it has no tags.
std::string verbatim(std::string_view text) {
    return "{{=<no-tag< >no-tag>=}}" + std::string(text);
}

/// The embedded files that the template names as its parts, and those that they name.
void add_parts(data& values, std::string_view text) {
    constexpr std::string_view kOpen = "{{>";
    for (std::size_t at = text.find(kOpen); at != std::string_view::npos; at = text.find(kOpen, at + 1)) {
        const std::size_t begin = at + kOpen.size();
        const std::string name(text.substr(begin, text.find("}}", begin) - begin));
        const bool is_template = name.ends_with(".mustache");
        const std::string part = is_template ? std::string(embedded_text(name)) : verbatim(embedded_text(name));
        values.set(name, data(kainjow::mustache::partial([part] { return part; })));
        if (is_template) {
            add_parts(values, part);
        }
    }
}

std::string_view entity(char c) {
    switch (c) {
        case '&': return "&amp;";
        case '<': return "&lt;";
        case '>': return "&gt;";
        case '"': return "&quot;";
        case '\'': return "&#39;";
        default: return {};
    }
}

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t';
}

std::string as_markup(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (const std::string_view replaced = entity(c); !replaced.empty()) {
            result += replaced;
        } else if (is_control(c)) {
            result += kReplacement;
        } else {
            result += c;
        }
    }
    return result;
}

std::string as_markdown(std::string_view text) {
    constexpr std::string_view kMarkup = "\\`*_[]<>|#~&";
    std::string result;
    for (const char c : text) {
        if (c == '\n' || c == '\r') {
            result += ' ';
            continue;
        }
        result += kMarkup.find(c) == std::string_view::npos ? "" : "\\";
        result += c;
    }
    return result;
}

}  // namespace

std::string escaped(std::string_view text, Escaping escaping) {
    switch (escaping) {
        case Escaping::markup: return as_markup(text);
        case Escaping::markdown: return as_markdown(text);
        case Escaping::none: break;
    }
    return std::string(text);
}

std::string single_blank_lines(const std::string& text) {
    std::string result;
    for (const char c : text) {
        if (c != '\n' || !result.ends_with("\n\n")) {
            result += c;
        }
    }
    return result;
}

std::string fill_template(std::string_view name, const Json& values, Escaping escaping) {
    const std::string_view text = embedded_text(name);
    mustache engine{std::string(text)};
    if (!engine.is_valid()) {
        throw std::logic_error(std::string(name) + ": " + engine.error_message());
    }
    engine.set_custom_escape([escaping](const std::string& value) { return escaped(value, escaping); });
    data filled = data_of(values);
    add_parts(filled, text);
    std::string result = engine.render(filled);
    if (!engine.is_valid()) {
        throw std::logic_error(std::string(name) + ": " + engine.error_message());
    }
    return result;
}

std::string script_json(const Json& value) {
    std::string result;
    for (const char c : value.dump(-1, ' ', true, Json::error_handler_t::replace)) {
        if (c == '<') {
            result += "\\u003c";
        } else {
            result += c;
        }
    }
    return result;
}

}  // namespace difftest::harness
