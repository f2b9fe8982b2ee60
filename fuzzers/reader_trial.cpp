#include "fuzzers/reader_trial.hpp"

#include "fuzzers/mutation_random.hpp"
#include "fuzzers/text_mutation.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <fstream>
#include <new>
#include <stdexcept>

namespace difftest::fuzzers {
namespace {

/// Shared with the process that reads, so that what it did is known when it is gone.
struct Progress {
    static constexpr std::size_t kLongestInput = std::size_t{1} << 20;
    std::int64_t inputs;
    std::int64_t read;
    std::int64_t refused;
    double slowest_seconds;
    char fault[512];
    std::size_t size;
    char input[kLongestInput];

    void set_fault(const std::string& what) {
        const std::size_t length = std::min(what.size(), sizeof(fault) - 1);
        std::memcpy(fault, what.data(), length);
    }
};

class SharedProgress {
public:
    SharedProgress()
        : memory_(::mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
        if (memory_ == MAP_FAILED) {
            throw std::runtime_error("no shared memory");
        }
    }
    SharedProgress(const SharedProgress&) = delete;
    SharedProgress& operator=(const SharedProgress&) = delete;
    ~SharedProgress() { ::munmap(memory_, sizeof(Progress)); }
    Progress& operator*() const { return *static_cast<Progress*>(memory_); }

private:
    void* memory_;
};

double processor_seconds() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// Ends the process when it computes for longer than that, or waits for much longer.
void set_alarm(double seconds) {
    itimerval timer{};
    timer.it_value.tv_sec = static_cast<time_t>(seconds);
    timer.it_value.tv_usec = static_cast<suseconds_t>(1e6 * (seconds - static_cast<double>(timer.it_value.tv_sec)));
    ::setitimer(ITIMER_PROF, &timer, nullptr);
    constexpr unsigned kPatience = 60;
    ::alarm(seconds > 0 ? kPatience : 0);
}

std::string changed(const Reader& reader, std::size_t seed, MutationRandom& random) {
    std::string text = reader.seeds[seed];
    for (std::size_t times = random.length(3); times > 0; --times) {
        const auto own = static_cast<std::uint32_t>(random.below(std::uint64_t{1} << 32));
        const std::size_t line = text.find('\n');
        if (!reader.is_json || random.one_in(3)) {
            text = mutated_bytes(text, own);
        } else if (random.one_in(8)) {
            text = crossed_json(text, reader.seeds[random.below(reader.seeds.size())], own);
        } else if (line != std::string::npos && text.starts_with('{') && text.substr(0, line).ends_with('}')) {
            text =
                mutated_json(text.substr(0, line), own) + text.substr(line);  // a line of JSON, and what belongs to it
        } else {
            text = mutated_json(text, own);
        }
    }
    text.resize(std::min(text.size(), Progress::kLongestInput));
    return text;
}

void read_one(const Reader& reader, const std::string& text, std::size_t seed, Progress& progress) {
    constexpr std::size_t kLongestMessage = 4096;
    try {
        reader.read(text, seed);
        ++progress.read;
    } catch (const Refused& refused) {
        ++progress.refused;
        if (refused.message.find('\n') != std::string::npos || refused.message.size() > kLongestMessage) {
            progress.set_fault(fmt::format("a message that is not one short line: {}", refused.message));
        }
    } catch (const std::bad_alloc&) {
        progress.set_fault("more memory than is allowed");
    } catch (const std::exception& error) {
        progress.set_fault(fmt::format("an exception that its header does not name: {}", error.what()));
    }
}

void try_one(const Reader& reader, const std::string& text, std::size_t seed, const TrialLimits& limits,
             Progress& progress) {
    progress.size = text.size();
    std::memcpy(progress.input, text.data(), text.size());
    const double before = processor_seconds();
    set_alarm(limits.seconds);
    read_one(reader, text, seed, progress);
    set_alarm(0);
    progress.slowest_seconds = std::max(progress.slowest_seconds, processor_seconds() - before);
    ++progress.inputs;
}

/// In the process that reads.
[[noreturn]] void read_all(const Reader& reader, std::int64_t count, std::uint32_t first, const TrialLimits& limits,
                           Progress& progress) {
    for (std::size_t seed = 0; seed < reader.seeds.size() && progress.fault[0] == '\0'; ++seed) {
        try_one(reader, reader.seeds[seed], seed, limits, progress);
        if (progress.refused > 0 && progress.fault[0] == '\0') {
            progress.set_fault("a seed that it does not read");
        }
    }
    if (progress.fault[0] != '\0') {
        ::_exit(0);
    }
    progress = {};
    MutationRandom random(first);
    for (std::int64_t i = 0; i < count && progress.fault[0] == '\0'; ++i) {
        const auto seed = static_cast<std::size_t>(random.below(reader.seeds.size()));
        try_one(reader, changed(reader, seed, random), seed, limits, progress);
    }
    ::_exit(0);
}

std::string death(int status) {
    if (!WIFSIGNALED(status)) {
        return fmt::format("exit code {}", WEXITSTATUS(status));
    }
    switch (WTERMSIG(status)) {
        case SIGPROF: return "computes for longer than allowed";
        case SIGALRM: return "waits forever";
        case SIGXFSZ: return "wrote a file";
        default: return fmt::format("signal {} ({})", WTERMSIG(status), ::strsignal(WTERMSIG(status)));
    }
}

}  // namespace

ReaderTrial try_reader(const Reader& reader, std::int64_t count, std::uint32_t seed, const TrialLimits& limits,
                       const std::filesystem::path& faults) {
    const SharedProgress shared;
    Progress& progress = *shared;
    rusage before{};
    ::getrusage(RUSAGE_SELF, &before);
    const pid_t child = ::fork();
    if (child < 0) {
        throw std::runtime_error("no process for a reader");
    }
    if (child == 0) {
        read_all(reader, count, seed, limits, progress);
    }
    int status = 0;
    rusage usage{};
    ::wait4(child, &status, 0, &usage);
    ReaderTrial trial{progress.inputs,
                      progress.read,
                      progress.refused,
                      progress.slowest_seconds,
                      static_cast<double>(usage.ru_maxrss) / 1024,
                      progress.fault};
    if (trial.fault.empty() && status != 0) {
        trial.fault = death(status);
    }
    if (trial.fault.empty() && trial.peak_megabytes > limits.megabytes + static_cast<double>(before.ru_maxrss) / 1024) {
        trial.fault = "more memory than is allowed";
    }
    if (!trial.fault.empty()) {
        std::string name = reader.name;
        std::replace(name.begin(), name.end(), ' ', '_');
        std::filesystem::create_directories(faults);
        std::ofstream(faults / name, std::ios::binary)
            .write(progress.input, static_cast<std::streamsize>(progress.size));
        trial.fault += fmt::format(" ({}, input {})", (faults / name).string(), trial.inputs);
    }
    return trial;
}

}  // namespace difftest::fuzzers
