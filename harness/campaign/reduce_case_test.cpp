#include "harness/campaign/reduce_case.hpp"

#include "harness/campaign/reduce_clusters.hpp"
#include "harness/execute/test_support.hpp"
#include "reference/graph/case_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace difftest::harness {
namespace {

using testing::HasSubstr;

class ReduceCase : public testing::Test {
protected:
    ReduceCase() { std::filesystem::remove_all(folder_); }
    ~ReduceCase() override { std::filesystem::remove_all(folder_); }

    ReduceRequest request(const std::string& behaviour) const {
        static const BackendKind kKind{"misbehaving", "", "", {}, false, ""};
        const WorkerSpec spec = misbehaving(behaviour);
        ReduceRequest request;
        request.value = bad_addition();
        request.backend = {"misbehaving", &kKind, spec.program, spec.arguments};
        request.limits = spec.limits;
        request.limits.answer = std::chrono::milliseconds(200);
        request.folder = folder_;
        return request;
    }

    std::string content(const std::string& file) const {
        std::ifstream stream(folder_ / file);
        return {std::istreambuf_iterator<char>(stream), {}};
    }

    std::filesystem::path folder_ =
        std::filesystem::path(testing::TempDir()) / ("reduce_case_" + std::to_string(::getpid()));
};

/// The worker misbehaves whenever a node is named "bad": an addition of one element, with the plainest values.
void expect_one_element(const FindingReport& report) {
    EXPECT_TRUE(report.one_minimal) << report.certificate;
    EXPECT_EQ(report.minimal.nodes, 1);
    EXPECT_LE(report.minimal.elements_in, 2);
    EXPECT_EQ(report.minimal.elements_out, 1);
}

TEST_F(ReduceCase, ACrash) {
    const FindingReport report = reduce_case(request("segfault"));
    expect_one_element(report);
    EXPECT_EQ(report.verdict, "crash");
    EXPECT_THAT(report.reason, HasSubstr("again in a fresh worker"));
    EXPECT_EQ(graph::read_case(folder_ / "minimal.json").graph.nodes[0].name, "bad") << "without the name it passes";
}

TEST_F(ReduceCase, AHang) {
    const FindingReport report = reduce_case(request("spin"));
    expect_one_element(report);
    EXPECT_EQ(report.verdict, "hang");
}

TEST_F(ReduceCase, MemoryThatWasNeverWritten) {
    const FindingReport report = reduce_case(request("skip_first"));
    expect_one_element(report);
    EXPECT_EQ(report.verdict, "unwritten");
}

/// The backend has two kernels, and the case fails in both; the cluster is about the second.
TEST_F(ReduceCase, OfAClusterStaysInTheKernelThatTheClusterNames) {
    const ReduceRequest like = request("two_kernels");
    RunSelection selection;
    selection.backends = {like.backend};
    selection.limits = like.limits;
    CampaignReport report;
    Cluster& cluster = report.clusters.emplace_back();
    cluster.signature.backend = "misbehaving";
    cluster.signature.implementation = "kernel:second";
    cluster.smallest_file = "second.json";
    cluster.smallest_plan = "second";
    std::filesystem::create_directories(folder_);
    graph::write_case(like.value, folder_ / cluster.smallest_file);
    const std::vector<std::string> written = reduce_clusters(report, selection, folder_, {});
    ASSERT_EQ(written, std::vector<std::string>{"second_0"});
    const graph::Case minimal = graph::read_case(folder_ / "findings/second_0/minimal.json");
    EXPECT_EQ(minimal.execution.plans, std::vector<std::string>{"second"});
    EXPECT_THAT(content("findings/second_0/finding.json"), HasSubstr("kernel:second"));
    cluster.signature.implementation = "kernel:third";
    cluster.smallest_file = "third.json";
    graph::write_case(like.value, folder_ / cluster.smallest_file);
    EXPECT_TRUE(reduce_clusters(report, selection, folder_, {}).empty());
    EXPECT_THAT(content("findings/third_0/not_reduced.txt"), HasSubstr("does not fail on misbehaving in kernel:third"));
}

/// Killed at any step, the same reduction again gives the same.
TEST_F(ReduceCase, SurvivesBeingKilled) {
    reduce_case(request("segfault"));
    const std::string expected = content("minimal.json");
    const std::string finding = content("finding.json");
    for (const int steps : {1, 2, 3}) {
        std::filesystem::remove_all(folder_);
        const pid_t child = ::fork();
        if (child == 0) {
            ReduceRequest dying = request("segfault");
            int left = steps;
            dying.progress = [&left](const std::string& /*line*/) {
                if (left-- == 0) {
                    ::kill(::getpid(), SIGKILL);
                }
            };
            reduce_case(dying);
            ::_exit(0);
        }
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFSIGNALED(status)) << "the reduction has more steps than that";
        EXPECT_FALSE(content("minimal.json").empty()) << "the best so far is there at any time";
        reduce_case(request("segfault"));
        EXPECT_EQ(content("minimal.json"), expected);
        EXPECT_EQ(content("finding.json"), finding);
    }
}

}  // namespace
}  // namespace difftest::harness
