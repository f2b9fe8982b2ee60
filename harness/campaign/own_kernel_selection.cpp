#include "harness/campaign/own_kernel_selection.hpp"

#include "backends/kernel_manifest/kernel_file.hpp"
#include "harness/campaign/input_error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <utility>

namespace difftest::harness {
namespace {

/// The length of "key" where a part begins with "key="; the name of a device may hold a comma, too.
std::size_t key_length(std::string_view part) {
    const std::size_t equals = part.find('=');
    const bool is_key = equals != std::string_view::npos && equals > 0 &&
                        std::all_of(part.begin(), part.begin() + static_cast<std::ptrdiff_t>(equals),
                                    [](unsigned char letter) { return std::islower(letter) != 0; });
    return is_key ? equals : 0;
}

std::vector<std::string> parts_of(std::string_view text) {
    std::vector<std::string> parts;
    for (;;) {
        const std::size_t comma = text.find(',');
        const std::string_view part = text.substr(0, comma);
        if (parts.empty() || key_length(part) > 0) {
            parts.emplace_back(part);
        } else {
            parts.back() += fmt::format(",{}", part);
        }
        if (comma == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(comma + 1);
    }
}

std::string absolute(const std::string& file) {
    std::error_code error;
    const std::filesystem::path path = std::filesystem::absolute(file, error).lexically_normal();
    return error ? file : path.string();
}

}  // namespace

OpenclArgument opencl_argument(std::string_view text) {
    OpenclArgument result;
    for (const std::string& part : parts_of(text)) {
        const std::size_t length = key_length(part);
        if (length == 0) {
            result.device = part;
            continue;
        }
        const std::string key = part.substr(0, length);
        const std::string file = part.substr(length + 1);
        if (key != "kernel" && key != "manifest") {
            throw InputError(fmt::format("unknown key '{}' (known: kernel, manifest)", key));
        }
        std::string& place = key == "kernel" ? result.kernel : result.manifest;
        if (file.empty() || !place.empty()) {
            throw InputError(fmt::format("{}= {}", key, file.empty() ? "names no file" : "stands twice"));
        }
        place = absolute(file);
    }
    if (result.kernel.empty() != result.manifest.empty()) {
        throw InputError(result.manifest.empty() ? "kernel= needs manifest=FILE, which says what the kernel computes"
                                                 : "manifest= needs kernel=FILE");
    }
    if (!result.kernel.empty()) {
        try {
            backends::kernel_manifest::read_kernel(result.kernel, result.manifest);
        } catch (const backends::kernel_manifest::ManifestError& error) {
            throw InputError(error.what());
        }
    }
    return result;
}

std::vector<std::string> OpenclArgument::flags() const {
    std::vector<std::string> result;
    if (!device.empty()) {
        result = {"--device", device};
    }
    if (!kernel.empty()) {
        result.insert(result.end(), {"--kernel", kernel, "--manifest", manifest});
    }
    return result;
}

std::string OpenclArgument::text() const {
    return kernel.empty() ? device : fmt::format("{},kernel={},manifest={}", device, kernel, manifest);
}

}  // namespace difftest::harness
