#include "harness/campaign/backend_selection.hpp"

#include "harness/campaign/input_error.hpp"
#include "harness/campaign/own_kernel_selection.hpp"
#include "harness/execute/worker.hpp"
#include "reference/faults/dictionary.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace difftest::harness {
namespace {

/// "none", or NAME[@NODE] once or more, separated by commas. Which nodes there are is known only with a case.
bool names_faults(std::string_view text) {
    if (text == "none") {
        return true;
    }
    for (;;) {
        const std::size_t comma = std::min(text.find(','), text.size());
        const std::string_view item = text.substr(0, comma);
        if (!faults::find_fault(item.substr(0, item.find('@')))) {
            return false;
        }
        if (comma == text.size()) {
            return true;
        }
        text.remove_prefix(comma + 1);
    }
}

std::string known_names() {
    std::string text;
    for (const BackendKind& kind : backend_kinds()) {
        text += fmt::format("{}{}", text.empty() ? "" : ", ", kind.name);
        if (kind.argument_is_optional) {
            text += fmt::format("[:{}]", kind.argument);
        } else if (!kind.argument.empty()) {
            text += fmt::format(":{}", kind.argument);
        }
    }
    return text;
}

}  // namespace

std::span<const BackendKind> backend_kinds() {
    static const std::array<BackendKind, 5> kKinds{{
        {"onednn", "", "", {"ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"}, true, "install libdnnl-dev and build again"},
        {"opencl",
         "DEVICE[,kernel=FILE,manifest=FILE]",
         "--device",
         {},
         false,
         "install ocl-icd-opencl-dev and build again",
         true,
         true,
         std::chrono::minutes(2),
         true},
        {"faulty", "FAULT", "--fault", {}, false, "build the target difftest-worker-faulty"},
        {"process", "COMMAND", "--command", {}, false, "build the target difftest-worker-process"},
        {"plugin", "FILE", "--plugin", {}, false, "build the target difftest-worker-plugin"},
    }};
    return kKinds;
}

bool is_available(const BackendKind& kind) {
    return ::access(worker_program(kind.name).c_str(), X_OK) == 0;
}

bool needs_no_argument(const BackendKind& kind) {
    return kind.argument.empty() || kind.argument_is_optional;
}

BackendSelection select_backend(std::string_view text) {
    const std::size_t colon = text.find(':');
    const std::string_view name = text.substr(0, colon);
    const std::string_view argument = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
    const auto kinds = backend_kinds();
    const auto kind =
        std::find_if(kinds.begin(), kinds.end(), [name](const BackendKind& each) { return each.name == name; });
    if (kind == kinds.end()) {
        throw InputError(fmt::format("--backend {}: unknown backend (known: {})", text, known_names()));
    }
    if (kind->argument.empty() && colon != std::string_view::npos) {
        throw InputError(fmt::format("--backend {}: {} takes no argument", text, name));
    }
    const bool names_nothing = colon != std::string_view::npos && argument.empty();
    if (!kind->argument.empty() && argument.empty() && (names_nothing || !kind->argument_is_optional)) {
        throw InputError(fmt::format("--backend {}: must be {}:{}", text, name, kind->argument));
    }
    if (!is_available(*kind)) {
        throw InputError(
            fmt::format("--backend {}: {} is not there; {}", text, worker_program(kind->name).string(), kind->missing));
    }
    if (kind->name == "faulty" && !names_faults(argument)) {
        throw InputError(fmt::format("--backend {}: unknown fault (see: difftest list rules)", text));
    }
    BackendSelection selection{std::string(text), &*kind, worker_program(kind->name), {}};
    if (kind->name == "opencl" && !argument.empty()) {
        try {
            const OpenclArgument opencl = opencl_argument(argument);
            selection.anywhere = opencl.kernel.empty() ? "" : fmt::format("{}:{}", name, opencl.text());
            selection.arguments = opencl.flags();
            return selection;
        } catch (const InputError& error) {
            throw InputError(fmt::format("--backend {}: {}", text, error.what()));
        }
    }
    if (kind->name == "plugin") {
        std::error_code error;
        const std::filesystem::path file = std::filesystem::absolute(argument, error).lexically_normal();
        if (error || !std::filesystem::is_regular_file(file, error)) {
            throw InputError(fmt::format("--backend {}: there is no file {}", text, file.string()));
        }
        selection.anywhere = fmt::format("{}:{}", name, file.string());
        selection.arguments = {std::string(kind->flag), file.string()};
        return selection;
    }
    if (!argument.empty()) {
        selection.arguments = {std::string(kind->flag), std::string(argument)};
    }
    return selection;
}

std::vector<BackendSelection> select_backends(const std::vector<std::string>& requested) {
    std::vector<BackendSelection> result;
    const auto add = [&result](BackendSelection selection) {
        const auto same = [&selection](const BackendSelection& each) { return each.name == selection.name; };
        if (std::none_of(result.begin(), result.end(), same)) {
            result.push_back(std::move(selection));
        }
    };
    for (const std::string& text : requested) {
        if (text != kEveryBackend) {
            add(select_backend(text));
            continue;
        }
        for (const BackendKind& kind : backend_kinds()) {
            if (needs_no_argument(kind) && is_available(kind)) {
                add(select_backend(kind.name));
            }
        }
    }
    if (requested.empty()) {
        for (const BackendKind& kind : backend_kinds()) {
            if (kind.by_default && is_available(kind)) {
                add({std::string(kind.name), &kind, worker_program(kind.name), {}});
            }
        }
    }
    return result;
}

}  // namespace difftest::harness
