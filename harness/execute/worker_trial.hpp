#pragma once

#include "harness/execute/test_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

/// How the tests try a behaviour: the bad case stands between two good ones, which must be judged as always.
namespace difftest::harness {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif
#if defined(__SANITIZE_THREAD__)
inline constexpr bool kThreadSanitized = true;
#else
inline constexpr bool kThreadSanitized = false;
#endif

inline void expect_good(Worker& worker) {
    const graph::Case good = good_addition();
    const RunOutcome outcome = worker.run(good, fused_plan());
    ASSERT_EQ(outcome.status, RunStatus::completed) << outcome.message;
    // 4+0.5, 5+0.25, 6+0.125, 7+100
    EXPECT_EQ(outcome.outputs.at(0), graph::TensorData(graph::DataType::f32, {4}, {4.5, 5.25, 6.125, 107}));
    EXPECT_THAT(outcome.unwritten, testing::ElementsAre(0));
    EXPECT_THAT(outcome.nondeterministic, testing::ElementsAre(0));
    EXPECT_THAT(outcome.overrun, testing::IsEmpty());
    EXPECT_FALSE(outcome.floating_point_environment_changed);
    EXPECT_FALSE(outcome.left_processes);
    EXPECT_FALSE(outcome.crash);
    EXPECT_THAT(worker.take_incidents(), testing::IsEmpty());
}

/// The outcome of the bad case between two good ones, all in one Worker.
inline RunOutcome outcome_of(const std::string& behaviour, const LoadOptions& load = {}) {
    Worker worker(misbehaving(behaviour));
    expect_good(worker);
    const graph::Case bad = bad_addition();
    RunOutcome outcome = worker.load(bad, load).run(fused_plan());
    expect_good(worker);
    return outcome;
}

inline void expect_sums(const RunOutcome& outcome) {
    ASSERT_EQ(outcome.status, RunStatus::completed) << outcome.message;
    // 1+10, 2+20, 3+30
    EXPECT_EQ(outcome.outputs.at(0), graph::TensorData(graph::DataType::f32, {3}, {11, 22, 33}));
}

}  // namespace difftest::harness
