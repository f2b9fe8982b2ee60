#include "harness/campaign/case_runner.hpp"
#include "harness/generate/catalogue.hpp"
#include "harness/generate/gated_case.hpp"
#include "reference/graph/case_builder.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <random>
#include <set>

/// The generated OpenCL kernels against the oracle, on the first device that is here (PoCL in CI;
/// DIFFTEST_OPENCL_DEVICE names another). Kernels that are generated for one case cost a compilation each, so most
/// cases run in the programs that they share; DIFFTEST_OPENCL_GENERATED=1 runs every row of the catalogue in kernels of
/// its own, too, and DIFFTEST_OPENCL_CASES sets how many random cases run.
namespace difftest::harness {
namespace {

using testing::Contains;
using testing::Not;

std::string environment(const char* name, const std::string& otherwise) {
    const char* const value = std::getenv(name);
    return value == nullptr ? otherwise : value;
}

class OpenclTest : public testing::Test {
protected:
    void SetUp() override {
#ifdef __SANITIZE_ADDRESS__
        GTEST_SKIP() << "the installed drivers leak, and their compilers collide with the sanitizer";
#endif
        const std::string device = environment("DIFFTEST_OPENCL_DEVICE", "");
        RunSelection selection;
        selection.backends = {select_backend(device.empty() ? "opencl" : "opencl:" + device)};
        selection.depth = JudgingDepth::verdict;
        runner_ = std::make_unique<CaseRunner>(selection);
        try {
            runner_->start();
        } catch (const WorkerUnavailable& error) {
            GTEST_SKIP() << error.what();
        }
    }

    std::vector<RunEntry> run(graph::Case value, const std::vector<std::string>& plans) {
        value.execution.plans = plans;
        return runner_->run(value);
    }

    /// Every one of the plans runs and passes.
    void expect_pass(const graph::Case& value, const std::vector<std::string>& plans) {
        const std::vector<RunEntry> entries = run(value, plans);
        EXPECT_EQ(entries.size(), plans.size()) << value.name;
        for (const RunEntry& entry : entries) {
            const bool vacuous = entry.judgement.verdict == Verdict::vacuous;
            EXPECT_TRUE(is_pass(entry.judgement.verdict) || vacuous)
                << value.name << " " << entry.plan << ": " << name_of(entry.judgement.verdict) << " "
                << entry.judgement.reason;
        }
    }

