#include "harness/campaign/backend_availability.hpp"

#include "harness/campaign/backend_session.hpp"
#include "reference/faults/dictionary.hpp"

#include <fmt/format.h>

namespace difftest::harness {

std::optional<std::string> example_name(const BackendKind& kind) {
    if (needs_no_argument(kind)) {
        return std::string(kind.name);
    }
    if (kind.name != "faulty") {
        return std::nullopt;
    }
    return fmt::format("{}:{}", kind.name, faults::all_faults().front().name);
}

std::string why_unavailable(const BackendKind& kind) {
    if (!is_available(kind)) {
        return fmt::format("{} was not built: {}", worker_program(kind.name).filename().string(), kind.missing);
    }
    const std::optional<std::string> example = example_name(kind);
    if (!example) {
        return "";
    }
    try {
        BackendSession(select_backend(*example), std::nullopt);
        return "";
    } catch (const WorkerUnavailable& error) {
        return error.what();
    }
}

}  // namespace difftest::harness
