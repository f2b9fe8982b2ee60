#include "harness/cli/end_to_end_test.hpp"

#include <gmock/gmock.h>

#include <set>

namespace difftest::harness::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kMinimal = "deconv_quant_u8_minimal";

class EndToEnd : public testing::Test {
protected:
    void SetUp() override {
        if (!is_built("difftest-worker-faulty")) {
            GTEST_SKIP() << "difftest-worker-faulty was not built";
        }
    }
};

class OnOnednn : public testing::Test {
protected:
    void SetUp() override {
        if (!is_built("difftest-worker-onednn")) {
            GTEST_SKIP() << "difftest-worker-onednn was not built: no oneDNN here";
        }
    }
};

TEST_F(EndToEnd, FoundingBugIsAViolationWithTheNumbersOfTheSlides) {
    const ProgramRun run = difftest({"--case", kMinimal, "--backend", "faulty:clamp_dropped_mid_chain"});
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_THAT(run.output, HasSubstr("expected 28, got 255"));
    EXPECT_THAT(run.output, HasSubstr("violation"));
    EXPECT_THAT(run.output, HasSubstr("D01 clamp_dropped_mid_chain at quant1"));
    EXPECT_THAT(run.output, Not(HasSubstr("\x1b"))) << "colours although stdout is no terminal";
}

TEST_F(EndToEnd, DocumentOfAFinding) {
    const ProgramRun run = difftest({"run", kMinimal, "--backend", "faulty:clamp_dropped_mid_chain", "--json"});
    EXPECT_EQ(run.exit_code, 1);
    const json document = checked_document(run.output, "run");
    const json& entry = document.at("runs").at(0);
    EXPECT_EQ(entry.at("verdict"), "violation");
    EXPECT_EQ(entry.at("backend"), "faulty:clamp_dropped_mid_chain");
    EXPECT_EQ(entry.at("elements"), 1260);
    EXPECT_GT(entry.at("outside"), 0);
    EXPECT_LT(entry.at("outside"), 1260) << "elements below the clamp are right";
    const json& worst = entry.at("outputs").at(0).at("worst");
    EXPECT_EQ(worst.at("expected").at("intervals"), json::parse("[[28, 28]]"));
    EXPECT_EQ(worst.at("got"), 255);
    EXPECT_EQ(entry.at("trace").front().at("operation"), "deconvolution");
    EXPECT_EQ(entry.at("trace").back().at("got"), 255);
    EXPECT_EQ(document.at("summary").at("exit_code"), 1);
}

TEST_F(EndToEnd, WrongIntermediateIsNamedAndWhatFollowsIsJudgedByIt) {
    const ProgramRun run = difftest(
        {"run", kMinimal, "--backend", "faulty:levels_instead_of_levels_minus_one", "--plan", "split", "--json"});
    EXPECT_EQ(run.exit_code, 1);
    const json entry = checked_document(run.output, "run").at("runs").at(0);
    EXPECT_EQ(entry.at("verdict"), "violation");
    EXPECT_EQ(entry.at("first_wrong"), "quant1");
    EXPECT_EQ(entry.at("worst_output"), "quant1");
    EXPECT_THAT(entry.at("reason").get<std::string>(), HasSubstr("first in 'quant1'"));
    EXPECT_EQ(entry.at("outputs").at(0).at("outside"), 0) << "right for the values that were there";
    EXPECT_EQ(entry.at("trace").back().at("tensor"), "quant1");
    EXPECT_THAT(entry.at("explained_by").dump(), HasSubstr("levels_instead_of_levels_minus_one at quant1"));
    EXPECT_EQ(entry.at("metrics").at("elements"), entry.at("elements"));
}

TEST_F(EndToEnd, SeveralBackendsAndCases) {
    const ProgramRun run = difftest({"--case", kMinimal, "deconv_quant_u8", "--backend", "faulty:D01", "--backend",
                                     "faulty:scale_before_quantize", "--json"});
    const json document = checked_document(run.output, "run");
    std::set<std::pair<std::string, std::string>> seen;
    for (const json& entry : document.at("runs")) {
        seen.emplace(entry.at("case"), entry.at("backend"));
    }
    EXPECT_EQ(seen.size(), 4U);
}

TEST_F(EndToEnd, ListIsHeldToItsSchema) {
    for (const char* section : {"cases", "backends", "rules", "contracts"}) {
        const ProgramRun run = difftest({"list", section, "--json"});
        EXPECT_EQ(run.exit_code, 0);
        const json document = checked_document(run.output, "list");
        EXPECT_TRUE(document.contains(section));
        EXPECT_EQ(document.size(), 3U) << "more than was asked for";
        EXPECT_NE(difftest({"list", section}).output, "");
    }
    const json all = checked_document(difftest({"list", "--json"}).output, "list");
    EXPECT_EQ(all.size(), 6U);
}

