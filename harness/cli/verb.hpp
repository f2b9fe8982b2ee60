#pragma once

#include "harness/report/run_report.hpp"

#include <functional>

namespace CLI {
class App;
}

/// The verbs of `difftest`. Each add_ function declares one: its flags, and what happens when the command line names
/// it.
namespace difftest::harness::cli {

/// What the command line asks for; set while it is parsed, called afterwards.
using Action = std::function<ExitCode()>;

void add_run(CLI::App& app, Action& action);
void add_list(CLI::App& app, Action& action);
void add_diagnose(CLI::App& app, Action& action);
void add_selftest(CLI::App& app, Action& action);
void add_sharpness(CLI::App& app, Action& action);
void add_bench(CLI::App& app, Action& action);
void add_doctor(CLI::App& app, Action& action);
void add_explain(CLI::App& app, Action& action);
void add_fuzz(CLI::App& app, Action& action);
void add_merge(CLI::App& app, Action& action);
void add_recheck(CLI::App& app, Action& action);
void add_reduce(CLI::App& app, Action& action);
void add_report(CLI::App& app, Action& action);
void add_export(CLI::App& app, Action& action);
void add_import(CLI::App& app, Action& action);
void add_equivalents(CLI::App& app, Action& action);
void add_quantize(CLI::App& app, Action& action);
void add_compare_requantize(CLI::App& app, Action& action);

}  // namespace difftest::harness::cli
