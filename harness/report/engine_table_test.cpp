#include "harness/report/engine_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace difftest::harness {
namespace {

using graph::DataType;
using graph::TensorData;
using testing::ElementsAre;
using testing::HasSubstr;

RunEntry entry(const std::string& backend, const std::string& run, std::vector<TensorData> given,
               Verdict verdict = Verdict::exact) {
    RunEntry result;
    result.case_name = "case";
    result.backend = backend;
    result.plan = run;
    result.judgement.verdict = verdict;
    result.given = std::move(given);
    return result;
}

std::vector<TensorData> s8(const std::vector<double>& values) {
    return {TensorData(DataType::s8, {static_cast<std::int64_t>(values.size())}, values)};
}

TEST(EngineTable, RunsOfABackendThatAgreeStandOnce) {
    RunReport report;
    report.entries = {entry("a", "fused", s8({1, 2, 3})), entry("a", "split", s8({1, 2, 3})),
                      entry("b", "fused", s8({1, -2, 4})), entry("c", "fused", {}, Verdict::crash)};
    const std::vector<EngineTable> tables = engine_tables(report);
    ASSERT_EQ(tables.size(), 1U);
    ASSERT_EQ(tables[0].answers.size(), 3U);
    EXPECT_THAT(tables[0].answers[0].runs, ElementsAre("fused", "split"));
    // 2 and -2 are 4 apart, 3 and 4 are 1 apart.
    EXPECT_EQ(tables[0].distances[0][1]->different, 2);
    EXPECT_EQ(tables[0].distances[0][1]->most, 4);
    EXPECT_EQ(tables[0].distances[0][0]->different, 0);
    EXPECT_FALSE(tables[0].distances[0][2]);
    const std::string text = engine_table_text(tables[0], std::nullopt);
    EXPECT_THAT(text, HasSubstr("2 (by 4)"));
    EXPECT_THAT(text, HasSubstr("fused + 1 runs"));
    EXPECT_THAT(text, HasSubstr("crash"));
}

TEST(EngineTable, FloatsAreCountedInUlp) {
    // Between 1 and 2 the binary32 numbers are 2^-23 apart.
    RunReport report;
    report.entries = {entry("a", "fused", {TensorData(DataType::f32, {2}, {1, 0.0})}),
                      entry("b", "fused", {TensorData(DataType::f32, {2}, {1 + 0x1p-22, -0.0})})};
    const EngineDistance distance = *engine_tables(report)[0].distances[0][1];
    EXPECT_EQ(distance.different, 1);
    EXPECT_EQ(distance.most, 2);
}

TEST(EngineTable, OneBackendHasNothingToCompareWith) {
    RunReport report;
    report.entries = {entry("a", "fused", s8({1})), entry("a", "split", s8({2}))};
    EXPECT_TRUE(engine_tables(report).empty());
    report.entries.push_back(entry("b", "fused", {}, Verdict::unsupported));
    report.entries.push_back(entry("a", "other", {}, Verdict::unsupported));
    // b has nothing else, a has.
    EXPECT_EQ(engine_tables(report)[0].answers.size(), 3U);
}

}  // namespace
}  // namespace difftest::harness
