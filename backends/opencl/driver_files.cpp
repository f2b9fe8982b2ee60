#include "backends/opencl/driver_files.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace difftest::backends::opencl {
namespace {

std::string why_not_loaded(const std::string& library) {
    if (library.empty()) {
        return "names no library";
    }
    void* const handle = ::dlopen(library.c_str(), RTLD_LAZY | RTLD_LOCAL);
    if (handle == nullptr) {
        const char* const error = ::dlerror();
        return fmt::format("cannot be loaded: {}", error == nullptr ? "no reason is given" : error);
    }
    // What the loader asks a driver for (cl_khr_icd). The library stays loaded: the loader does the same.
    return ::dlsym(handle, "clGetExtensionFunctionAddress") == nullptr ? "is no OpenCL driver" : "";
}

}  // namespace

std::string drivers_folder() {
    const char* const folder = std::getenv("OCL_ICD_VENDORS");
    return folder == nullptr ? "/etc/OpenCL/vendors" : folder;
}

std::vector<DriverFile> driver_files() {
    std::vector<DriverFile> files;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(drivers_folder(), error)) {
        if (entry.path().extension() == ".icd") {
            std::string library;
            std::getline(std::ifstream(entry.path()), library);
            files.push_back({entry.path().string(), library, why_not_loaded(library)});
        }
    }
    std::sort(files.begin(), files.end(), [](const DriverFile& a, const DriverFile& b) { return a.file < b.file; });
    return files;
}

}  // namespace difftest::backends::opencl
