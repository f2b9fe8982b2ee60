#include "harness/campaign/known_issues.hpp"

#include "harness/campaign/input_error.hpp"
#include "test_paths.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <functional>

namespace difftest::harness {
namespace {

using testing::HasSubstr;

KnownIssue repeated_eltwise() {
    KnownIssue issue;
    issue.id = "some_issue";
    issue.backend = "onednn";
    issue.library = "oneDNN";
    issue.affected = {{"", "2.7.5"}};
    issue.trigger.plan_traits = {"repeated_eltwise_algorithm"};
    issue.verdicts = {Verdict::violation};
    return issue;
}

struct Failure {
    backends::Plan plan;
    std::vector<backends::PartitionReport> partitions{{{"a"}, "jit:avx512_core_vnni"}};
    graph::Case value;
    FailingRun run{"onednn", "oneDNN 2.6.3 (N/A)", "2.6.3", "AVX2", nullptr, nullptr, nullptr, Verdict::violation};

    Failure() {
        plan.traits = {"repeated_eltwise_algorithm", "something_else"};
        value.graph.nodes = {{"a", graph::Convolution{}, {}, 0}, {"b", graph::Eltwise{}, {}, 1}};
        run.plan = &plan;
        run.partitions = &partitions;
        run.value = &value;
    }
};

TEST(KnownIssue, AMessageIsPartOfWhatTheRunSays) {
    KnownIssue issue = repeated_eltwise();
    issue.trigger.messages = {"during create", "runtime_error"};
    Failure failure;
    EXPECT_FALSE(explains(issue, failure.run));
    failure.run.reason = "could not create a primitive (runtime_error)";
    EXPECT_TRUE(explains(issue, failure.run));
    failure.run.reason = "killed by SIGSEGV during execute";
    EXPECT_FALSE(explains(issue, failure.run));
}

TEST(KnownIssue, AffectedReleases) {
    KnownIssue issue = repeated_eltwise();
    EXPECT_TRUE(affects(issue, "oneDNN 2.6.3 (N/A)", "2.6.3"));
    EXPECT_TRUE(affects(issue, "oneDNN", "2.7.4"));
    EXPECT_FALSE(affects(issue, "oneDNN", "2.7.5"));
    EXPECT_FALSE(affects(issue, "oneDNN", "3.1.0"));
    EXPECT_FALSE(affects(issue, "oneDNN", ""));
    EXPECT_FALSE(affects(issue, "XNNPACK", "2.6.3"));
    issue.affected = {{"2.0", "2.5"}, {"3.1", "3.2"}};
    EXPECT_FALSE(affects(issue, "oneDNN", "2.6.3"));
    EXPECT_TRUE(affects(issue, "oneDNN", "3.1"));
    EXPECT_FALSE(affects(issue, "oneDNN", "3.2"));
}

TEST(KnownIssue, ExplainsOnlyWhatFitsInEveryPart) {
    const Failure failure;
    const KnownIssue issue = repeated_eltwise();
    EXPECT_TRUE(explains(issue, failure.run));

    Failure other = failure;
    other.plan.traits = {"something_else"};
    other.run.plan = &other.plan;
    EXPECT_FALSE(explains(issue, other.run));

    FailingRun run = failure.run;
    run.verdict = Verdict::crash;
    EXPECT_FALSE(explains(issue, run));
    run = failure.run;
    run.library_version = "2.7.5";
    EXPECT_FALSE(explains(issue, run));
    run = failure.run;
    run.backend = "faulty";
    EXPECT_FALSE(explains(issue, run));
}

TEST(KnownIssue, TriggerLists) {
    const Failure failure;
    KnownIssue issue = repeated_eltwise();
    issue.trigger.operations = {"convolution", "eltwise"};
    EXPECT_TRUE(explains(issue, failure.run));
    issue.trigger.operations = {"convolution", "deconvolution"};
    EXPECT_FALSE(explains(issue, failure.run));
    issue.trigger.operations.clear();
    issue.trigger.isas = {"SSE41", "AVX2"};
    EXPECT_TRUE(explains(issue, failure.run));
    issue.trigger.isas = {"SSE41"};
    EXPECT_FALSE(explains(issue, failure.run));
    issue.trigger.isas.clear();
    issue.trigger.implementations = {"avx512_core"};
    EXPECT_TRUE(explains(issue, failure.run));
    issue.trigger.implementations = {"amx"};
    EXPECT_FALSE(explains(issue, failure.run));
}

TEST(KnownIssue, PlansAndStages) {
    Failure failure;
    failure.plan.name = "graph";
    KnownIssue issue = repeated_eltwise();
    issue.verdicts = {Verdict::violation, Verdict::crash};
    issue.trigger.plans = {"graph", "split*"};
    EXPECT_TRUE(explains(issue, failure.run));
    failure.plan.name = "fused";
    EXPECT_FALSE(explains(issue, failure.run));
    issue.trigger.plans.clear();
    issue.trigger.stages = {"plan"};
    EXPECT_TRUE(explains(issue, failure.run)) << "a wrong value has no stage";
    failure.run.verdict = Verdict::crash;
    EXPECT_FALSE(explains(issue, failure.run));
    failure.run.stage = "execute";
    EXPECT_FALSE(explains(issue, failure.run));
    failure.run.stage = "plan";
    EXPECT_TRUE(explains(issue, failure.run));
}

TEST(KnownIssue, TheImplementationMustBeThatOfTheNode) {
    graph::Case value;
    graph::Graph& graph = value.graph;
    graph.tensors = {{"x", graph::DataType::u8, {1, 4, 5}, graph::TensorRole::input, -1},
                     {"w", graph::DataType::s8, {4, 4, 1}, graph::TensorRole::constant, -1},
                     {"a", graph::DataType::s32, {1, 4, 9}, graph::TensorRole::intermediate, 0},
                     {"b", graph::DataType::f32, {1, 4, 9}, graph::TensorRole::intermediate, 1}};
    graph.nodes = {{"a", graph::Deconvolution{{2}, {1}, {0}, {0}, {0}, 1}, {0, 1, -1, -1, -1}, 2},
                   {"b", graph::Eltwise{}, {2}, 3}};
    std::vector<backends::PartitionReport> partitions = {{{"a"}, "gemm"}, {{"b"}, "jit:avx2"}};
    KnownIssue issue = repeated_eltwise();
    issue.trigger.plan_traits.clear();
    issue.trigger.node_operations = {"deconvolution"};
    issue.trigger.where = {IssueCondition("kernel < stride")};
    issue.trigger.implementations = {"jit"};
    FailingRun run = Failure().run;
    run.plan = nullptr;
    run.value = &value;
    run.partitions = &partitions;
    EXPECT_FALSE(explains(issue, run)) << "jit runs the other node";
    partitions[0].implementation = "jit_deconvolution:avx2";
    EXPECT_TRUE(explains(issue, run));
    issue.trigger.where = {IssueCondition("kernel < stride"), IssueCondition("followers > 0")};
    EXPECT_FALSE(explains(issue, run)) << "the eltwise is not fused";
    partitions[0].nodes = {"a", "b"};
    EXPECT_TRUE(explains(issue, run));
    issue.trigger.node_operations = {"convolution"};
    EXPECT_FALSE(explains(issue, run));
    issue.trigger.node_operations = {"deconvolution"};
    issue.trigger.node_attributes = {"u8*s8->s32", "kernel>1"};
    EXPECT_FALSE(explains(issue, run)) << "one tap, a stride of 2";
    issue.trigger.node_attributes = {"u8*s8->s32", "kernel<stride"};
    issue.trigger.where.clear();
    EXPECT_TRUE(explains(issue, run));
    run.suspects = {"b"};
    EXPECT_FALSE(explains(issue, run)) << "the deconvolution is not to blame";
    EXPECT_FALSE(is_about_one_of(issue.trigger, value, partitions, {{{"b"}, "jit:avx2"}}));
    EXPECT_TRUE(is_about_one_of(issue.trigger, value, partitions, partitions));
}

TEST(KnownIssue, EveryFileOfTheCorporaIsRead) {
    const auto issues = read_known_issues(DIFFTEST_SOURCE_DIR "/corpora/known_issues");
    ASSERT_FALSE(issues.empty());
    for (const KnownIssue& issue : issues) {
        EXPECT_TRUE(std::filesystem::is_regular_file(issue.case_file)) << issue.id;
        EXPECT_FALSE(issue.evidence.empty()) << issue.id;
    }
}

TEST(KnownIssue, RepeatedEltwiseExcusesOnlyKernelsWithAnInjector) {
    const KnownIssue issue = read_known_issue(DIFFTEST_SOURCE_DIR "/corpora/known_issues/onednn_repeated_eltwise.json");
    backends::Plan plan;
    plan.traits = {"repeated_eltwise_algorithm"};
    const auto excuses = [&](const std::string& implementation) {
        const std::vector<backends::PartitionReport> partitions{{{"a", "b"}, implementation}};
        return explains(
            issue, {"onednn", "oneDNN 2.6.3 (N/A)", "2.6.3", "AVX2", &plan, &partitions, nullptr, Verdict::violation});
    };
    for (const char* name : {"jit:avx512_core_amx_int8", "jit_uni_deconv:avx2", "brgconv_1x1:avx512_core_vnni",
                             "brdgmm_dw:avx512_core_vnni", "x64:gemm_s8u8s32:jit"}) {
        EXPECT_TRUE(excuses(name)) << name;
    }
    for (const char* name : {"ref_int8:any", "ref:any"}) {
        EXPECT_FALSE(excuses(name)) << name;
    }
}

class KnownIssueFile : public testing::Test {
protected:
    std::string error_of(const std::function<void(nlohmann::json&)>& spoil) {
        const std::filesystem::path source = DIFFTEST_SOURCE_DIR "/corpora/known_issues/onednn_repeated_eltwise.json";
        std::ifstream stream(source);
        nlohmann::json document = nlohmann::json::parse(stream);
        spoil(document);
        const std::filesystem::path folder =
            std::filesystem::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name();
        std::filesystem::create_directories(folder);
        const std::filesystem::path file = folder / source.filename();
        std::ofstream(file) << document.dump();
        try {
            read_known_issue(file);
        } catch (const InputError& error) {
            return error.what();
        }
        return "";
    }
};

TEST_F(KnownIssueFile, ErrorsNameThePlace) {
    EXPECT_EQ(error_of([](auto&) {}), "");
    EXPECT_THAT(error_of([](auto& json) { json.erase("title"); }), HasSubstr(": /title: must be a text"));
    EXPECT_THAT(error_of([](auto& json) { json["id"] = "other"; }), HasSubstr(": /id: must be the name of the file"));
    EXPECT_THAT(error_of([](auto& json) { json["typo"] = 1; }), HasSubstr(": /typo: unknown member"));
    EXPECT_THAT(error_of([](auto& json) { json["verdicts"] = {"exact"}; }), HasSubstr("'exact' is no failing verdict"));
    EXPECT_THAT(error_of([](auto& json) { json["affected"][0]["before"] = "x"; }),
                HasSubstr(": /affected/0/before: is no release number"));
    EXPECT_THAT(error_of([](auto& json) { json["trigger"] = nlohmann::json::object(); }), HasSubstr(": /trigger: "));
    EXPECT_THAT(error_of([](auto& json) { json["trigger"]["node"]["where"] = {"kernel ~ 2"}; }),
                HasSubstr(": /trigger/node/where: "));
}

}  // namespace
}  // namespace difftest::harness
