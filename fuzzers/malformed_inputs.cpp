// difftest-malformed-inputs COUNT SEED CORPORA CAMPAIGN SCRATCH [READER]: gives COUNT malformed texts to every reader
// (or one) and prints a table; exit code 1 when one of them broke something. `scripts/malformed-inputs` calls it.
#include "fuzzers/reader_trial.hpp"

#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>

namespace {

using difftest::fuzzers::Reader;
using difftest::fuzzers::ReaderTrial;

/// Every file below a folder.
std::set<std::string> files_below(const std::filesystem::path& folder) {
    std::set<std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        files.insert(entry.path().string());
    }
    return files;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 6) {
        std::fprintf(stderr, "usage: %s COUNT SEED CORPORA CAMPAIGN SCRATCH [READER]\n", argv[0]);
        return 2;
    }
    const std::int64_t count = std::strtoll(argv[1], nullptr, 10);
    const auto seed = static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10));
    const std::filesystem::path scratch = argv[5];
    std::filesystem::remove_all(scratch);
    std::filesystem::create_directories(scratch / "read" / "here");
    std::filesystem::current_path(scratch / "read");
    std::printf("%-16s %9s %9s %9s %11s %8s  %s\n", "reader", "inputs", "read", "refused", "slowest ms", "peak MB",
                "fault");
    bool broken = false;
    for (const Reader& reader : difftest::fuzzers::all_readers(argv[3], argv[4], scratch / "read" / "here")) {
        if (argc > 6 && reader.name != argv[6]) {
            continue;
        }
        const auto before = files_below(scratch);
        ReaderTrial trial = difftest::fuzzers::try_reader(reader, count, seed, {}, scratch / "faults");
        auto after = files_below(scratch);
        // Inputs are files of the folder `here`; what broke something is kept in `faults`.
        std::erase_if(after, [&](const std::string& file) {
            return file.starts_with((scratch / "faults").string()) ||
                   file.starts_with((scratch / "read" / "here").string()) || before.contains(file);
        });
        if (!after.empty()) {
            trial.fault += " a file that nobody asked for: " + *after.begin();
        }
        std::printf("%-16s %9lld %9lld %9lld %11.1f %8.1f  %s\n", reader.name.c_str(),
                    static_cast<long long>(trial.inputs), static_cast<long long>(trial.read),
                    static_cast<long long>(trial.refused), 1000 * trial.slowest_seconds, trial.peak_megabytes,
                    trial.fault.empty() ? "none" : trial.fault.c_str());
        std::fflush(stdout);
        broken = broken || !trial.fault.empty();
    }
    return broken ? 1 : 0;
}
