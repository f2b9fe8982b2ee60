#include "harness/campaign/input_error.hpp"
#include "harness/cli/verb.hpp"
#include "reference/graph/case_file.hpp"

#include <CLI/CLI.hpp>

#include <malloc.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace difftest::harness::cli {
namespace {

/// `difftest --case NAME` means `difftest run --case NAME`.
std::vector<std::string> with_default_verb(int argc, char** argv) {
    std::vector<std::string> arguments(argv + 1, argv + argc);
    const bool is_flag = !arguments.empty() && arguments.front().starts_with("-");
    const auto about_program = {"-h", "--help", "--version"};
    if (is_flag && std::find(about_program.begin(), about_program.end(), arguments.front()) == about_program.end()) {
        arguments.insert(arguments.begin(), "run");
    }
    return arguments;
}

bool is_verb(const CLI::App& app, const std::string& name) {
    const std::vector<const CLI::App*> verbs = app.get_subcommands({});
    return std::any_of(verbs.begin(), verbs.end(), [&name](const CLI::App* verb) { return verb->get_name() == name; });
}

int complain(ExitCode code, std::string message) {
    std::replace(message.begin(), message.end(), '\n', ' ');
    std::fprintf(stderr, "difftest: %s\n", message.c_str());
    return static_cast<int>(code);
}

/// Tensors come and go by the thousand: freed memory is kept, not given back to be cleared again page by page.
void keep_freed_memory() {
    constexpr int kLargestBlock = 32 << 20;  // glibc ignores more
    constexpr int kMostKept = 256 << 20;
    ::mallopt(M_MMAP_THRESHOLD, kLargestBlock);
    ::mallopt(M_TRIM_THRESHOLD, kMostKept);
}

int run(int argc, char** argv) {
    keep_freed_memory();
    CLI::App app("Does the fused int8 kernel compute what the graph says?", "difftest");
    app.set_version_flag("--version", "difftest " DIFFTEST_VERSION);
    app.require_subcommand(1);
    app.footer("Exit codes: 0 clean, 1 finding, 2 bad usage or input, 3 nothing meaningful ran, 4 harness error.");
    Action action;
    add_run(app, action);
    add_list(app, action);
    add_doctor(app, action);
    add_explain(app, action);
    add_bench(app, action);
    add_fuzz(app, action);
    add_merge(app, action);
    add_recheck(app, action);
    add_reduce(app, action);
    add_diagnose(app, action);
    add_selftest(app, action);
    add_sharpness(app, action);
    add_report(app, action);
    add_export(app, action);
    add_import(app, action);
    add_equivalents(app, action);
    add_quantize(app, action);
    add_compare_requantize(app, action);
    std::vector<std::string> arguments = with_default_verb(argc, argv);
    if (!arguments.empty() && !arguments.front().starts_with("-") && !is_verb(app, arguments.front())) {
        return complain(ExitCode::bad_input, arguments.front() + ": unknown verb (see: difftest --help)");
    }
    try {
        std::reverse(arguments.begin(), arguments.end());  // the order that CLI11 takes a vector in
        app.parse(std::move(arguments));
    } catch (const CLI::Success& request) {
        return app.exit(request);
    } catch (const CLI::ParseError& error) {
        return complain(ExitCode::bad_input, std::string(error.what()) + " (see: difftest --help)");
    }
    return static_cast<int>(action());
}

}  // namespace
}  // namespace difftest::harness::cli

int main(int argc, char** argv) {
    using difftest::harness::ExitCode;
    using difftest::harness::cli::complain;
    try {
        return difftest::harness::cli::run(argc, argv);
    } catch (const difftest::harness::InputError& error) {
        return complain(ExitCode::bad_input, error.what());
    } catch (const difftest::graph::CaseError& error) {
        return complain(ExitCode::bad_input, error.what());
    } catch (const std::exception& error) {
        return complain(ExitCode::harness_error, error.what());
    }
}
