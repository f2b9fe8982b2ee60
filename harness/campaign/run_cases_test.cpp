#include "harness/campaign/run_cases.hpp"

#include "harness/campaign/corpora.hpp"
#include "harness/campaign/input_error.hpp"
#include "test_paths.hpp"

#include <gtest/gtest.h>

namespace difftest::harness {
namespace {

/// The test programs stand in another folder than the workers, so that no backend is here by default.
TEST(RunCases, WithoutABackendNothingRunsAndTheReportSaysWhatToDo) {
    RunRequest request;
    request.cases = load_cases(Corpora(DIFFTEST_SOURCE_DIR "/corpora"), {"deconv_quant_u8_minimal"});
    const RunReport report = run_cases(request);
    EXPECT_EQ(exit_code_of(summarize(report)), ExitCode::nothing_ran);
    EXPECT_TRUE(report.annotations.contains("deconv_quant_u8_minimal"));
}

TEST(RunCases, AWorkerThatIsNotThereIsListedAsUnavailable) {
    RunRequest request;
    request.cases = load_cases(Corpora(DIFFTEST_SOURCE_DIR "/corpora"), {"deconv_quant_u8_minimal"});
    request.backends = {{"onednn", &backend_kinds().front(), "/nowhere/difftest-worker-onednn", {}}};
    const RunReport report = run_cases(request);
    EXPECT_TRUE(report.entries.empty());
    ASSERT_EQ(report.backends.size(), 1U);
    EXPECT_EQ(report.backends[0].problem,
              "/nowhere/difftest-worker-onednn: cannot start the worker: No such file or directory");
    EXPECT_EQ(exit_code_of(summarize(report)), ExitCode::harness_error);
}

TEST(RunCases, AnIsaThatNobodyKnowsIsBadInput) {
    RunRequest request;
    request.isas = {"AVX1024"};
    EXPECT_THROW(run_cases(request), InputError);
    request.isas = {"all"};
    EXPECT_NO_THROW(run_cases(request));
}

}  // namespace
}  // namespace difftest::harness
