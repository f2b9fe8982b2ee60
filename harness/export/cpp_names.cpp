#include "harness/export/cpp_names.hpp"

#include <cctype>

namespace difftest::harness {

std::string CppNames::unique(std::string_view wanted) {
    std::string name;
    for (const char c : wanted) {
        name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
    }
    if (name.empty() || std::isdigit(static_cast<unsigned char>(name.front())) != 0 || name.starts_with('_')) {
        name.insert(0, "t");
    }
    name = name.substr(0, 40);
    std::string candidate = name;
    for (int number = 2; taken_.contains(candidate); ++number) {
        candidate = name + "_" + std::to_string(number);
    }
    taken_.insert(candidate);
    return candidate;
}

std::string float_literal(std::string_view number) {
    if (number.ends_with("inf")) {
        return number.starts_with('-') ? "-INFINITY" : "INFINITY";
    }
    if (number.ends_with("nan")) {
        return "NAN";
    }
    const bool has_point = number.find_first_of(".e") != std::string_view::npos;
    return std::string(number) + (has_point ? "f" : ".0f");
}

std::string with_single_gaps(std::string text) {
    for (std::size_t at = text.find("\n\n\n"); at != std::string::npos; at = text.find("\n\n\n", at)) {
        text.erase(at, 1);
    }
    return text;
}

std::string braced(const std::vector<std::string>& items, std::size_t indent) {
    constexpr std::size_t kWidth = 100;
    std::string text = "{";
    std::size_t column = indent;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const std::string item = items[i] + (i + 1 < items.size() ? ", " : "");
        if (column + item.size() > kWidth) {
            text += "\n" + std::string(indent, ' ');
            column = indent;
        }
        text += item;
        column += item.size();
    }
    return text + "}";
}

}  // namespace difftest::harness
