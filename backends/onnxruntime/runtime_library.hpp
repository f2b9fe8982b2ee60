#pragma once

#include <onnxruntime_c_api.h>

#include <filesystem>
#include <memory>
#include <string>

namespace difftest::backends::onnxruntime {

/// ONNX Runtime, loaded with dlopen: from the file that DIFFTEST_ONNXRUNTIME names, or from where scripts/engines puts
/// it. It stays loaded for the life of the process.
class RuntimeLibrary {
public:
    /// Throws BackendError: not there, or of a release that does not offer the API of our header.
    RuntimeLibrary();

    const OrtApi& api() const { return *api_; }
    const std::string& version() const { return version_; }
    const std::filesystem::path& file() const { return file_; }

    /// Throws Unsupported where the library says that it has not implemented something, BackendError for all others.
    void require(OrtStatus* status, const char* what) const;

private:
    const OrtApi* api_ = nullptr;
    std::string version_;
    std::filesystem::path file_;
};

}  // namespace difftest::backends::onnxruntime
