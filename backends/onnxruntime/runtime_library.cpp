#include "backends/onnxruntime/runtime_library.hpp"

#include "backends/backend.hpp"
#include "backends/onnxruntime/engine_folder.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <system_error>

namespace difftest::backends::onnxruntime {
namespace {

std::filesystem::path library_file() {
    if (const char* const named = std::getenv("DIFFTEST_ONNXRUNTIME"); named != nullptr && *named != '\0') {
        return named;
    }
    const char* const folder = std::getenv("DIFFTEST_ENGINES");
    const std::filesystem::path home =
        std::filesystem::path(folder == nullptr ? kEngineFolder : folder) / "onnxruntime/wheel/onnxruntime/capi";
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(home, error)) {
        if (entry.path().filename().string().starts_with("libonnxruntime.so")) {
            return entry.path();
        }
    }
    throw BackendError(fmt::format("ONNX Runtime is not there: no libonnxruntime.so in {}; scripts/engines onnxruntime",
                                   home.string()));
}

/// The first line, without the address of the place in the library's source.
std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

}  // namespace

RuntimeLibrary::RuntimeLibrary() : file_(library_file()) {
    void* const handle = ::dlopen(file_.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
        throw BackendError(fmt::format("ONNX Runtime cannot be loaded: {}", ::dlerror()));
    }
    using GetApiBase = const OrtApiBase* (*)();
    const auto get_base = reinterpret_cast<GetApiBase>(::dlsym(handle, "OrtGetApiBase"));
    if (get_base == nullptr) {
        throw BackendError(fmt::format("{} is no ONNX Runtime: it has no OrtGetApiBase", file_.string()));
    }
    const OrtApiBase* const base = get_base();
    version_ = base->GetVersionString();
    api_ = base->GetApi(ORT_API_VERSION);
    if (api_ == nullptr) {
        throw BackendError(
            fmt::format("ONNX Runtime {} does not offer version {} of its API", version_, ORT_API_VERSION));
    }
}

void RuntimeLibrary::require(OrtStatus* status, const char* what) const {
    if (status == nullptr) {
        return;
    }
    const OrtErrorCode code = api_->GetErrorCode(status);
    const std::string message = fmt::format("{}: {}", what, first_line(api_->GetErrorMessage(status)));
    api_->ReleaseStatus(status);
    if (code == ORT_NOT_IMPLEMENTED) {
        throw Unsupported(message);
    }
    throw BackendError(message);
}

}  // namespace difftest::backends::onnxruntime
