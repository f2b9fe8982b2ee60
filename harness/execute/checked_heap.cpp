#include "harness/execute/checked_heap.hpp"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace difftest::harness {

#if defined(__SANITIZE_ADDRESS__) || !defined(__GLIBC__)

std::vector<std::pair<std::string, std::string>> checked_heap_environment() {
    return {};
}

#else

namespace {

std::string with_present(const char* variable, const std::string& value, char separator) {
    const char* const present = std::getenv(variable);
    return present == nullptr || *present == '\0' ? value : value + separator + present;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> checked_heap_environment() {
    Dl_info library{};
    if (::dladdr(reinterpret_cast<const void*>(&::malloc), &library) == 0 || library.dli_fname == nullptr) {
        return {};
    }
    // It stands beside the C library; https://sourceware.org/glibc/manual, "Heap Consistency Checking".
    const std::filesystem::path file =
        std::filesystem::path(library.dli_fname).parent_path() / "libc_malloc_debug.so.0";
    std::error_code error;
    if (!std::filesystem::exists(file, error)) {
        return {};
    }
    return {{"LD_PRELOAD", with_present("LD_PRELOAD", file.string(), ':')},
            {"GLIBC_TUNABLES", with_present("GLIBC_TUNABLES", "glibc.malloc.check=3", ':')}};
}

#endif

}  // namespace difftest::harness
