#include "backends/kernel_manifest/kernel_macros.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

namespace difftest::backends::kernel_manifest {
namespace {

bool begins_name(char letter) {
    return letter == '_' || (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
}

bool is_of_name(char letter) {
    return begins_name(letter) || (letter >= '0' && letter <= '9');
}

/// Comments become spaces, and lines that a backslash joins become one, followed by as many empty ones.
std::string without_comments(const std::string& source) {
    std::string text;
    std::size_t joined = 0;
    for (std::size_t at = 0; at < source.size(); ++at) {
        const std::string_view rest = std::string_view(source).substr(at);
        if (rest.starts_with("//")) {
            at = std::min(source.find('\n', at), source.size()) - 1;
        } else if (rest.starts_with("/*")) {
            const std::size_t end = std::min(source.find("*/", at + 2), source.size());
            const auto lines = std::count(source.begin() + static_cast<std::ptrdiff_t>(at),
                                          source.begin() + static_cast<std::ptrdiff_t>(end), '\n');
            text.append(static_cast<std::size_t>(lines), '\n');
            text += ' ';
            at = end + 1;
        } else if (rest.starts_with("\\\n")) {
            ++joined;
            ++at;
        } else {
            text += source[at];
            if (source[at] == '\n') {
                text.append(std::exchange(joined, 0), '\n');
            }
        }
    }
    return text;
}

/// The names in a text, in their order; not the letters of numbers such as 0x1F.
std::vector<std::string> names_in(std::string_view text) {
    std::vector<std::string> names;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t begin = at;
        while (at < text.size() && is_of_name(text[at])) {
            ++at;
        }
        if (at > begin && begins_name(text[begin])) {
            names.emplace_back(text.substr(begin, at - begin));
        }
        at += at == begin ? 1 : 0;
    }
    return names;
}

struct Directive {
    std::string name;  ///< "if"
    std::string rest;
    std::size_t line = 0;
};

std::vector<Directive> directives_of(const std::string& text) {
    std::vector<Directive> directives;
    std::istringstream lines(text);
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        const std::size_t sign = line.find_first_not_of(" \t");
        if (sign == std::string::npos || line[sign] != '#') {
            continue;
        }
        const std::size_t begin = std::min(line.find_first_not_of(" \t", sign + 1), line.size());
        const std::size_t end = std::min(line.find_first_of(" \t(!", begin), line.size());
        directives.push_back({line.substr(begin, end - begin), line.substr(end), number});
    }
    return directives;
}

bool is_of_compiler(const std::string& name) {
    return name.starts_with("__") || name.starts_with("cl_") || name.starts_with("CL_") ||
           name.starts_with("FP_FAST_FMA") || name == "defined";
}

/// "-D NAME" and "-DNAME=1".
std::set<std::string> defined_by_options(const std::string& options) {
    std::set<std::string> names;
    for (std::size_t at = options.find("-D"); at != std::string::npos; at = options.find("-D", at + 2)) {
        const std::vector<std::string> behind = names_in(std::string_view(options).substr(at + 2));
        if (!behind.empty()) {
            names.insert(behind.front());
        }
    }
    return names;
}

std::string complaint_about_conditions(const std::vector<Directive>& directives, const Manifest& manifest) {
    std::set<std::string> known = defined_by_options(manifest.options);
    for (const auto& [name, value] : manifest.defines) {
        known.insert(name);
    }
    for (const Directive& each : directives) {
        const std::vector<std::string> names = names_in(each.rest);
        if (each.name == "include") {
            return "";
        }
        if (each.name == "define" && !names.empty()) {
            known.insert(names.front());
        }
    }
    for (const Directive& each : directives) {
        if (each.name != "if" && each.name != "elif") {
            continue;
        }
        const std::vector<std::string> names = names_in(each.rest);
        for (std::size_t i = 0; i < names.size(); ++i) {
            const bool may_be_missing = i > 0 && names[i - 1] == "defined";
            if (!may_be_missing && !is_of_compiler(names[i]) && known.count(names[i]) == 0) {
                return fmt::format(
                    "line {} of the kernel: #{} asks for '{}', which neither the kernel nor the manifest "
                    "(/defines, /options) defines: it would count as 0",
                    each.line, each.name, names[i]);
            }
        }
    }
    return "";
}

}  // namespace

std::string complaint_about_macros(const std::string& source, const Manifest& manifest) {
    const std::string text = without_comments(source);
    const std::vector<std::string> all = names_in(text);
    const std::set<std::string> mentioned(all.begin(), all.end());
    for (const auto& [name, value] : manifest.defines) {
        if (mentioned.count(name) == 0) {
            return fmt::format("/defines/{}: the kernel has no such name", name);
        }
    }
    return complaint_about_conditions(directives_of(text), manifest);
}

}  // namespace difftest::backends::kernel_manifest