TEST_F(EndToEnd, DoctorIsHeldToItsSchema) {
    const ProgramRun run = difftest({"doctor", "--json"});
    EXPECT_EQ(run.exit_code, 0);
    EXPECT_FALSE(checked_document(run.output, "doctor").at("backends").empty());
    EXPECT_THAT(difftest({"doctor"}).output, HasSubstr("cpu:"));
}

TEST_F(EndToEnd, HelpAndVersion) {
    EXPECT_EQ(difftest({"--help"}).exit_code, 0);
    EXPECT_THAT(difftest({"--help"}).output, HasSubstr("Exit codes"));
    EXPECT_EQ(difftest({"run", "--help"}).exit_code, 0);
    EXPECT_THAT(difftest({"--version"}).output, HasSubstr("difftest "));
}

TEST_F(OnOnednn, DoctorTellsTheLibraryAndEveryRung) {
    const json document = checked_document(difftest({"doctor", "--json"}).output, "doctor");
    const json& onednn = document.at("backends").at(0);
    EXPECT_EQ(onednn.at("name"), "onednn");
    EXPECT_EQ(onednn.at("available"), true);
    EXPECT_THAT(onednn.at("library_path").get<std::string>(), HasSubstr("libdnnl.so"));
    EXPECT_NE(onednn.at("library_version"), "");
    EXPECT_NE(onednn.at("runtime"), "");
    std::set<std::string> rungs;
    for (const json& rung : onednn.at("ladder")) {
        rungs.insert(rung.at("isa"));
        EXPECT_EQ(rung.at("runs_here"), rung.at("reason").is_null()) << "a rung that does not run says why";
    }
    EXPECT_TRUE(rungs.contains("SSE41"));
    EXPECT_TRUE(rungs.contains("AVX512_CORE_AMX"));
#if defined(__SSE__)
    EXPECT_EQ(onednn.at("mxcsr"), "0x1f80: rounds to nearest even, subnormals kept");
#endif
}

TEST_F(OnOnednn, ReferenceImplementationIsSelectedByItsName) {
    const ProgramRun run = difftest({"--case", kMinimal, "--implementation", "ref", "--plan", "split", "--json"});
    EXPECT_EQ(run.exit_code, 0) << run.errors;
    const json document = checked_document(run.output, "run");
    for (const json& entry : document.at("runs")) {
        EXPECT_EQ(entry.at("plan"), "split@ref");
        EXPECT_THAT(entry.at("implementation").get<std::string>(), HasSubstr("ref"));
    }
    const ProgramRun twice = difftest({"--case", kMinimal, "--implementation", "ref", "--plan", "split@2"});
    EXPECT_EQ(twice.exit_code, 2);
    EXPECT_THAT(twice.errors, HasSubstr("--implementation ref: --plan split@2 names another one"));
}

TEST_F(OnOnednn, MinimalCasePassesOnEveryIsa) {
    const ProgramRun run = difftest({"--case", kMinimal, "--json"});
    EXPECT_EQ(run.exit_code, 0) << run.output;
    const json document = checked_document(run.output, "run");
    EXPECT_EQ(document.at("backends").at(0).at("name"), "onednn");
    std::set<std::string> isas;
    std::set<std::string> plans;
    for (const json& entry : document.at("runs")) {
        if (entry.at("verdict") == "unsupported") {
            EXPECT_EQ(entry.at("plan"), "graph") << "the Graph API, which oneDNN 2 has not";
            continue;
        }
        EXPECT_EQ(entry.at("outputs").at(0).at("judged"), 1260);
        if (entry.at("plan") != "graph") {  // the library decides what it keeps inside
            EXPECT_EQ(entry.at("intermediates").empty(), entry.at("plan") != "split");
        }
        EXPECT_EQ(entry.at("outside"), 0);
        EXPECT_NE(entry.at("implementation"), "");
        isas.insert(entry.at("isa"));
        plans.insert(entry.at("plan"));
    }
    EXPECT_TRUE(isas.contains("SSE41"));
    EXPECT_TRUE(plans.contains("fused"));
    EXPECT_TRUE(plans.contains("split"));
}

