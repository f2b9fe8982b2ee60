#pragma once

#include "backends/opencl/opencl_api.hpp"
#include "backends/opencl/program_files.hpp"

#include <chrono>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

namespace difftest::backends::opencl {

/// The programs that were built for one device: the most recently used of them in memory, and on disk (ProgramFiles).
class DevicePrograms {
public:
    /// `identity`: everything about device and driver that a binary depends on.
    DevicePrograms(cl::Context context, cl::Device device, std::string identity, ProgramFiles files);

    /// Throws BackendError with the first line of the compiler's log that says why, and the line of the source.
    const cl::Program& program(const std::string& source, const std::string& options);

    std::int64_t built() const { return built_; }    ///< from source
    std::int64_t loaded() const { return loaded_; }  ///< from disk

private:
    struct Entry {
        std::string key;
        cl::Program program;
        std::chrono::nanoseconds build_time{0};
        int uses = 0;
        bool is_on_disk = false;
    };
    Entry entry_for(std::string key, const std::string& source, const std::string& options);
    std::optional<cl::Program> load(const std::string& key, const std::string& options);
    cl::Program build(const std::string& source, const std::string& options);
    void keep(Entry& entry);

    cl::Context context_;
    cl::Device device_;
    std::string identity_;
    ProgramFiles files_;
    std::list<Entry> entries_;  ///< the last used first
    std::unordered_map<std::string, std::list<Entry>::iterator> by_key_;
    std::int64_t built_ = 0;
    std::int64_t loaded_ = 0;
    /// Whether the driver hands out binaries without compiling once more, as far as is known.
    bool binaries_are_cheap_ = true;
};

/// "line 12: use of undeclared identifier 'x' | acc += x;": the first error of a compiler's log.
std::string shortened_log(const std::string& log, const std::string& source);

/// "CL_INVALID_KERNEL_ARGS"
std::string status_text(cl_int status);

}  // namespace difftest::backends::opencl
