#include "harness/report/run_document.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <limits>

namespace difftest::harness {
namespace {

using Json = nlohmann::json;

TEST(RunDocument, HasEveryFieldOfARun) {
    RunReport report;
    RunEntry entry;
    entry.case_name = "c";
    entry.backend = "faulty:x";
    entry.plan = "reference";
    entry.contract = "strict";
    entry.partitions = {{{"a", "b"}, "scalar"}};
    entry.judgement = {Verdict::violation, "1 of 2"};
    Comparison output;
    output.tensor = "out";
    output.type = graph::DataType::f32;
    output.elements = output.judged = 2;
    output.outside = 1;
    output.worst = OutsideElement{1,
                                  {1},
                                  {{{1.5, 1.5}}, false, false},
                                  std::numeric_limits<double>::quiet_NaN(),
                                  std::numeric_limits<double>::infinity()};
    output.first = {*output.worst};
    entry.outputs = {output};
    entry.worst_output = "out";
    Comparison intermediate;
    intermediate.tensor = "between";
    intermediate.elements = intermediate.judged = 3;
    entry.intermediates = {intermediate};
    entry.first_wrong = "out";
    entry.metrics.emplace().elements = 5;
    entry.metrics->singletons = 4;
    report.entries = {entry};
    report.annotations["c"] = {};

    const Json run = Json::parse(run_document(report)).at("runs").at(0);
    EXPECT_EQ(run.at("case"), "c");
    EXPECT_EQ(run.at("backend"), "faulty:x");
    EXPECT_EQ(run.at("isa"), "");
    EXPECT_EQ(run.at("implementation"), "scalar");
    EXPECT_EQ(run.at("verdict"), "violation");
    EXPECT_EQ(run.at("elements"), 5) << "of outputs and intermediates";
    EXPECT_EQ(run.at("intermediates").at(0).at("tensor"), "between");
    EXPECT_EQ(run.at("first_wrong"), "out");
    EXPECT_EQ(run.at("metrics").at("singletons"), 4);
    EXPECT_EQ(run.at("metrics").at("out_of_contract"), 0);
    EXPECT_EQ(run.at("outside"), 1);
    EXPECT_EQ(run.at("ambiguous"), 0);
    EXPECT_TRUE(run.at("known_issue").is_null());
    const Json worst = run.at("outputs").at(0).at("worst");
    EXPECT_EQ(worst.at("got"), "nan");
    EXPECT_EQ(worst.at("distance"), "inf");
    EXPECT_EQ(worst.at("expected").at("intervals"), Json::parse("[[1.5, 1.5]]"));
}

TEST(RunDocument, SummaryCarriesTheExitCode) {
    const Json document = Json::parse(run_document({}));
    EXPECT_EQ(document.at("summary").at("exit_code"), 3);
    EXPECT_EQ(document.at("runs"), Json::array());
}

TEST(RunDocument, LibraryTextThatIsNoUtf8IsReplaced) {
    RunReport report;
    report.backends = {{"onednn", "bad \xff text", "", "", "", ""}};
    EXPECT_NO_THROW(run_document(report));
}

}  // namespace
}  // namespace difftest::harness
