#pragma once

#include "backends/opencl/opencl_api.hpp"

#include <cstdint>
#include <list>
#include <string>
#include <unordered_map>

namespace difftest::backends::opencl {

/// The programs that were built for one device, the most recently used of them.
class DevicePrograms {
public:
    DevicePrograms(cl::Context context, cl::Device device) : context_(std::move(context)), device_(std::move(device)) {}

    /// Throws BackendError with the first line of the compiler's log that says why, and the line of the source.
    const cl::Program& program(const std::string& source, const std::string& options);

    std::int64_t built() const { return built_; }

private:
    struct Entry {
        std::string key;
        cl::Program program;
    };
    cl::Program build(const std::string& source, const std::string& options);

    cl::Context context_;
    cl::Device device_;
    std::list<Entry> entries_;  ///< the last used first
    std::unordered_map<std::string, std::list<Entry>::iterator> by_key_;
    std::int64_t built_ = 0;
};

/// "line 12: use of undeclared identifier 'x' | acc += x;": the first error of a compiler's log.
std::string shortened_log(const std::string& log, const std::string& source);

/// "CL_INVALID_KERNEL_ARGS"
std::string status_text(cl_int status);

}  // namespace difftest::backends::opencl
