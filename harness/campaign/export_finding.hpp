#pragma once

#include "harness/report/tolerance_report.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace difftest::harness {

struct ExportRequest {
    std::filesystem::path folder;      ///< of a finding
    std::vector<std::string> kinds;    ///< empty: all (reproducer_kinds)
    std::filesystem::path benchdnn;    ///< a program that somebody built; empty: its lines are written and not run
    std::filesystem::path python;      ///< an interpreter with onnx, onnxruntime, openvino; empty: models are not run
    std::filesystem::path build_tree;  ///< of difftest, to build and run its own tests with; empty: they are not run
    bool run_kernels = false;          ///< whether a finding may name a kernel of its own to be executed
    std::function<void(const std::string&)> progress;
};

/// "cpp", "benchdnn", ...
std::vector<std::string> reproducer_kinds();

/// Makes the reproducers of a finding, runs each, and writes those that show it into repro/KIND, with what they
/// printed. repro/reproducers.json says for every kind what became of it, and finding.md is the text for the library's
/// tracker. Throws InputError: no finding's folder, no such backend or kind.
std::vector<ReportedReproducer> export_finding(const ExportRequest& request);

/// The folders of the findings in a campaign's folder; the folder itself when it is a finding's. Throws InputError when
/// it is neither.
std::vector<std::filesystem::path> findings_in(const std::filesystem::path& folder);

}  // namespace difftest::harness