    std::unique_ptr<CaseRunner> runner_;
};

TEST_F(OpenclTest, TheFusedCatalogueRuns) {
    std::set<int> numbers;
    for (const CatalogueRow& row : catalogue()) {
        numbers.insert(row.number);
        if (row.chain.empty()) {
            EXPECT_FALSE(row.why_not.empty()) << row.name;
            continue;
        }
        expect_pass(catalogue_case(row), {"fused+shared"});
    }
    EXPECT_EQ(numbers.size(), 70U);
}

TEST_F(OpenclTest, TheFusedCatalogueRunsInGeneratedKernels) {
    const bool all = environment("DIFFTEST_OPENCL_GENERATED", "0") == "1";
    const std::set<int> some{7, 20, 36};
    for (const CatalogueRow& row : catalogue()) {
        if (!row.chain.empty() && (all || some.count(row.number) != 0)) {
            expect_pass(catalogue_case(row), {"fused", "fused@tiled"});
        }
    }
}

/// A device without sub-groups says so, and emulates them.
TEST_F(OpenclTest, TheFusedCatalogueRunsInSubGroups) {
    const bool all = environment("DIFFTEST_OPENCL_GENERATED", "0") == "1";
    const std::set<int> some{20};  // a barrier makes a kernel slow to compile
    for (const CatalogueRow& row : catalogue()) {
        if (row.chain.empty() || (!all && some.count(row.number) == 0)) {
            continue;
        }
        const graph::Case value = catalogue_case(row);
        expect_pass(value, {"fused@subgroup+emulated_subgroup"});
        const RunEntry entry = run(value, {"fused@subgroup"}).at(0);
        if (entry.judgement.verdict == Verdict::unsupported) {
            EXPECT_NE(entry.judgement.reason.find("has no sub-groups"), std::string::npos) << entry.judgement.reason;
        } else {
            EXPECT_TRUE(is_pass(entry.judgement.verdict) || entry.judgement.verdict == Verdict::vacuous)
                << value.name << ": " << entry.judgement.reason;
        }
    }
}

TEST_F(OpenclTest, BothImplementationsAgreeWithTheOracleOnRandomCases) {
    const int count = std::stoi(environment("DIFFTEST_OPENCL_CASES", "60"));
    GeneratorSetup setup;
    setup.seed = 5;
    setup.limits.longest_chain = 6;
    for (int index = 0; index < count; ++index) {
        const std::string name = fmt::format("random_{}", index);
        expect_pass(gated_case(setup, static_cast<std::uint64_t>(index), name).value,
                    {"fused+shared", "fused@tiled+shared", "split+shared"});
    }
}

/// Finite halves with every exponent, a quarter of them subnormal.
graph::TensorData any_halves(std::mt19937_64& random, const graph::Shape& shape) {
    graph::TensorData data(graph::DataType::f16, shape);
    for (std::int64_t i = 0; i < data.size(); ++i) {
        const std::uint64_t bits = random();
        const auto mantissa = static_cast<double>(bits % 1024);
        const int exponent = bits >> 62 == 0 ? 0 : static_cast<int>((bits >> 20) % 31);
        const double value = exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
        data.set(i, (bits >> 40) % 2 == 0 ? value : -value);
    }
    return data;
}

/// a chain of sums, differences, products and squares of halves, all of which stay halves
graph::Case half_chain(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    graph::CaseBuilder builder(fmt::format("half_chain_{}", seed));
    const graph::Shape shape{1, 17, 16, 16};  // a block of 16 features and a remainder
    graph::TensorId at = builder.input("a", any_halves(random, shape));
    for (int step = 0; step < 5; ++step) {
        const std::string name = fmt::format("step{}", step);
        const std::uint64_t which = random() % 4;
        if (which == 3) {
            at = builder.node(name, graph::Eltwise{graph::EltwiseAlgorithm::square, 0, 0}, {at}, graph::DataType::f16);
            continue;
        }
        static constexpr std::array kAlgorithms{graph::BinaryAlgorithm::add, graph::BinaryAlgorithm::subtract,
                                                graph::BinaryAlgorithm::multiply};
        const graph::TensorId other = builder.input(fmt::format("b{}", step), any_halves(random, shape));
        at = builder.node(name, graph::Binary{kAlgorithms.at(which)}, {at, other}, graph::DataType::f16);
    }
    return builder.build({at});
}

/// Where the device calculates in half, and keeps subnormal numbers in it.
TEST_F(OpenclTest, HalvesAreWhatTheOracleSays) {
    const int count = std::stoi(environment("DIFFTEST_OPENCL_HALVES", "4"));
    for (int seed = 0; seed < count; ++seed) {
        const graph::Case value = half_chain(static_cast<std::uint64_t>(seed));
        const RunEntry entry = run(value, {"fused+native_half"}).at(0);
        if (entry.judgement.verdict == Verdict::unsupported) {
            GTEST_SKIP() << entry.judgement.reason;
        }
        expect_pass(value, {"fused+native_half", "fused@tiled+native_half", "split+native_half"});
    }
}

/// The minimal topology of the founding document, deconvolution -> (tanh ->) fake_quantize u8 -> times 1/9 -> u8, in
/// which both the quantization and the multiplication may be left out of the chain.
graph::Case founding_chain(std::int64_t levels, bool quantize_is_last, bool behind_tanh) {
    graph::CaseBuilder builder("founding_chain");
    graph::TensorData data(graph::DataType::u8, {1, 3, 2, 2});
    for (std::int64_t i = 0; i < data.size(); ++i) {
        data.set(i, static_cast<double>(20 * i));
    }
    graph::TensorId at = builder.input("input", data);
    const graph::TensorId weights =
        builder.constant("weights", graph::TensorData(graph::DataType::s8, {4, 3, 1, 1}, std::vector<double>(12, 9)));
    at = builder.node("deconv", graph::Deconvolution{{1, 1}, {1, 1}, {0, 0}, {0, 0}, {0, 0}, 1}, {at, weights},
                      graph::DataType::s32);
    if (behind_tanh) {
        at = builder.node("tanh", graph::Eltwise{graph::EltwiseAlgorithm::tanh, 0, 0}, {at}, graph::DataType::f32);
    }
    // Sums reach 5400 and tanh 1: far beyond what the quantization clamps at.
    const graph::TensorId low = builder.scalar("in_lo", 0);
    const graph::TensorId high = builder.scalar("in_hi", behind_tanh ? 0.25F : 20);
    const graph::TensorId zero = builder.scalar("out_lo", 0);
    const graph::TensorId top = builder.scalar("out_hi", static_cast<float>(levels - 1));
    at = builder.node("quant", graph::FakeQuantize{levels, graph::FakeQuantizeForm::specification},
                      {at, low, high, zero, top}, graph::DataType::u8);
    if (!quantize_is_last) {
        at = builder.node("scale", graph::Binary{graph::BinaryAlgorithm::multiply}, {at, builder.scalar("s", 1.0F / 9)},
                          graph::DataType::f32);
        at = builder.node("out", graph::Convert{}, {at}, graph::DataType::u8);
    }
    return builder.build({at});
}

// Why other tests did not see the bug (seed 000): "prev primitive = tanh", "level != 256", "quant is last post-op".
TEST_F(OpenclTest, TheFoundingBugIsSeenAt256LevelsInMidChainOnly) {
    const std::vector<std::string> plan{"fused+clamp_optimisation"};
    const std::vector<RunEntry> entries = run(founding_chain(256, false, false), {"fused", plan[0]});
    ASSERT_EQ(entries.size(), 2U);
    EXPECT_EQ(entries[0].judgement.verdict, Verdict::exact);
    EXPECT_EQ(entries[1].judgement.verdict, Verdict::violation);
    // The kernel without optimizations is as wrong.
    EXPECT_THAT(entries[1].traits, Contains("kernel_suspected"));
    EXPECT_THAT(entries[1].traits, Not(Contains("compiler_suspected")));

    expect_pass(founding_chain(255, false, false), plan);
    expect_pass(founding_chain(256, true, false), plan);
    expect_pass(founding_chain(256, false, true), plan);
}

}  // namespace
}  // namespace difftest::harness
