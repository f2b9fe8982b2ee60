#include "harness/campaign/export_finding.hpp"

#include "harness/campaign/campaign_folder.hpp"
#include "harness/campaign/case_observation.hpp"
#include "harness/campaign/input_error.hpp"
#include "harness/campaign/json_object_reader.hpp"
#include "harness/export/benchdnn_line.hpp"
#include "harness/export/fusion_test_snippet.hpp"
#include "harness/export/issue_text.hpp"
#include "harness/export/onednn_program.hpp"
#include "harness/export/onnx_reproducer.hpp"
#include "harness/export/opencl_program.hpp"
#include "harness/export/openvino_reproducer.hpp"
#include "harness/export/regression_test_file.hpp"
#include "harness/export/verification.hpp"
#include "reference/graph/case_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <set>
#include <system_error>

namespace difftest::harness {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

/// What a finding says of itself stands in the comments of programs that are built and run here, and the finding may be
/// a stranger's: whatever it holds, it is one line.
std::string as_comment(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](unsigned char each) { return each < 0x20 || each == 0x7F; }, ' ');
    text.erase(text.find_last_not_of('\\') + 1);  // it would continue the comment
    return text;
}

/// The name of a rung stands in the text of a program.
std::string plain_isa(const JsonObjectReader& reader) {
    const std::string isa = reader.text("isa", false);
    const bool plain = std::all_of(isa.begin(), isa.end(), [](unsigned char each) {
        return std::isalnum(each) != 0 || each == '_' || each == '-' || each == '.' || each == '+' || each == ' ';
    });
    if (!plain) {
        reader.fail("isa", "is no name of a rung");
    }
    return isa;
}

/// A backend may name a file with code.
void refuse_code_of_strangers(const JsonObjectReader& reader, const std::string& backend, bool run_kernels) {
    const bool executes = backend.find("kernel=") != std::string::npos || backend.starts_with("process:") ||
                          backend.starts_with("plugin:");
    if (executes && !run_kernels) {
        reader.fail("backend", fmt::format("{} executes code that it names; --run-kernel allows it", backend));
    }
}

/// What the finding is, and what the library was asked for when its minimal case ran once more.
ExportSubject subject_of(const std::filesystem::path& folder, bool run_kernels) {
    const nlohmann::json finding = parse_json_file(folder / "finding.json");
    const JsonObjectReader reader(finding, (folder / "finding.json").string(), "");
    ExportSubject subject;
    subject.value = graph::read_case(folder / "minimal.json");
    subject.backend = reader.text("backend");
    refuse_code_of_strangers(reader, subject.backend, run_kernels);
    subject.library = as_comment(reader.text("library", false));
    subject.isa = plain_isa(reader);
    subject.plan = as_comment(reader.text("plan"));
    subject.verdict = reader.text("verdict");
    subject.reason = as_comment(reader.text("reason", false));
    subject.title = as_comment(reader.text("signature", false));
    const TemporaryFolder temporary;
    const std::filesystem::path recording = temporary.path() / "recording.json";
    BackendSelection backend = select_backend(subject.backend);
    const bool records = backend.kind->name == "onednn" || backend.kind->name == "opencl";
    if (records) {
        backend.arguments.insert(backend.arguments.end(), {"--record", recording.string()});
    } else {
        subject.why_not_recorded = fmt::format("the backend {} calls no library that it could record", subject.backend);
    }
    BackendSession session(backend, subject.value.execution.threads);
    CaseObservation observed = observe_case(session, subject.value);
    subject.outputs = std::move(observed.outputs);
    subject.intermediates = std::move(observed.intermediates);
    subject.contract = observed.entry.contract;
    if (records) {
        subject.recording = text_of(recording);
        subject.why_not_recorded =
            subject.plan == "graph"
                ? "the plan asks the Graph API, and a recording has no words for its partitions"
                : fmt::format("no call of the library could be recorded: {}", observed.entry.judgement.reason);
    }
    write_text(observation_document(session, folder), folder / "observation.json");
    return subject;
}

ReportedReproducer unwritten(const std::string& kind, const std::string& status, const std::string& why) {
    return {kind, status, why, "", "", {}};
}

ReportedReproducer onednn_reproducer(const ExportSubject& subject) {
    const int threads = subject.value.execution.threads.value_or(0);
    const std::string run = (threads > 0 ? fmt::format("OMP_NUM_THREADS={} ", threads) : "") + "./build/reproducer";
    const Recipe recipe{"cpp", "cmake -S . -B build && cmake --build build", run, false};
    if (subject.outputs.empty() || subject.verdict == "overrun") {
        return verified(recipe, onednn_program(subject, true), "crash");
    }
    ReportedReproducer compared = verified(recipe, onednn_program(subject, false), subject.verdict);
    if (compared.status == "verified") {
        return compared;
    }
    // What is wrong may be what the library read beyond the end of a buffer.
    ReportedReproducer guarded = verified(recipe, onednn_program(subject, true), "crash");
    return guarded.status == "verified" ? guarded : compared;
}

