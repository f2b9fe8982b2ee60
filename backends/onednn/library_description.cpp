#include "backends/onednn/library_description.hpp"

#include "backends/onednn/api_version.hpp"
#include "backends/onednn/thread_scope.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace difftest::backends::onednn {

namespace {

std::string path_of_library() {
    // By name: the address of a function in a program may be that of a stub in the program itself.
    Dl_info info{};
    void* symbol = dlsym(RTLD_DEFAULT, "dnnl_version");
    if (symbol == nullptr || dladdr(symbol, &info) == 0 || info.dli_fname == nullptr) {
        return "";
    }
    return info.dli_fname;
}

std::string runtime_name(unsigned runtime) {
    switch (runtime) {
        case DNNL_RUNTIME_SEQ: return "sequential";
        case DNNL_RUNTIME_OMP: return "OpenMP";
        case DNNL_RUNTIME_TBB: return "TBB";
        case DNNL_RUNTIME_THREADPOOL: return "thread pool";
        case DNNL_RUNTIME_DPCPP: return "SYCL";
        default: return fmt::format("runtime {}", runtime);
    }
}

unsigned thread_count(unsigned runtime) {
    if (runtime == DNNL_RUNTIME_SEQ) {
        return 1;
    }
    if (runtime == DNNL_RUNTIME_OMP) {
        const int threads = library_threads();
        return threads > 0 ? static_cast<unsigned>(threads) : 1;
    }
    return std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace

std::string effective_isa() {
    const dnnl::cpu_isa isa = dnnl::get_effective_cpu_isa();
    for (const api::IsaRung& rung : api::isa_ladder()) {
        if (rung.isa == isa) {
            return std::string(rung.name);
        }
    }
    return fmt::format("isa 0x{:x}", static_cast<unsigned>(isa));
}

void check_library_version() {
    const dnnl_version_t* version = dnnl_version();
    if (version == nullptr) {
        throw BackendError("oneDNN does not tell its version");
    }
    if (version->major != DNNL_VERSION_MAJOR) {
        throw BackendError(fmt::format("oneDNN {}.{}.{} ({}): unknown major version; this worker was built for {}.x",
                                       version->major, version->minor, version->patch, path_of_library(),
                                       DNNL_VERSION_MAJOR));
    }
}

Description describe_library() {
    const dnnl_version_t* version = dnnl_version();
    if (version == nullptr) {
        throw BackendError("oneDNN does not tell its version");
    }
    Description description;
    description.name = "onednn";
    description.library_version = fmt::format("{}.{}.{}", version->major, version->minor, version->patch);
    description.library = fmt::format("oneDNN {} ({})", description.library_version, version->hash);
    description.library_path = path_of_library();
    description.isa = effective_isa();
    const unsigned threads = thread_count(version->cpu_runtime);
    description.runtime =
        fmt::format("{}, {} thread{}", runtime_name(version->cpu_runtime), threads, threads == 1 ? "" : "s");
    for (const api::IsaRung& rung : api::isa_ladder()) {
        description.isa_ladder.emplace_back(rung.name);
    }
    description.contract = contract::level(api::contract_level()).value();
    return description;
}

}  // namespace difftest::backends::onednn
