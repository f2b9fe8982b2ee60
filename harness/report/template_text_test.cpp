#include "harness/report/template_text.hpp"

#include "harness/report/tolerance_report.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace difftest::harness {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(TemplateText, MarkupCannotBeginInAValue) {
    EXPECT_EQ(escaped("<b> & \"q\" 'a'\x01", Escaping::markup),
              "&lt;b&gt; &amp; &quot;q&quot; &#39;a&#39;\xEF\xBF\xBD");
}

TEST(TemplateText, MarkdownKeepsItsTable) {
    EXPECT_EQ(escaped("a|b\n*c*", Escaping::markdown), "a\\|b \\*c\\*");
}

TEST(TemplateText, JsonCannotEndItsScript) {
    EXPECT_EQ(script_json({{"name", "</script>"}}), R"({"name":"\u003c/script>"})");
}

/// A report whose names are as hostile as names can be.
ToleranceReport hostile_report() {
    const std::string hostile = "<script>alert('x')</script>|`{{title}}`";
    ToleranceReport report;
    report.campaign.configuration = hostile;
    report.campaign.cases = 1;
    report.campaign.end = 1;
    report.campaign.findings = 1;
    report.campaign.verdicts[Verdict::violation] = 1;
    ReportedFinding finding;
    finding.id = "finding-1";
    finding.identity = "violation|" + hostile;
    finding.cluster.signature.operation = hostile;
    finding.cluster.reason = hostile;
    finding.minimal = hostile;
    finding.cluster.runs = 1;
    report.campaign.clusters.push_back(finding.cluster);
    report.findings.push_back(finding);
    report.warnings.push_back(hostile);
    return report;
}

TEST(RenderReport, EscapesEveryName) {
    const std::string page = render_report(hostile_report(), ReportFormat::html);
    EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
    EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(&#39;x&#39;)"));
    EXPECT_THAT(render_report(hostile_report(), ReportFormat::junit), Not(HasSubstr("<script>")));
    EXPECT_THAT(render_report(hostile_report(), ReportFormat::markdown), Not(HasSubstr("<script>")));
}

TEST(RenderReport, LeavesNothingToTheNetwork) {
    const std::string page = render_report(hostile_report(), ReportFormat::html);
    EXPECT_THAT(page, HasSubstr("default-src 'none'"));
    EXPECT_THAT(page, Not(HasSubstr("src=\"http")));
    EXPECT_THAT(page, Not(HasSubstr("<link")));
}

TEST(RenderReport, AnEmptyCampaignIsNotGreen) {
    ToleranceReport empty;
    empty.warnings.emplace_back("not one case was judged");
    EXPECT_EQ(exit_code_of(empty), ExitCode::nothing_ran);
    const std::string page = render_report(empty, ReportFormat::html);
    EXPECT_THAT(page, HasSubstr("Nothing was judged"));
    EXPECT_THAT(page, HasSubstr("not one case was judged"));
    EXPECT_THAT(page, Not(HasSubstr("header class=\"clean")));
}

TEST(RenderReport, AnIncompleteCampaignIsNotClean) {
    ToleranceReport report;
    report.campaign.cases = 1;
    report.campaign.verdicts[Verdict::exact] = 1;
    EXPECT_EQ(exit_code_of(report), ExitCode::clean);
    report.warnings.emplace_back("incomplete");
    EXPECT_EQ(exit_code_of(report), ExitCode::harness_error);
}

TEST(SingleBlankLines, LeavesOneOfSeveral) {
    EXPECT_EQ(single_blank_lines("a\n\n\n\nb\nc\n\nd\n"), "a\n\nb\nc\n\nd\n");
}

}  // namespace
}  // namespace difftest::harness
