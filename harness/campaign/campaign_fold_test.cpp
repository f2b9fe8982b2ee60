#include "harness/campaign/campaign_fold.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace difftest::harness {
namespace {

FailureRecord failure(const std::string& operation, const std::string& isa, std::vector<std::string> attributes) {
    FailureRecord record;
    record.isa = isa;
    record.plan = "fused";
    record.reason = "why";
    record.signature = {"onednn", Verdict::violation, operation, "dense", "jit", "values", std::move(attributes)};
    return record;
}

/// 100 judged: 91 exact, 6 allowed, 3 outside, of which two integers; the farthest by as many LSB as the index says.
ElementCount elements(std::uint64_t index) {
    ElementCount count{100, 7, 6, 3, 5, 0, {}, {}};
    count.lsb = {{{0, 1}, {4, 1}},
                 LargestError{static_cast<double>(index), index, 2, "fused", "out", "[0,1]", "7", "9"}};
    count.ulp = {{{4096, 1}},
                 LargestError{std::numeric_limits<double>::infinity(), index, 2, "split", "x", "[0]", "1", "nan"}};
    return count;
}

CaseRecord record(std::uint64_t index, std::int64_t cost, std::vector<FailureRecord> failures) {
    CaseRecord result;
    result.index = index;
    result.cost = cost;
    result.runs = {{Verdict::exact, 2}, {Verdict::violation, static_cast<std::int64_t>(failures.size())}};
    result.partitions = {{{"onednn", "AVX2", "convolution", "jit", Verdict::exact}, 2}};
    result.elements = {{{"onednn", "AVX2", "convolution", "jit"}, elements(index)},
                       {{"onednn", "SSE41", "convolution", "jit"}, elements(index)},
                       {{"onednn", "AVX2", "", ""}, {10, 0, 0, 0, 4, 11, {}, {}}}};
    result.combinations = {{{"onednn", "convolution", "u8*s8 dense -> s8"}, 2}};
    result.refusals = {{{"onednn", "too long"}, {{"AVX2", 1}, {"SSE41", 2}}}};
    result.vacuous = {{{"onednn", "constant"}, {{"AVX2", 1}}}};
    result.out_of_contract = {{{"onednn", "overflows"}, {{"AVX2", 1}}}};
    result.resampled = {{"too ambiguous", 1}};
    result.draw = 2;
    result.steered = {"known issue of old"};
    result.features = {{"convolution", "dense", "padding"}, {"graph", "1 node"}};
    result.failures = std::move(failures);
    result.applicable_faults = {"D01", "D51"};
    result.harness_errors = {"onednn: none"};
    return result;
}

std::vector<CaseRecord> records() {
    return {record(7, 30, {failure("convolution", "AVX2", {"a", "b"}), failure("convolution", "SSE41", {"a", "b"})}),
            record(3, 20, {failure("convolution", "AVX2", {"b", "c"})}),
            record(9, 20, {failure("convolution", "AVX", {"b"}), failure("deconvolution", "AVX", {"d"})})};
}

TEST(CaseRecord, ComesBackFromItsLine) {
    for (CaseRecord each : records()) {
        each.failures.front().known_issue = "issue";
        const std::string line = format_record(each);
        EXPECT_EQ(line.find('\n'), std::string::npos);
        EXPECT_EQ(parse_record(line), each);
    }
    EXPECT_THROW(parse_record("{\"index\": 1}"), std::invalid_argument);
    EXPECT_THROW(parse_record("{"), std::invalid_argument);
}

TEST(CampaignFold, ClustersBySignatureWithTheSmallestCaseAndWhatAllHaveInCommon) {
    CampaignFold fold;
    for (const CaseRecord& each : records()) {
        fold.add(each);
    }
    const CampaignReport report = fold.report({});
    ASSERT_EQ(report.clusters.size(), 2U);
    const Cluster& cluster = report.clusters[0];
    EXPECT_EQ(cluster.runs, 4);
    EXPECT_EQ(cluster.cases, 3);
    EXPECT_EQ(cluster.first_index, 3U);
    EXPECT_EQ(cluster.last_index, 9U);
    EXPECT_EQ(cluster.smallest_index, 3U) << "of two that are as small, the one with the lower index";
    EXPECT_EQ(cluster.signature.attributes, std::vector<std::string>{"b"});
    EXPECT_EQ(cluster.isas, (std::vector<std::string>{"AVX", "AVX2", "SSE41"}));
    EXPECT_EQ(report.findings, 5);
    EXPECT_EQ(report.first, 3U);
    EXPECT_EQ(report.end, 10U);
    EXPECT_EQ(report.verdicts.at(Verdict::exact), 6);
    EXPECT_EQ(report.refusals.at(0).runs, 9);
    EXPECT_EQ(report.refusals.at(0).isas, (std::map<std::string, std::int64_t>{{"AVX2", 3}, {"SSE41", 6}}));
    EXPECT_EQ(report.vacuous.at(0).runs, 3);
    EXPECT_EQ(report.out_of_contract.at(0).reason, "overflows");
    EXPECT_EQ(cluster.smallest_isa, "AVX2");
    EXPECT_EQ(cluster.smallest_plan, "fused");
    EXPECT_EQ(exit_code_of(report), ExitCode::finding);
}

/// Rows by what computed, and the farthest element of all with its case: that of case 9 in LSB; in ulp all are as far,
/// and the lowest index stands.
TEST(CampaignFold, AddsUpElementsByWhatComputedThem) {
    CampaignFold fold;
    for (const CaseRecord& each : records()) {
        fold.add(each);
    }
    const CampaignReport report = fold.report({});
    ASSERT_EQ(report.tolerance.size(), 3U);
    EXPECT_EQ(report.tolerance[0].of, (ElementsOf{"onednn", "AVX2", "", ""}));
    EXPECT_EQ(report.tolerance[0].elements.vacuous, 33);
    const ToleranceCount& row = report.tolerance[1];
    EXPECT_EQ(row.of, (ElementsOf{"onednn", "AVX2", "convolution", "jit"}));
    EXPECT_EQ(row.cases, 3);
    EXPECT_EQ(row.runs.at(Verdict::exact), 6);
    EXPECT_EQ(row.elements.judged, 300);
    EXPECT_EQ(row.elements.exact(), 273);
    EXPECT_EQ(row.elements.lsb.counts, (std::map<int, std::int64_t>{{0, 3}, {4, 3}}));
    EXPECT_EQ(row.elements.lsb.largest->index, 9U);
    EXPECT_EQ(row.elements.lsb.largest->steps, 9);
    EXPECT_EQ(row.elements.ulp.largest->index, 3U);
    EXPECT_EQ(elements_in_all(report).judged, 630);
    EXPECT_EQ(elements_in_all(report).ulp.counts.at(4096), 6);
}

/// What is the same on every rung stands once in the journal.
TEST(CaseRecord, SaysWhatRungsHaveInCommonOnce) {
    const std::string line = format_record(record(1, 1, {}));
    EXPECT_NE(line.find(R"([["AVX2","SSE41"],"onednn","convolution","jit",100,7,6,3,5,0,)"), std::string::npos) << line;
}

TEST(CampaignFold, CountsByTheOperationAtTheHead) {
    CampaignFold fold;
    std::vector<CaseRecord> all = records();
    all[0].failures[0].known_issue = "the_issue";
    all[1].combinations = {{{"onednn", "convolution", "s8*s8 dense -> s8"}, 1}};
    all[2].partitions = {{{"onednn", "AVX2", "convolution", "jit, ref", Verdict::exact}, 2}};
    for (const CaseRecord& each : all) {
        fold.add(each);
    }
    const std::vector<OperationCount> rows = fold.report({}).operations;
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].operation, "convolution");
    EXPECT_EQ(rows[0].combinations, (std::vector<std::string>{"s8*s8 dense -> s8", "u8*s8 dense -> s8"}));
    EXPECT_EQ(rows[0].implementations, 2) << "jit, and ref as the second primitive of a partition";
    EXPECT_EQ(rows[0].passed, 6);
    EXPECT_EQ(rows[0].failing.at(Verdict::violation), 4);
    EXPECT_EQ(rows[0].known, 1);
    EXPECT_EQ(rows[0].problems, 1);
    EXPECT_EQ(rows[1].operation, "deconvolution");
    EXPECT_TRUE(rows[1].combinations.empty());
    EXPECT_EQ(rows[1].failing.at(Verdict::violation), 1);
}