/// Run by the interpreter of `--python`, which must have the packages that the script imports.
ReportedReproducer by_python(Recipe recipe, ReproducerFiles files, const ExportSubject& subject,
                             const ExportRequest& request) {
    if (request.python.empty()) {
        return {recipe.kind,
                "not_run",
                "not run here (--python names no interpreter with the packages)",
                "python3 " + recipe.run,
                "",
                std::move(files)};
    }
    const std::string script = recipe.run;
    recipe.run = shell_path(request.python, "--python") + " " + script;
    ReportedReproducer result = verified(recipe, std::move(files), subject.verdict);
    result.command = "python3 " + script;
    return result;
}

ReportedReproducer reproducer_of(const std::string& kind, const ExportSubject& subject, const ExportRequest& request) {
    try {
        if (kind == "cpp") {
            return onednn_reproducer(subject);
        }
        if (kind == "opencl") {
            return verified({"opencl", "cc -O1 reproducer.c -o reproducer -lOpenCL -lm", "./reproducer", false},
                            opencl_program(subject), subject.verdict);
        }
        if (kind == "onnx") {
            return by_python({"onnx", "", "check.py", true}, onnx_model(subject), subject, request);
        }
        if (kind == "fusion_test") {
            return {
                kind,
                "not_run",
                "not run here: it belongs into the source tree of OpenVINO, whose GPU plugin's tests no package holds",
                "",
                "",
                fusion_test_snippet(subject)};
        }
        if (kind == "gtest") {
            return regression_test(subject, request.build_tree);
        }
        if (kind == "openvino") {
            return by_python({"openvino", "", "run.py", true}, openvino_reproducer(subject), subject, request);
        }
        return benchdnn_reproducer(subject, request.benchdnn);
    } catch (const NotExpressible& reason) {
        return unwritten(kind, "not_expressible", reason.what());
    }
}

/// Only what was seen to fail is written; a benchdnn line without a benchdnn to run it says so itself.
bool is_kept(const ReportedReproducer& reproducer) {
    return reproducer.status == "verified" || reproducer.status == "not_run";
}

/// A page shows these.
bool is_text(const std::string& file) {
    return !file.ends_with(".onnx") && !file.ends_with(".pb") && !file.ends_with(".bin") && !file.ends_with(".npy");
}

void write(const std::vector<ReportedReproducer>& reproducers, const std::filesystem::path& folder) {
    std::error_code error;
    Json entries = Json::array();
    for (const ReportedReproducer& each : reproducers) {
        const std::filesystem::path own = folder / each.kind;
        std::filesystem::remove_all(own, error);
        Json files = Json::array();
        if (is_kept(each)) {
            std::filesystem::create_directories(own);
            for (const ReportedReproducer::File& file : each.files) {
                std::filesystem::create_directories((own / file.name).parent_path());
                write_text(file.text, own / file.name);
                if (is_text(file.name)) {
                    files.push_back(file.name);
                }
            }
            if (!each.observed.empty()) {
                write_text(each.observed, own / "observed.txt");
            }
        }
        entries.push_back({{"kind", each.kind},
                           {"status", each.status},
                           {"why", each.why},
                           {"command", is_kept(each) ? each.command : ""},
                           {"files", std::move(files)}});
    }
    const Json document = {{"format", "difftest-reproducers"}, {"version", 1}, {"reproducers", std::move(entries)}};
    std::filesystem::create_directories(folder);
    write_text(document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n", folder / "reproducers.json");
}

std::vector<std::string> wanted_kinds(const std::vector<std::string>& asked) {
    const std::vector<std::string> known = reproducer_kinds();
    for (const std::string& kind : asked) {
        if (std::find(known.begin(), known.end(), kind) == known.end()) {
            throw InputError(fmt::format("--format {}: unknown kind of reproducer", kind));
        }
    }
    return asked.empty() ? known : asked;
}

}  // namespace

std::vector<std::string> reproducer_kinds() {
    return {"cpp", "benchdnn", "opencl", "onnx", "openvino", "fusion_test", "gtest"};
}

std::vector<std::filesystem::path> findings_in(const std::filesystem::path& folder) {
    std::error_code error;
    if (std::filesystem::exists(folder / "finding.json", error)) {
        return {folder};
    }
    std::set<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "findings", error)) {
        if (std::filesystem::exists(entry.path() / "finding.json", error)) {
            found.insert(entry.path());
        }
    }
    if (found.empty()) {
        throw InputError(fmt::format("{}: neither a finding's folder nor one with findings", folder.string()));
    }
    return {found.begin(), found.end()};
}

std::vector<ReportedReproducer> export_finding(const ExportRequest& request) {
    const std::vector<std::string> kinds = wanted_kinds(request.kinds);
    const ExportSubject subject = subject_of(request.folder, request.run_kernels);
    std::vector<ReportedReproducer> reproducers;
    for (const std::string& kind : kinds) {
        reproducers.push_back(reproducer_of(kind, subject, request));
        if (request.progress) {
            const ReportedReproducer& made = reproducers.back();
            const std::string why = made.why.substr(0, made.why.find('\n'));
            request.progress(fmt::format("{}: {} {}{}{}", request.folder.filename().string(), kind, made.status,
                                         why.empty() ? "" : ": ", why));
        }
    }
    write(reproducers, request.folder / "repro");
    write_text(issue_text(subject, text_of(request.folder / "finding.json"), reproducers),
               request.folder / "finding.md");
    return reproducers;
}

}  // namespace difftest::harness
