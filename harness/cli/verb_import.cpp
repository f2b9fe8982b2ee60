#include "harness/campaign/input_error.hpp"
#include "harness/cli/answer.hpp"
#include "harness/cli/verb.hpp"
#include "harness/generate/benchdnn_import.hpp"
#include "harness/generate/fuzz_input.hpp"
#include "reference/graph/case_file.hpp"

#include <CLI/CLI.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <stdexcept>
#include <system_error>

namespace difftest::harness::cli {
namespace {

struct Flags {
    std::vector<std::string> lines;
    std::string log;
    std::vector<std::string> fuzz_inputs;
    std::string target;
    std::string folder;
};

/// A line of the log with its time cut off: the same primitive again is no news.
std::string without_time(const std::string& line) {
    return line.substr(0, line.rfind(','));
}

/// "crash-0123abcd" -> "fuzz_case_onednn_crash_0123abcd": a name that is also one of a file.
std::string name_of_input(const Flags& flags, const std::filesystem::path& file) {
    std::string name = fmt::format("{}_{}", flags.target, file.stem().string());
    std::replace_if(
        name.begin(), name.end(), [](unsigned char each) { return std::isalnum(each) == 0; }, '_');
    constexpr std::size_t kLongest = 128;
    return name.substr(0, kLongest);
}

graph::Case from_fuzz_input(const Flags& flags, const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(stream), {}};
    if (!stream.is_open() || stream.bad()) {
        throw InputError(file + ": cannot be read");
    }
    try {
        graph::Case value =
            case_from_fuzz_input(flags.target, {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()},
                                 name_of_input(flags, file));
        value.annotations["origin"] = fmt::format("an input of {}", flags.target);
        return value;
    } catch (const FuzzInputError& error) {
        throw InputError(fmt::format("--fuzz-input {} --target {}: {}", file, flags.target, error.what()));
    }
}

ExitCode run(const Flags& flags) {
    std::error_code error;
    std::filesystem::create_directories(flags.folder, error);
    if (error) {
        throw InputError("--out " + flags.folder + ": " + error.message());
    }
    std::string written;
    const auto keep = [&](const graph::Case& value) {
        const std::filesystem::path file = std::filesystem::path(flags.folder) / (value.name + ".json");
        graph::write_case(value, file);
        written += file.string() + "\n";
    };
    for (std::size_t i = 0; i < flags.lines.size(); ++i) {
        try {
            keep(case_from_benchdnn(flags.lines[i], "benchdnn_" + std::to_string(i)));
        } catch (const std::invalid_argument& unreadable) {
            throw InputError("--benchdnn \"" + flags.lines[i] + "\": " + unreadable.what());
        }
    }
    for (const std::string& file : flags.fuzz_inputs) {
        keep(from_fuzz_input(flags, file));
    }
    std::ifstream log(flags.log);
    if (!flags.log.empty() && !log) {
        throw InputError(flags.log + ": cannot be read");
    }
    std::set<std::string> seen;
    int number = 0;
    for (std::string line; std::getline(log, line);) {
        ++number;
        if (!is_verbose_execution(line) || !seen.insert(without_time(line)).second) {
            continue;
        }
        try {
            keep(case_from_verbose(line, "verbose_" + std::to_string(number)));
        } catch (const std::invalid_argument& unreadable) {
            std::fprintf(stderr, "%s:%d: %s\n", flags.log.c_str(), number, unreadable.what());
        }
    }
    if (written.empty()) {
        throw InputError("import: nothing that could be read");
    }
    write_answer(written);
    return ExitCode::clean;
}

}  // namespace

void add_import(CLI::App& app, Action& action) {
    const auto flags = std::make_shared<Flags>();
    CLI::App* verb =
        app.add_subcommand("import", "Cases from what an application asks of oneDNN, or from an input of a fuzzer");
    verb->add_option("--benchdnn", flags->lines, "A command line of benchdnn; several are possible")
        ->allow_extra_args(false);
    verb->add_option("--dnnl-verbose", flags->log, "A log with ONEDNN_VERBOSE=1: each primitive once");
    CLI::Option* const input =
        verb->add_option("--fuzz-input", flags->fuzz_inputs, "An input of a fuzzer (fuzzers/) that holds a case")
            ->allow_extra_args(false);
    CLI::Option* const target = verb->add_option(
        "--target", flags->target, fmt::format("Which fuzzer: {}", fmt::join(fuzz_targets_with_cases(), ", ")));
    input->needs(target);
    target->needs(input);
    verb->add_option("--out", flags->folder, "The folder for the case files")->required();
    verb->callback([flags, &action] { action = [flags] { return run(*flags); }; });
}

}  // namespace difftest::harness::cli
