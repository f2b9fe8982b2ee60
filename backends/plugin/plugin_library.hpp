#pragma once

#include "backends/backend.hpp"
#include "backends/plugin/plugin_abi.h"

#include <filesystem>
#include <memory>

namespace difftest::backends {

/// A plug-in that was loaded; unloaded with the object. Only a worker process may do this: it executes foreign code.
class PluginLibrary {
public:
    /// Throws BackendError, in one line that names the file: it cannot be loaded, exports no `difftest_plugin`, or has
    /// another ABI version.
    explicit PluginLibrary(const std::filesystem::path& file);

    const difftest_plugin_table& table() const { return *table_; }

private:
    struct Close {
        void operator()(void* handle) const;
    };
    std::unique_ptr<void, Close> handle_;
    const difftest_plugin_table* table_ = nullptr;
};

}  // namespace difftest::backends
