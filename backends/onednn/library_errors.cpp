#include "backends/onednn/library_errors.hpp"

#include "backends/backend.hpp"

#include <fmt/format.h>

#include <string_view>

namespace difftest::backends::onednn {

namespace {

std::string_view status_text(dnnl_status_t status) {
    switch (status) {
        case dnnl_out_of_memory: return "out_of_memory";
        case dnnl_invalid_arguments: return "invalid_arguments";
        case dnnl_unimplemented: return "unimplemented";
        case dnnl_runtime_error: return "runtime_error";
        case dnnl_not_required: return "not_required";
        default: return "error";
    }
}

bool is_refusal(dnnl_status_t status, bool creating) {
    if (status == dnnl_unimplemented) {
        return true;
    }
    // From dnnl_invalid_graph on there are the statuses of the Graph API, which v2 does not have.
    constexpr int kFirstOfGraphs = 7;
    return creating && (status == dnnl_invalid_arguments || static_cast<int>(status) >= kFirstOfGraphs);
}

}  // namespace

void rethrow(const dnnl::error& failure, const std::string& what, bool creating) {
    // The library ends with a hint to set an environment variable, which is not about the case.
    std::string_view words = failure.message;
    words = words.substr(0, words.find(". Run workload with"));
    const std::string message = fmt::format("{}: {} ({})", what, words, status_text(failure.status));
    if (is_refusal(failure.status, creating)) {
        throw Unsupported(message);
    }
    throw BackendError(message);
}

}  // namespace difftest::backends::onednn
