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
