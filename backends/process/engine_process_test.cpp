#include "backends/process/engine_process.hpp"
#include "backends/process/engine_description.hpp"

#include "backends/backend.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace difftest::backends {
namespace {

using testing::HasSubstr;

const ProcessMessage kDescribe{"describe", "", {}};

/// A shell that reads one request and then does as it is told.
std::string engine_that(const std::string& does) {
    return "sh -c 'read request; " + does + "'";
}

const std::string kAnswer = R"(printf "%s\n" "{\"difftest_process\": 1, \"kind\": \"engine\", \"name\": \"shell\"}";)";

std::string complaint_about(const std::string& command, const ProcessLimits& limits = {}) {
    try {
        EngineProcess engine(command);
        engine.ask(kDescribe, limits);
        engine.ask(kDescribe, limits);
    } catch (const BackendError& error) {
        return error.what();
    }
    return "";
}

TEST(EngineProcess, ARequestGoesOutAndAnAnswerComesBack) {
    EngineProcess engine(engine_that(kAnswer + " read more"));
    const EngineDescription described = engine_description(engine.ask(kDescribe));
    EXPECT_EQ(described.name, "shell");
    ASSERT_EQ(described.plans.size(), 1U);
    EXPECT_EQ(described.plans[0].name, "fused");
    EXPECT_EQ(described.plans[0].contract.to_string(), "strict");
}

TEST(EngineProcess, AnEngineThatEndsIsToldHow) {
    EXPECT_THAT(complaint_about(engine_that("exit 3")), HasSubstr("ended with exit code 3 instead of answering"));
    EXPECT_THAT(complaint_about(engine_that("kill -SEGV $$")), HasSubstr("was killed by Segmentation fault"));
    EXPECT_THAT(complaint_about("/no/such/engine"), HasSubstr("exit code 127 (no such command?)"));
    // After its first answer.
    EXPECT_THAT(complaint_about(engine_that(kAnswer)), HasSubstr("ended with exit code 0 instead of answering"));
    EXPECT_THAT(complaint_about(engine_that("exec >&-; exec sleep 30")), HasSubstr("closed its stdin or stdout"));
}

TEST(EngineProcess, WhatIsNoAnswerIsRefusedInOneLine) {
    EXPECT_THAT(complaint_about(engine_that("echo hello; read more")), HasSubstr("is something printed to stdout?"));
    ProcessLimits limits;
    limits.header_bytes = 1000;
    EXPECT_THAT(complaint_about("sh -c 'tr \"\\0\" x </dev/zero'", limits), HasSubstr("no header line within 1000"));
    const std::string surplus = R"(printf "%s\nmore" "{\"difftest_process\": 1, \"kind\": \"engine\"}"; read more)";
    EXPECT_THAT(complaint_about(engine_that(surplus)), HasSubstr("wrote 4 bytes more"));
    limits.tensor_bytes = 3;
    const std::string four =
        R"(printf "%s\n" "{\"difftest_process\": 1, \"kind\": \"result\", \"tensors\": [{\"name\": \"y\", \"type\": \"s8\", \"shape\": [4]}]}"; read more)";
    EXPECT_THAT(complaint_about(engine_that(four), limits), HasSubstr("absurd shape"));
}

TEST(EngineDescription, WhatAnEngineSaysOfItselfIsChecked) {
    const auto complaint = [](const std::string& members) -> std::string {
        try {
            engine_description({"engine", "", {}, members});
        } catch (const BackendError& error) {
            return error.what();
        }
        return "";
    };
    EXPECT_EQ(complaint(R"({"name": "x", "plans": [{"name": "a"}, {"name": "b", "contract": "strict+F2"}]})"), "");
    EXPECT_THAT(complaint("{}"), HasSubstr("no \"name\""));
    EXPECT_THAT(complaint(R"({"name": 1})"), HasSubstr("no text"));
    EXPECT_THAT(complaint(R"({"name": "x", "plans": []})"), HasSubstr("no plan"));
    EXPECT_THAT(complaint(R"({"name": "x", "plans": 5})"), HasSubstr("must hold objects"));
    EXPECT_THAT(complaint(R"({"name": "x", "plans": [{"contract": "lenient"}]})"), HasSubstr("'lenient'"));
    EXPECT_THAT(complaint(R"({"name": "x", "plans": [{}, {"name": "fused"}]})"), HasSubstr("two plans"));
}

}  // namespace
}  // namespace difftest::backends
