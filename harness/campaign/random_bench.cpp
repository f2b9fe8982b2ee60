#include "harness/campaign/random_bench.hpp"

#include "harness/campaign/case_runner.hpp"
#include "harness/generate/gated_case.hpp"

#include <fmt/format.h>

#include <sys/resource.h>
#include <unistd.h>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <utility>

namespace difftest::harness {
namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

nanoseconds processor_time(int whose) {
    rusage usage{};
    ::getrusage(whose, &usage);
    return std::chrono::seconds(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           std::chrono::microseconds(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/// An empty folder in which everybody keeps built kernels, as long as it lives.
class CacheFolder {
public:
    CacheFolder()
        : folder_(std::filesystem::temp_directory_path() / fmt::format("difftest-bench-caches-{}", ::getpid())) {
        std::filesystem::remove_all(folder_);
        std::filesystem::create_directories(folder_);
        for (const char* const variable : {"XDG_CACHE_HOME", "POCL_CACHE_DIR", "CUDA_CACHE_PATH"}) {
            ::setenv(variable, folder_.c_str(), 1);
        }
    }
    CacheFolder(const CacheFolder&) = delete;
    CacheFolder& operator=(const CacheFolder&) = delete;
    ~CacheFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }

private:
    std::filesystem::path folder_;
};

BenchRandom measured(const BackendSelection& backend, const CampaignConfiguration& configuration, std::uint64_t cases,
                     std::string caches) {
    RunSelection selection;
    selection.backends = {backend};
    selection.plans = configuration.plans;
    selection.threads = configuration.threads;
    selection.depth = JudgingDepth::verdict;
    BenchRandom result;
    result.configuration = configuration.name;
    result.caches = std::move(caches);
    result.cases = static_cast<std::int64_t>(cases);
    const nanoseconds own = processor_time(RUSAGE_SELF);
    const nanoseconds children = processor_time(RUSAGE_CHILDREN);
    const steady_clock::time_point start = steady_clock::now();
    {
        CaseRunner runner(selection);
        for (std::uint64_t index = 0; index < cases; ++index) {
            const std::string name = fmt::format("{}_{}", configuration.name, index);
            for (const RunEntry& entry : runner.run(gated_case(configuration.generator, index, name).value)) {
                ++result.runs;
                if (is_failure(entry.judgement.verdict) || entry.judgement.verdict == Verdict::harness_error) {
                    throw std::runtime_error(fmt::format("{} {}: {} {}", name, entry.plan,
                                                         name_of(entry.judgement.verdict), entry.judgement.reason));
                }
            }
        }
        result.clock = std::chrono::duration_cast<nanoseconds>(steady_clock::now() - start);
    }
    // The worker has ended, so that its time is known.
    result.judge_processor = processor_time(RUSAGE_SELF) - own;
    result.worker_processor = processor_time(RUSAGE_CHILDREN) - children;
    return result;
}

}  // namespace

std::vector<BenchRandom> measure_random_cases(const BackendSelection& backend,
                                              const CampaignConfiguration& configuration, std::uint64_t cases) {
    const CacheFolder caches;
    std::vector<BenchRandom> results;
    for (const char* const state : {"cold", "warm"}) {
        results.push_back(measured(backend, configuration, cases, state));
    }
    return results;
}

}  // namespace difftest::harness
