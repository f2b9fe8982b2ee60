#include "harness/export/issue_text.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace difftest::harness {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A relu of two elements, of which the second came as 9 and not as 2.
ExportSubject subject() {
    ExportSubject result;
    graph::Graph& graph = result.value.graph;
    graph.tensors = {{"x", graph::DataType::u8, {2}, graph::TensorRole::input, -1},
                     {"y", graph::DataType::u8, {2}, graph::TensorRole::intermediate, 0}};
    graph.nodes = {{"relu", graph::Eltwise{}, {0}, 1}};
    graph.outputs = {1};
    result.library = "oneDNN 2.6.3";
    result.isa = "AVX2";
    result.plan = "fused";
    result.verdict = "violation";
    result.reason = "1 of 2 judged elements are outside";
    oracle::AllowedTensor allowed(graph::DataType::u8, {2});
    allowed.set_point(0, 1);
    allowed.set_point(1, 2);
    result.outputs.push_back({"y", std::move(allowed), graph::TensorData(graph::DataType::u8, {2}, {1, 9})});
    return result;
}

constexpr const char* kFinding = R"({"implementations": ["jit"], "known_issue": null, "affected": "",
    "certificate": "1-minimal", "passing": "x: 3 instead of 2",
    "conditions": [{"what": "a", "text": "fails for 1", "fails": [1], "passes": [2]},
                   {"what": "b", "text": "fails for 1", "fails": [1], "passes": [2]},
                   {"what": "c", "text": "fails for 1", "fails": [1], "passes": [2]},
                   {"what": "d", "text": "fails for 1", "fails": [1], "passes": [2]}],
    "diagnosis": {"named": ["D01 clamp at relu"]}})";

/// As long as the longest that are written, with a call on each line.
std::vector<ReportedReproducer> reproducers() {
    std::string program =
        "int compare() {\n    int wrong = 0;\n}\nint main() try {\n    stream queue(cpu);\n    memory x({{2}}, cpu);\n";
    for (int line = 0; line < 100; ++line) {
        program += "    primitive p" + std::to_string(line) + "(description);\n";
    }
    program += "    queue.wait();\n    int wrong = 0;\n}\n";
    return {{"cpp", "verified", "", "./build/reproducer", "y[1]: expected 2, got 9\n", {{"reproducer.cpp", program}}},
            {"benchdnn", "not_run", "", "", "", {{"line.txt", "benchdnn --eltwise 2\n\n"}}}};
}

TEST(IssueText, IsUnderAPageHoweverLongTheProgramIs) {
    const std::string text = issue_text(subject(), kFinding, reproducers());
    EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 60) << text;
    for (const char* part :
         {"# eltwise (jit): wrong result on AVX2\n", "**Environment**: oneDNN 2.6.3, `ONEDNN_MAX_CPU_ISA=AVX2`\n",
          "**Versions affected**: seen with oneDNN 2.6.3; others were not tried\n", "## Steps\n",
          "benchdnn --eltwise 2  (not run here)\n", "(cd repro/cpp && ./build/reproducer)\n", "| `y[1]` | 2 | 9 |\n",
          "`repro/cpp/reproducer.cpp`", "\nprimitive p0(description);\n", "// ... and 82 more lines\n",
          "* It computes what a kernel would that breaks this rule: D01 clamp at relu\n",
          "* The smallest change that makes it pass: x: 3 instead of 2\n"}) {
        EXPECT_THAT(text, HasSubstr(part));
    }
    EXPECT_THAT(text, Not(HasSubstr("stream queue"))) << "every program has it";
    EXPECT_THAT(text, Not(HasSubstr("memory x"))) << "there is no room for it";
    EXPECT_THAT(text, Not(HasSubstr("\n\n\n")));
}

TEST(IssueText, NamesTheReleasesOfTheRegistry) {
    std::string finding = kFinding;
    finding.replace(finding.find("null"), 4, "\"onednn_relu\"");
    finding.replace(finding.find(R"("affected": "")"), 14, R"("affected": "oneDNN before 2.7")");
    EXPECT_THAT(issue_text(subject(), finding, {}),
                HasSubstr("**Versions affected**: oneDNN before 2.7 (difftest's registry, `onednn_relu`); seen with"));
}

/// A crash gave no values: what the program printed last stands there instead.
TEST(IssueText, OfACrashShowsTheLastWords) {
    ExportSubject crash = subject();
    crash.outputs.clear();
    crash.verdict = "crash";
    std::vector<ReportedReproducer> with = reproducers();
    with[0].observed = "one\ntwo\nthree\nfour\nSegmentation fault\n";
    const std::string text = issue_text(crash, kFinding, with);
    EXPECT_THAT(text, HasSubstr("# eltwise (jit): crash on AVX2"));
    EXPECT_THAT(text, HasSubstr("```\ntwo\nthree\nfour\nSegmentation fault\n```"));
}

}  // namespace
}  // namespace difftest::harness
