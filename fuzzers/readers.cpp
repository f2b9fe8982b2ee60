#include "fuzzers/readers.hpp"

#include "backends/kernel_manifest/manifest.hpp"
#include "backends/process/message.hpp"
#include "fuzzers/no_writing.hpp"
#include "harness/campaign/campaign_configuration.hpp"
#include "harness/campaign/input_error.hpp"
#include "harness/campaign/journal.hpp"
#include "harness/campaign/known_issues.hpp"
#include "harness/campaign/tolerance_reader.hpp"
#include "harness/generate/benchdnn_import.hpp"
#include "harness/reduce/trial_journal.hpp"
#include "reference/graph/case_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <stdexcept>

namespace difftest::fuzzers {
namespace {

using namespace difftest::harness;
namespace manifests = difftest::backends::kernel_manifest;
using std::filesystem::path;

std::string text_of(const path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

/// The files of a folder whose names end so, the smallest few: mutation is about forms, not about size.
std::vector<path> files_in(const path& folder, const std::string& end, std::size_t most = 24) {
    std::vector<path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const std::string name = entry.path().filename().string();
        if (name.ends_with(end) && (end != ".json" || !name.ends_with(".case.json"))) {
            files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end(), [](const path& a, const path& b) {
        return std::pair(file_size(a), a.string()) < std::pair(file_size(b), b.string());
    });
    files.resize(std::min(files.size(), most));
    return files;
}

std::vector<std::string> texts_of(const std::vector<path>& files) {
    std::vector<std::string> texts;
    std::transform(files.begin(), files.end(), std::back_inserter(texts), text_of);
    return texts;
}

std::vector<std::string> texts_in(const path& folder, const std::string& end) {
    return texts_of(files_in(folder, end));
}

/// Calls `read`, and what it may throw by its header becomes Refused.
template <typename... Errors, typename Read>
std::function<void(const std::string&, std::size_t)> refusing(const Read& read) {
    return [read](const std::string& text, std::size_t seed) {
        try {
            if constexpr (std::is_invocable_v<Read, const std::string&, std::size_t>) {
                read(text, seed);
            } else {
                read(text);
            }
        } catch (const std::exception& error) {
            if ((... || (dynamic_cast<const Errors*>(&error) != nullptr))) {
                throw Refused{error.what()};
            }
            throw;
        }
    };
}

void write(const path& file, const std::string& text) {
    std::ofstream(file, std::ios::binary) << text;
}

Reader case_reader(const path& corpora) {
    std::vector<std::string> seeds = texts_in(corpora / "known_issues", ".case.json");
    seeds.push_back(text_of(corpora / "named" / "deconv_quant_u8_minimal.json"));
    return {"case file", seeds, refusing<graph::CaseError>([](const std::string& text) {
                const NoWriting none;
                graph::parse_case(text, "input");
            })};
}

Reader configuration_reader(const path& corpora, const path& scratch) {
    const path file = scratch / "configuration.json";
    return {"configuration", texts_in(corpora / "configurations", ".json"),
            refusing<InputError>([file, corpora](const std::string& text) {
                write(file, text);
                const NoWriting none;
                read_configuration(Corpora(corpora), file.string());
            })};
}

/// An issue must be called as its file, and lie beside its case.
Reader known_issue_reader(const path& corpora, const path& scratch) {
    const std::vector<path> files = files_in(corpora / "known_issues", ".json");
    const path folder = scratch / "known_issues";
    std::filesystem::create_directories(folder);
    for (const path& file : files) {
        const path beside = path(file).replace_extension(".case.json");
        std::filesystem::copy_file(beside, folder / beside.filename());
    }
    return {"known issue", texts_of(files),
            refusing<InputError>([folder, files](const std::string& text, std::size_t seed) {
                const path file = folder / files[seed].filename();
                write(file, text);
                const NoWriting none;
                read_known_issue(file);
            })};
}

Reader manifest_reader(const path& corpora) {
    const path folder = corpora.parent_path() / "backends" / "opencl" / "examples";
    return {"manifest", texts_in(folder, ".json"), refusing<manifests::ManifestError>([](const std::string& text) {
                const NoWriting none;
                manifests::parse_manifest(text, "input");
            })};
}

/// A journal tells of lines that it cannot read, each in one line.
Reader journal_reader(const path& campaign, const path& scratch) {
    const path file = scratch / "journal.jsonl";
    const std::string whole = text_of(campaign / "journal.jsonl");
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin < whole.size() && lines.size() < 40;) {
        const std::size_t end = whole.find('\n', begin);
        lines.push_back(whole.substr(begin, end - begin));
        begin = end + 1;
    }
    return {"journal", lines, refusing<InputError>([file](const std::string& text) {
                write(file, text + "\n");
                const NoWriting none;
                const JournalContent content = read_journal(file, [](const CaseRecord&, std::int64_t) {});
                if (!content.complaints.empty()) {
                    throw Refused{content.complaints.front()};
                }
            })};
}

/// One file of a campaign's folder at a time; the others are as they were. Some of what is read becomes reports.
Reader campaign_reader(const path& campaign, const path& scratch) {
    const path copy = scratch / "campaign";
    std::filesystem::copy(campaign, copy, std::filesystem::copy_options::recursive);
    std::vector<path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(copy)) {
        if (entry.is_regular_file() && entry.path().extension().string().starts_with(".json")) {
            files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end());
    std::vector<std::string> seeds;
    std::transform(files.begin(), files.end(), std::back_inserter(seeds), text_of);
    return {"campaign folder", seeds,
            refusing<InputError>([copy, files, seeds](const std::string& text, std::size_t seed) {
                for (std::size_t i = 0; i < files.size(); ++i) {
                    if (i == seed || std::filesystem::file_size(files[i]) != seeds[i].size()) {
                        write(files[i], i == seed ? text : seeds[i]);
                    }
                }
                const NoWriting none;
                const ToleranceReport report = read_tolerance_report(copy, {}, std::nullopt);
                constexpr std::size_t kPages = 32;  // a page takes longer than all that is read for it
                if (std::hash<std::string>()(text) % kPages != 0) {
                    return;
                }
                for (const ReportFormatName& format : report_formats()) {
                    render_report(report, format.format);
                }
            })};
}

/// A reduction goes on where its journal ends, whoever wrote that; it writes the file anew.
Reader reduction_reader(const path& campaign, const path& scratch) {
    const path file = scratch / "reduction.jsonl";
    std::vector<std::string> lines;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(campaign / "findings")) {
        std::ifstream stream(entry.path());
        std::string line;
        if (entry.path().filename() == "journal.jsonl") {
            std::getline(stream, line);  // what is reduced
            for (int i = 0; i < 8 && std::getline(stream, line); ++i) {
                lines.push_back(line);
            }
        }
    }
    return {"reduction", lines, refusing<std::runtime_error>([file](const std::string& text) {
                write(file, R"({"format": "difftest-reduction-journal", "subject": "it"})"
                            "\n" +
                                text + "\n");
                const TrialJournal journal(file, "it");
            })};
}

const std::vector<std::string> kBenchdnn{
    "--conv --cfg=u8s8u8 --attr-post-ops=relu+add:f32:per_oc mb1ic8ih4oc16oh4kh3ph1",
    "--deconv --cfg=u8s8s32 --attr-zero-points=src:common:2 --attr-oscale=per_oc:0.5 g2mb2ic8ih7oc8oh14kh4sh2ph1",
    "--matmul --dt=s8:s8:f32 --bia_dt=f32 --attr-scales=src:common:0.25+wei:per_oc 3x4:4x5",
    "--ip --cfg=s8s8u8 mb3ic16oc5",
    "--pool --dt=u8 --alg=avg_np mb1ic8ih9oh4kh3sh2",
    "--eltwise --dt=f32 --alg=clip --alpha=0 --beta=6 2x8x3x3",
    "--binary --alg=mul --sdt=u8:s8 --ddt=f32 2x3x4:1x3x1",
    "--reorder --sdt=f32 --ddt=u8 2x16x3x3",
    "--resampling --alg=linear --sdt=u8 --ddt=f32 mb1ic3ih4oh8iw4ow8"};

const std::vector<std::string> kVerbose{
    "onednn_verbose,exec,cpu,convolution,jit:avx2,forward_inference,src_u8::blocked:acdb:f0 wei_s8::blocked:Acdb16a:f0 "
    "bia_f32::blocked:a:f0 dst_u8::blocked:acdb:f0,attr-scratchpad:user "
    "attr-post-ops:eltwise_relu,alg:convolution_direct,"
    "mb1_ic8oc16_ih4oh4kh3sh1dh0ph1_iw4ow4kw3sw1dw0pw1,0.1",
    "onednn_verbose,v1,primitive,exec,cpu,matmul,brg:avx512_core_vnni,undef,src_s8::blocked:ab::f0 "
    "wei_s8::blocked:ab::f0 "
    "dst_f32::blocked:ab::f0,attr-scales:src0:0:f32+wei:2:f32,,3x4:4x5,0.02",
    "dnnl_verbose,exec,cpu,pooling,jit:avx2,forward_inference,src_u8::blocked:acdb:f0 dst_u8::blocked:acdb:f0,,"
    "alg:pooling_max,mb1ic8_ih9oh4kh3sh2dh0ph0_iw9ow4kw3sw2dw0pw0,0.01"};

Reader line_reader(const std::string& name, const std::vector<std::string>& seeds, bool verbose) {
    return {name, seeds, refusing<std::invalid_argument>([verbose](const std::string& text) {
                const NoWriting none;
                if (!verbose) {
                    case_from_benchdnn(text, "input");
                } else if (is_verbose_execution(text)) {
                    case_from_verbose(text, "input");
                }
            }),
            false};
}

Reader process_reader() {
    backends::ProcessMessage message{"result", "done", {}};
    message.tensors.emplace_back("out", graph::TensorData(graph::DataType::u8, {1, 2, 3}));
    message.tensors.emplace_back("sum", graph::TensorData(graph::DataType::f32, {}));
    return {"process answer",
            {backends::encode(message), backends::encode({"unsupported", "no such operation", {}})},
            refusing<backends::ProcessProtocolError>([](const std::string& text) {
                std::size_t used = 0;
                const NoWriting none;
                backends::decode(text, used);
            })};
}

}  // namespace

std::vector<Reader> all_readers(const path& corpora, const path& campaign, const path& scratch) {
    return {case_reader(corpora),
            configuration_reader(corpora, scratch),
            manifest_reader(corpora),
            journal_reader(campaign, scratch),
            campaign_reader(campaign, scratch),
            reduction_reader(campaign, scratch),
            line_reader("benchdnn line", kBenchdnn, false),
            line_reader("verbose log", kVerbose, true),
            known_issue_reader(corpora, scratch),
            process_reader()};
}

}  // namespace difftest::fuzzers
