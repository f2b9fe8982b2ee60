#include "backends/plugin/plugin_library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <string>

namespace difftest::backends {

void PluginLibrary::Close::operator()(void* handle) const {
    ::dlclose(handle);
}

PluginLibrary::PluginLibrary(const std::filesystem::path& file)
    : handle_(::dlopen(std::filesystem::absolute(file).c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (!handle_) {
        throw BackendError(fmt::format("{}: cannot be loaded: {}", file.string(), ::dlerror()));
    }
    using Entry = const difftest_plugin_table* (*)();
    const auto entry = reinterpret_cast<Entry>(::dlsym(handle_.get(), "difftest_plugin"));
    table_ = entry == nullptr ? nullptr : entry();
    if (table_ == nullptr) {
        throw BackendError(fmt::format("{}: exports no difftest_plugin", file.string()));
    }
    if (table_->abi_version != DIFFTEST_PLUGIN_ABI_VERSION) {
        throw BackendError(fmt::format("{}: has plug-in ABI version {}, this program {}", file.string(),
                                       table_->abi_version, DIFFTEST_PLUGIN_ABI_VERSION));
    }
    const auto named = [this](std::size_t plan) { return table_->plans[plan].name != nullptr; };
    bool complete = table_->name != nullptr && table_->version != nullptr && table_->supports != nullptr &&
                    table_->run != nullptr && table_->plan_count > 0 && table_->plans != nullptr;
    for (std::size_t plan = 0; complete && plan < table_->plan_count; ++plan) {
        complete = named(plan);
    }
    if (!complete) {
        throw BackendError(fmt::format("{}: its table is incomplete", file.string()));
    }
}

}  // namespace difftest::backends