TEST_F(OnOnednn, ACaseTightensTheContract) {
    json value = json::parse(std::ifstream(corpora() + "/named/deconv_quant_u8_minimal.json"));
    const auto judged_under = [&value](const std::string& contract) {
        value["execution"] = {{"contract", contract}};
        const std::string file = file_of_test("case.json", value.dump()).string();
        const ProgramRun run = difftest({"--case", file, "--isa", "sse41", "--plan", "fused", "--json"});
        return checked_document(run.output, "run").at("runs").at(0).at("contract").get<std::string>();
    };
    EXPECT_EQ(judged_under("strict"), "strict");
    const std::string without_fma = judged_under("onednn2-F2");
    EXPECT_THAT(without_fma, HasSubstr("-F2"));
    // A case can take away, never add: strict+F7 and what oneDNN claims have nothing in common.
    EXPECT_EQ(judged_under("strict+F7"), "strict");
}

TEST_F(OnOnednn, WhatTheContractCannotHoldIsMarkedAndTold) {
    // 70 000 * 255 * 127 = 2 266 950 000 > 2^31 - 1; 70 000 * 127 = 8 890 000 is judged.
    constexpr int kChannels = 70000;
    json value = json::parse(R"({"difftest_case": 1, "name": "overflow", "graph": {
        "inputs": [{"name": "x", "type": "u8", "shape": [2, 70000, 1]}],
        "constants": [{"name": "w", "type": "s8", "shape": [1, 70000, 1]}],
        "nodes": [{"name": "acc", "op": "convolution", "inputs": {"data": "x", "weights": "w"},
                   "attributes": {"strides": [1], "dilations": [1], "pads_begin": [0], "pads_end": [0], "groups": 1},
                   "output": {"name": "acc", "type": "s32"}}],
        "outputs": ["acc"]}})");
    std::vector<int> x(kChannels, 255);
    x.resize(std::size_t{2} * kChannels, 1);
    value["data"] = {{"x", {{"values", x}}}, {"w", {{"values", std::vector<int>(kChannels, 127)}}}};
    const std::string file = file_of_test("case.json", value.dump()).string();
    const ProgramRun run = difftest({"--case", file, "--isa", "sse41", "--json"});
    const json entry = checked_document(run.output, "run").at("runs").at(0);
    EXPECT_EQ(entry.at("metrics").at("out_of_contract"), 1);
    EXPECT_EQ(entry.at("unconstrained"), 1);
    EXPECT_EQ(entry.at("judged"), 1);
    EXPECT_EQ(entry.at("verdict"), "allowed") << "not exact: not everything was judged";
    EXPECT_THAT(entry.at("notes").dump(), HasSubstr("node acc: the s32 accumulator overflows"));
}

TEST_F(OnOnednn, IsaAndPlanNarrowTheRun) {
    const ProgramRun run = difftest({"--case", kMinimal, "--isa", "sse41", "--plan", "split", "--json"});
    const json document = checked_document(run.output, "run");
    ASSERT_EQ(document.at("runs").size(), 1U);
    EXPECT_EQ(document.at("runs").at(0).at("isa"), "SSE41");
    EXPECT_EQ(document.at("runs").at(0).at("plan"), "split");
}

/// The founding chain meets the known issue in the plan that repeats an algorithm, and nowhere else.
TEST_F(OnOnednn, FoundingChainIsJudgedInSpiteOfTheKnownIssue) {
    const ProgramRun run = difftest({"--case", "deconv_quant_u8", "--json"});
    EXPECT_EQ(run.exit_code, 0) << run.output;
    const json document = checked_document(run.output, "run");
    std::set<std::string> isas;
    std::set<std::string> judged;
    for (const json& entry : document.at("runs")) {
        isas.insert(entry.at("isa"));
        if (!entry.at("known_issue").is_null()) {
            EXPECT_EQ(entry.at("plan"), "fused") << entry;
        } else if (entry.at("verdict") == "unsupported") {
            // oneDNN 3 has no deconvolution with so many post-ops below AVX-512, and says so.
            const bool is_graph = entry.at("plan") == "graph";
            EXPECT_THAT(entry.at("reason").get<std::string>(),
                        HasSubstr(is_graph ? "oneDNN 2.x has no Graph API" : "(unimplemented)"));
        } else {
            EXPECT_TRUE(entry.at("verdict") == "exact" || entry.at("verdict") == "allowed") << entry;
            judged.insert(entry.at("isa"));
        }
    }
    EXPECT_EQ(judged, isas) << "an ISA on which no plan was judged";
    EXPECT_GT(document.at("summary").at("passed"), 0);
}

}  // namespace
}  // namespace difftest::harness::cli
