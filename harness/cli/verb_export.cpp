#include "harness/campaign/export_finding.hpp"
#include "harness/cli/answer.hpp"
#include "harness/cli/verb.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>

namespace difftest::harness::cli {
namespace {

struct Flags {
    std::string folder;
    std::vector<std::string> kinds;
    std::string benchdnn;
    std::string python;
    std::string build_tree;
    bool run_kernel = false;
};

ExitCode run(const Flags& flags) {
    std::string table = "| finding | reproducer | status |\n|---|---|---|\n";
    for (const std::filesystem::path& folder : findings_in(flags.folder)) {
        ExportRequest request;
        request.folder = folder;
        request.kinds = flags.kinds;
        request.benchdnn = flags.benchdnn;
        request.python = flags.python;
        request.build_tree = flags.build_tree;
        request.run_kernels = flags.run_kernel;
        request.progress = [](const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); };
        for (const ReportedReproducer& each : export_finding(request)) {
            const std::string why = each.why.substr(0, each.why.find('\n'));
            table += "| " + folder.filename().string() + " | " + each.kind + " | " + each.status;
            table += (why.empty() ? "" : ": " + why) + " |\n";
        }
    }
    write_answer(table);
    return ExitCode::clean;
}

}  // namespace

void add_export(CLI::App& app, Action& action) {
    const auto flags = std::make_shared<Flags>();
    std::string known;
    for (const std::string& kind : reproducer_kinds()) {
        known += (known.empty() ? "" : ", ") + kind;
    }
    CLI::App* verb = app.add_subcommand(
        "export", "Reproducers that need no difftest: made, built and executed here, and kept when they fail");
    verb->add_option("finding", flags->folder, "A finding's folder, or a campaign's: all findings in it")->required();
    verb->add_option("--format", flags->kinds, "Kinds: " + known + "; default: all")->delimiter(',');
    verb->add_option("--benchdnn", flags->benchdnn, "A benchdnn program to run the lines with");
    verb->add_option("--python", flags->python,
                     "A Python with onnx, onnxruntime and openvino, to run the models (scripts/install-runtimes)");
    verb->add_option("--build-tree", flags->build_tree, "A build of difftest, to build and run its own tests with");
    verb->add_flag(
        "--run-kernel", flags->run_kernel,
        "Executes the code that a finding on an engine of its own names (kernel=FILE, process:COMMAND, plugin:FILE)");
    verb->callback([flags, &action] { action = [flags] { return run(*flags); }; });
}

}  // namespace difftest::harness::cli
