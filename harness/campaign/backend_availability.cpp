#include "harness/campaign/backend_availability.hpp"

#include "harness/campaign/backend_session.hpp"
#include "reference/faults/dictionary.hpp"

#include <fmt/format.h>

namespace difftest::harness {

std::string example_name(const BackendKind& kind) {
    if (kind.argument.empty() || kind.argument_is_optional) {
        return std::string(kind.name);
    }
    return fmt::format("{}:{}", kind.name, faults::all_faults().front().name);
}

std::string why_unavailable(const BackendKind& kind) {
    if (!is_available(kind)) {
        return fmt::format("{} was not built: {}", worker_program(kind.name).filename().string(), kind.missing);
    }
    try {
        BackendSession(select_backend(example_name(kind)), std::nullopt);
        return "";
    } catch (const WorkerUnavailable& error) {
        return error.what();
    }
}

}  // namespace difftest::harness
