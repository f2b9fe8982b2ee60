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

TEST(Steering, AClusterThatIsFullIsAvoidedByWhatItsCasesHaveInCommon) {
    SteeringSetup setup;
    setup.full = 2;
    setup.least_matched = 3;
    LaneSteering lane(setup);
    const std::string identity = steering_identity(failure("deconvolution"));
    lane.learn(record({{"deconvolution", "gaps", "u8"}, {"relu", "f32"}}, {failure("deconvolution")}));
    EXPECT_FALSE(lane.avoided(kDeconvolution)) << "not full";
    lane.learn(record({{"deconvolution", "gaps", "s8"}, {"relu", "f32"}}, {failure("deconvolution")}));
    EXPECT_FALSE(lane.avoided({"deconvolution gaps", "relu f32"})) << "full, but one case fits what is left in common";
    lane.learn(record({{"deconvolution", "gaps", "s8"}}, {failure("deconvolution")}));
    lane.learn(record({{"deconvolution", "gaps", "s8"}}, {}));
    EXPECT_FALSE(lane.avoided(kDeconvolution)) << "two cases fit {deconvolution gaps}, one of them failed";
    lane.learn(record({{"deconvolution", "gaps", "u8"}}, {failure("deconvolution")}));
    EXPECT_EQ(lane.avoided(kDeconvolution), identity) << "two of three failed";
    EXPECT_FALSE(lane.avoided({"deconvolution u8", "relu f32"})) << "nothing in common with the cluster";
}

TEST(Steering, WhatSeldomFailsIsNotAvoided) {
    SteeringSetup setup;
    setup.full = 2;
    setup.least_matched = 2;
    LaneSteering lane(setup);
    for (int turn = 0; turn < 20; ++turn) {
        lane.learn(record({{"convolution", "dense"}}, {failure("convolution")}));
        lane.learn(record({{"convolution", "dense"}}, {}));
        lane.learn(record({{"convolution", "dense"}}, {}));
    }
    EXPECT_FALSE(lane.avoided({"convolution dense"})) << "every third: too much would be lost";
}

TEST(Steering, AnErrorThatIsGoneIsNoLongerAvoided) {
    SteeringSetup setup;
    setup.full = 1;
    setup.least_matched = 2;
    LaneSteering lane(setup);
    FailureRecord known = failure("convolution");
    known.known_issue = "some_issue";
    for (int turn = 0; turn < 2; ++turn) {
        lane.learn(record({{"convolution", "dense"}}, {known, failure("reduction")}));
    }
    EXPECT_EQ(lane.avoided({"convolution dense"}), "known issue some_issue");
    for (int turn = 0; turn < 3; ++turn) {
        lane.learn(record({{"convolution", "dense"}}, {}));  // probes
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
