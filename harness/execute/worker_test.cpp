#include "harness/execute/worker.hpp"

#include "harness/execute/worker_trial.hpp"

#include <thread>

namespace difftest::harness {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TEST(Worker, RunsACorrectBackend) {
    const RunOutcome outcome = outcome_of("correct");
    expect_sums(outcome);
    EXPECT_EQ(outcome.partitions.at(0).implementation, "misbehaving:scalar");
    EXPECT_EQ(outcome.contract, contract::Contract());
}

TEST(Worker, AsksForPlansAndDescription) {
    Worker worker(misbehaving("correct"));
    EXPECT_EQ(worker.describe().name, "misbehaving");
    const PlansOutcome plans = worker.plans(good_addition());
    EXPECT_FALSE(plans.failure);
    ASSERT_EQ(plans.offers.size(), 2U);
    EXPECT_EQ(std::get<backends::Plan>(plans.offers[0]).partitions.at(0).nodes, std::vector<std::string>{"good"});
    EXPECT_EQ(std::get<backends::Refusal>(plans.offers[1]).reason, "an addition cannot be split");
    EXPECT_EQ(worker.starts(), 1);
}

TEST(Worker, RunsManyPlansOfOneLoadedCase) {
    Worker worker(misbehaving("correct"));
    const graph::Case first = good_addition();
    const graph::Case second = bad_addition();
    LoadedCase loaded = worker.load(first);
    LoadedCase other = worker.load(second);
    for (int turn = 0; turn < 3; ++turn) {
        EXPECT_EQ(loaded.run(fused_plan()).outputs.at(0).at(3), 107);
        expect_sums(other.run(fused_plan()));
    }
    EXPECT_EQ(worker.starts(), 1);
}

TEST(Worker, ARefusalIsUnsupported) {
    const RunOutcome outcome = outcome_of("refuse");
    ASSERT_EQ(outcome.status, RunStatus::unsupported);
    EXPECT_EQ(outcome.message, "no such kernel");
}

TEST(Worker, MuchTalkBlocksNobodyAndItsEndIsKept) {
    expect_sums(outcome_of("chatter"));
    const RunOutcome outcome = outcome_of("chatter_and_abort");
    ASSERT_EQ(outcome.status, RunStatus::crashed);
    EXPECT_THAT(outcome.crash->log, HasSubstr("#\nthe last words"));
    EXPECT_LE(outcome.crash->log.size(), 4096U);
}

TEST(Worker, OutlivesTheThreadThatStartedIt) {
    Worker worker(misbehaving("correct"));
    std::thread([&] { expect_good(worker); }).join();
    expect_good(worker);
    EXPECT_EQ(worker.starts(), 1);
}

TEST(Worker, LargeAndSmallCasesTakeTurns) {
    // 3 * 2 tensors of 40 MiB and a copy: more than the arena keeps, so that it gives its memory back each time.
    constexpr std::int64_t kElements = 10 << 20;
    graph::Case large = addition("large", {}, {});
    for (graph::Tensor& tensor : large.graph.tensors) {
        tensor.shape = {kElements};
    }
    large.data[0] = graph::TensorData(graph::DataType::f32, {kElements});
    large.data[1] = large.data[0];
    large.data[0].set(kElements - 1, 3);
    large.data[1].set(kElements - 1, 4);
    WorkerSpec spec = misbehaving("correct");
    spec.limits.answer = std::chrono::seconds(30);
    Worker worker(spec);
    for (int turn = 0; turn < 2; ++turn) {
        const RunOutcome outcome = worker.run(large, fused_plan());
        ASSERT_EQ(outcome.status, RunStatus::completed) << outcome.message;
        EXPECT_EQ(outcome.outputs.at(0).at(kElements - 1), 7);
        EXPECT_THAT(outcome.overrun, IsEmpty());
        expect_good(worker);
    }
    EXPECT_EQ(worker.starts(), 1);
}

TEST(Worker, HoldsNoMoreAfterManyCases) {
    Worker worker(misbehaving("correct"));
    const graph::Case good = good_addition();
    const auto run = [&](int times) {
        for (int turn = 0; turn < times; ++turn) {
            ASSERT_EQ(worker.run(good, fused_plan()).status, RunStatus::completed);
        }
    };
    run(100);
    const WorkerResources before = worker.resources();
    run(3000);
    const WorkerResources after = worker.resources();
    EXPECT_EQ(after.descriptors, before.descriptors);
    EXPECT_EQ(after.threads, before.threads);
    // The sanitizer keeps freed blocks for a while.
    EXPECT_LT(after.resident_bytes, before.resident_bytes + ((kSanitized ? 512 : 8) << 20));
    EXPECT_EQ(worker.starts(), 1);
}

}  // namespace
}  // namespace difftest::harness
