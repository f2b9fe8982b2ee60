#include "harness/campaign/steering.hpp"

#include "harness/campaign/campaign_fold.hpp"

#include <gtest/gtest.h>

namespace difftest::harness {
namespace {

using Features = std::vector<std::vector<std::string>>;

FailureRecord failure(const std::string& operation) {
    FailureRecord record;
    record.signature.operation = operation;
    return record;
}

CaseRecord record(Features features, std::vector<FailureRecord> failures) {
    CaseRecord result;
    result.features = std::move(features);
    result.failures = std::move(failures);
    return result;
}

const std::vector<std::string> kDeconvolution = {"deconvolution gaps", "deconvolution u8"};

SteeringSetup quick() {
    SteeringSetup setup;
    setup.full = 2;
    setup.least_matched = 3;
    return setup;
}

const CaseRecord kFails = record({{"deconvolution", "gaps", "u8"}}, {failure("deconvolution")});
const CaseRecord kPasses = record({{"deconvolution", "gaps", "u8"}}, {});

TEST(Steering, WhatTheCasesOfAClusterHaveInCommonIsAvoided) {
    LaneSteering lane(quick());
    lane.learn(record({{"deconvolution", "gaps", "u8"}, {"relu", "f32"}}, {failure("deconvolution")}));
    lane.learn(record({{"deconvolution", "gaps", "s8"}, {"relu", "u8"}}, {failure("deconvolution")}));
    EXPECT_FALSE(lane.avoided(kDeconvolution)) << "{deconvolution gaps}: not tried yet";
    lane.learn(kFails);
    lane.learn(kPasses);
    EXPECT_FALSE(lane.avoided(kDeconvolution)) << "two cases fit, one of them failed";
    lane.learn(kFails);
    EXPECT_EQ(lane.avoided(kDeconvolution), steering_identity(failure("deconvolution"))) << "two of three failed";
    EXPECT_FALSE(lane.avoided({"deconvolution u8", "relu f32"})) << "no gaps";
}

/// One error of a library makes a cluster for each kernel and each pattern that it shows in. They count together; a
/// known issue does not.
TEST(Steering, OneErrorMayMakeManyClusters) {
    LaneSteering lane(quick());
    FailureRecord other = failure("deconvolution");
    for (const char* implementation : {"jit", "jit", "jit:avx2", "gemm", "ref"}) {
        other.signature.implementation = implementation;
        lane.learn(record({{"deconvolution", "gaps", "u8"}}, {other}));
    }
    EXPECT_TRUE(lane.avoided(kDeconvolution)) << "three fit what two had in common, and all of them failed";

    LaneSteering known(quick());
    for (const char* issue : {"a", "a", "b", "c", "d", "e", "f"}) {
        other.known_issue = issue;
        known.learn(record({{"deconvolution", "gaps", "u8"}}, {other}));
    }
    EXPECT_FALSE(known.avoided(kDeconvolution));
}

TEST(Steering, WhatSeldomFailsIsNotAvoided) {
    LaneSteering lane(quick());
    for (int turn = 0; turn < 20; ++turn) {
        lane.learn(kFails);
        lane.learn(kPasses);
        lane.learn(kPasses);
        lane.learn(kPasses);
        EXPECT_FALSE(lane.avoided(kDeconvolution)) << "every fourth: too much would be lost";
    }
}

TEST(Steering, OddCasesDoNotSpoilTheDescriptionOfTheRest) {
    LaneSteering lane(quick());
    for (int turn = 0; turn < 5; ++turn) {
        lane.learn(kFails);
    }
    ASSERT_TRUE(lane.avoided(kDeconvolution));
    lane.learn(record({{"deconvolution", "s8"}}, {failure("deconvolution")}));
    lane.learn(record({{"relu", "f32"}}, {failure("deconvolution")}));
    EXPECT_TRUE(lane.avoided(kDeconvolution));
    EXPECT_FALSE(lane.avoided({"deconvolution s8"}));
}

TEST(Steering, AnErrorThatIsGoneIsNoLongerAvoided) {
    LaneSteering lane(quick());
    FailureRecord known = failure("convolution");
    known.known_issue = "some_issue";
    for (int turn = 0; turn < 5; ++turn) {
        lane.learn(record({{"convolution", "dense"}}, {known}));
    }
    EXPECT_EQ(lane.avoided({"convolution dense"}), "known issue some_issue");
    for (int turn = 0; turn < 7; ++turn) {
        lane.learn(record({{"convolution", "dense"}}, {}));  // probes: three failed, then seven passed
    }
    EXPECT_FALSE(lane.avoided({"convolution dense"}));
}

FailureRecord failing_run(std::vector<std::string> attributes) {
    FailureRecord result = failure("convolution");
    result.signature.backend = "library";
    result.isa = "AVX2";
    result.plan = "fused";
    result.signature.attributes = std::move(attributes);
    return result;
}

RunPattern run_with(std::vector<std::string> features, const std::string& isa = "AVX2") {
    return {"library", isa, {{"convolution", with_plan(std::move(features), "fused")}}};
}

/// Two cases are enough for a description, four runs for trust in it (RunSteering(2, 4)): of five runs that it fits all
/// fail, and then of forty one more.
TEST(RunSteering, RunsThatLookLikeThoseOfAFullClusterAreWithheldOnTheirRung) {
    RunSteering steering(2, 4);
    const FailureRecord failed = failing_run({"convolution dense", "repeated"});
    steering.learn(record({}, {failed}));
    ASSERT_EQ(steering.fits(run_with({"convolution dense", "repeated", "batch"})).size(), 1U);
    EXPECT_TRUE(steering.fits(run_with({"convolution dense"})).empty()) << "without the trait";
    EXPECT_TRUE(steering.fits(run_with({"convolution dense", "repeated"}, "AVX")).empty()) << "another rung";
    const RunSteering::Fit fit = steering.fits(run_with({"convolution dense", "repeated"})).at(0);
    EXPECT_FALSE(fit.withholds) << "one case";
    CaseRecord again = record({}, {failed});
    again.forecasts[fit.description] = {5, 5};
    steering.learn(again);
    EXPECT_TRUE(steering.fits(run_with({"convolution dense", "repeated"})).at(0).withholds);
    CaseRecord passes = record({}, {});
    passes.forecasts[fit.description] = {40, 1};
    steering.learn(passes);
    EXPECT_TRUE(steering.fits(run_with({"convolution dense", "repeated"})).empty()) << "six of 45: forgotten";
}

/// Half of what the first one has: the rest of it was chance.
TEST(RunSteering, WhatTwoFailingRunsShareDescribesBoth) {
    RunSteering steering(2, 4);
    steering.learn(record({}, {failing_run({"a", "b", "repeated"})}));
    steering.learn(record({}, {failing_run({"c", "d", "repeated"})}));
    EXPECT_EQ(steering.fits(run_with({"e", "repeated"})).size(), 1U) << "plan fused and repeated: two of four";
    EXPECT_TRUE(steering.fits(run_with({"a", "b"})).empty());
}

TEST(Steering, EveryEighthIndexOfALaneIsAProbe) {
    const SteeringSetup setup;
    std::uint64_t probes = 0;
    for (std::uint64_t position = 0; position < 80; ++position) {
        probes += is_probe(setup, position) ? 1 : 0;
    }
    EXPECT_EQ(probes, 10U);
}

}  // namespace
}  // namespace difftest::harness
