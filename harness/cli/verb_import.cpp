#include "harness/campaign/input_error.hpp"
#include "harness/cli/answer.hpp"
#include "harness/cli/verb.hpp"
#include "harness/generate/benchdnn_import.hpp"
#include "reference/graph/case_file.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <fstream>
#include <memory>
#include <set>
#include <stdexcept>
#include <system_error>

namespace difftest::harness::cli {
namespace {

struct Flags {
    std::vector<std::string> lines;
    std::string log;
    std::string folder;
};

/// A line of the log with its time cut off: the same primitive again is no news.
std::string without_time(const std::string& line) {
    return line.substr(0, line.rfind(','));
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
    CLI::App* verb = app.add_subcommand("import", "Cases from what an application asks of oneDNN");
    verb->add_option("--benchdnn", flags->lines, "A command line of benchdnn; several are possible")
        ->allow_extra_args(false);
    verb->add_option("--dnnl-verbose", flags->log, "A log with ONEDNN_VERBOSE=1: each primitive once");
    verb->add_option("--out", flags->folder, "The folder for the case files")->required();
    verb->callback([flags, &action] { action = [flags] { return run(*flags); }; });
}

}  // namespace difftest::harness::cli
