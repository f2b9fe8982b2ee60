#include "harness/reduce/signature.hpp"

#include <gtest/gtest.h>

namespace difftest::harness {
namespace {

Signature wrong_value() {
    Signature signature;
    signature.verdict = Verdict::violation;
    signature.implementations = {"jit", "simple"};
    signature.error = ErrorSize::gross;
    signature.decided = true;
    return signature;
}

TEST(Signature, FamilyIsTheNameWithoutItsIsa) {
    EXPECT_EQ(implementation_family("jit:avx512_core_vnni"), "jit");
    EXPECT_EQ(implementation_family("jit_deconvolution:avx2"), "jit_deconvolution");
    EXPECT_EQ(implementation_family("x64:gemm_s8u8s32:jit"), "x64:gemm_s8u8s32:jit");
    EXPECT_EQ(implementation_family("brgconv_1x1:avx512_core_amx"), "brgconv_1x1");
    EXPECT_EQ(implementation_family("reference"), "reference");
}

TEST(Signature, FewerImplementationsStayTheSameBugNewOnesDoNot) {
    Signature candidate = wrong_value();
    candidate.implementations = {"jit"};
    EXPECT_TRUE(same_bug(wrong_value(), candidate));
    candidate.implementations = {"gemm"};
    EXPECT_FALSE(same_bug(wrong_value(), candidate));
}

TEST(Signature, WhatIsToBlameStaysAmongTheSuspects) {
    Signature original = wrong_value();
    original.suspected = {"jit"};
    Signature candidate = original;
    candidate.suspected = {"simple"};
    EXPECT_FALSE(same_bug(original, candidate)) << "another kernel of the same graph is wrong, too";
    candidate.suspected = {"jit", "simple"};
    EXPECT_TRUE(same_bug(original, candidate));
    EXPECT_TRUE(same_bug(wrong_value(), candidate)) << "nobody is suspected";
}

TEST(Signature, PassingIsNoBug) {
    for (const Verdict verdict :
         {Verdict::exact, Verdict::allowed, Verdict::vacuous, Verdict::unsupported, Verdict::harness_error}) {
        Signature candidate = wrong_value();
        candidate.verdict = verdict;
        EXPECT_FALSE(same_bug(wrong_value(), candidate)) << name_of(verdict);
    }
}

TEST(Signature, WrongValuesAreOneClassAndCrashesAnother) {
    Signature candidate = wrong_value();
    candidate.verdict = Verdict::nondeterministic;
    EXPECT_TRUE(same_bug(wrong_value(), candidate));
    candidate.verdict = Verdict::unwritten;
    EXPECT_TRUE(same_bug(wrong_value(), candidate));
    candidate.verdict = Verdict::overrun;
    EXPECT_FALSE(same_bug(wrong_value(), candidate));
    Signature crash;
    crash.verdict = Verdict::crash;
    crash.crash = "execute signal 11";
    EXPECT_FALSE(same_bug(wrong_value(), crash));
    Signature elsewhere = crash;
    elsewhere.crash = "create signal 11";
    EXPECT_TRUE(same_bug(crash, crash));
    EXPECT_FALSE(same_bug(crash, elsewhere));
}

TEST(Signature, OneOfTheOriginalsRulesMustStillExplainIt) {
    Signature original = wrong_value();
    original.rules = {"D01 clamp_dropped_mid_chain", "D09 wrapped_store"};
    Signature candidate = wrong_value();
    EXPECT_FALSE(same_bug(original, candidate));
    candidate.rules = {"D02 round_dropped_mid_chain"};
    EXPECT_FALSE(same_bug(original, candidate));
    candidate.rules = {"D01 clamp_dropped_mid_chain", "D02 round_dropped_mid_chain"};
    EXPECT_TRUE(same_bug(original, candidate));
}

TEST(Signature, DoesNotSlipIntoWhatIsAllowed) {
    Signature candidate = wrong_value();
    candidate.error = ErrorSize::rounding;
    EXPECT_FALSE(same_bug(wrong_value(), candidate)) << "a gross error must stay gross";
    candidate = wrong_value();
    candidate.decided = false;
    EXPECT_FALSE(same_bug(wrong_value(), candidate)) << "the wrong element had a single allowed value";
    candidate = wrong_value();
    candidate.unconstrained = true;
    EXPECT_FALSE(same_bug(wrong_value(), candidate)) << "out of contract";
}

TEST(Signature, AKnownIssueIsAnotherBug) {
    Signature known = wrong_value();
    known.known_issue = "some_issue";
    EXPECT_FALSE(same_bug(wrong_value(), known));
    EXPECT_FALSE(same_bug(known, wrong_value()));
    EXPECT_TRUE(same_bug(known, known));
}

TEST(Signature, ANeighbourMayBeVacuousButNotOutOfContract) {
    Signature neighbour;
    neighbour.verdict = Verdict::vacuous;
    EXPECT_TRUE(stands(neighbour));
    neighbour.unconstrained = true;
    EXPECT_FALSE(stands(neighbour));
    EXPECT_FALSE(stands(wrong_value()));
}

}  // namespace
}  // namespace difftest::harness
