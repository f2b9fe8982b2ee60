#include "backends/worker/process_limits.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>

namespace difftest::backends {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kShadowMemory = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
constexpr bool kShadowMemory = true;
#else
constexpr bool kShadowMemory = false;
#endif
#else
constexpr bool kShadowMemory = false;
#endif

void lower(decltype(RLIMIT_AS) resource, std::uint64_t bytes) {
    rlimit limit{};
    if (bytes == 0 || ::getrlimit(resource, &limit) != 0) {
        return;
    }
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, bytes);
    ::setrlimit(resource, &limit);
}

void lift(decltype(RLIMIT_AS) resource) {
    rlimit limit{};
    if (::getrlimit(resource, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(resource, &limit);
    }
}

std::int64_t entries_of(const char* folder) {
    std::error_code ignored;
    std::int64_t count = 0;
    for (auto entry = std::filesystem::directory_iterator(folder, ignored); entry != end(entry);
         entry.increment(ignored)) {
        ++count;
    }
    return count;
}

}  // namespace

void limit_memory(std::uint64_t memory_bytes, std::uint64_t mapping_bytes) {
    if (!kShadowMemory) {
        lower(RLIMIT_DATA, memory_bytes);
        lower(RLIMIT_AS, mapping_bytes);
    }
}

void lift_memory_limits() {
    lift(RLIMIT_DATA);
    lift(RLIMIT_AS);
}

std::int64_t used_processor_nanoseconds() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

protocol::Resources used_resources() {
    protocol::Resources resources;
    resources.descriptors = entries_of("/proc/self/fd");
    resources.threads = entries_of("/proc/self/task");
    std::ifstream statm("/proc/self/statm");
    std::int64_t all_pages = 0;
    std::int64_t resident_pages = 0;
    statm >> all_pages >> resident_pages;
    resources.resident_bytes = resident_pages * ::sysconf(_SC_PAGESIZE);
    resources.processor_nanoseconds = used_processor_nanoseconds();
    return resources;
}

}  // namespace difftest::backends