TEST(CampaignFold, DoesNotDependOnTheOrder) {
    std::vector<CaseRecord> all = records();
    std::vector<std::size_t> order{0, 1, 2};
    std::vector<std::string> seen;
    do {
        CampaignFold fold;
        for (const std::size_t index : order) {
            fold.add(all[index]);
        }
        std::string text;
        for (const Cluster& cluster : fold.report({}).clusters) {
            text += identity_text(cluster.signature) + std::to_string(cluster.smallest_index) + cluster.smallest_file;
        }
        seen.push_back(text);
    } while (std::next_permutation(order.begin(), order.end()));
    EXPECT_EQ(std::count(seen.begin(), seen.end(), seen.front()), 6);
}

TEST(CampaignFold, AKnownIssueIsListedAndNotCounted) {
    CaseRecord known = record(1, 1, {failure("convolution", "AVX2", {})});
    known.failures.front().known_issue = "the_issue";
    known.harness_errors.clear();
    CampaignFold fold;
    fold.add(known);
    const CampaignReport report = fold.report({});
    EXPECT_TRUE(report.clusters.empty());
    EXPECT_EQ(report.findings, 0);
    ASSERT_EQ(report.known_issues.size(), 1U);
    EXPECT_EQ(report.known_issues[0].id, "the_issue");
    EXPECT_EQ(exit_code_of(report), ExitCode::clean);
}

}  // namespace
}  // namespace difftest::harness
