#include "harness/diagnose/diagnosis.hpp"

#include "harness/diagnose/variants.hpp"
#include "reference/graph/case_builder.hpp"
#include "reference/graph/case_file.hpp"
#include "test_paths.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <limits>
#include <string>
#include <vector>

namespace difftest::harness {
namespace {

graph::Case named(const std::string& name) {
    return graph::read_case(std::filesystem::path(DIFFTEST_SOURCE_DIR) / "corpora" / "named" / (name + ".json"));
}

/// A backend with these faults wherever they play a part.
RunBackend broken(const std::vector<std::string>& names) {
    return [names](const graph::Case& value) -> std::optional<ObservedOutputs> {
        std::vector<faults::Placement> placements;
        for (const std::string& name : names) {
            for (const graph::NodeId node : faults::applicable_nodes(*faults::find_fault(name), value)) {
                placements.push_back({*faults::find_fault(name), node});
            }
        }
        return ObservedOutputs{faults::evaluate_with_faults(value, placements), contract::Contract()};
    };
}

TEST(Diagnosis, OfTheFoundingBugRejectsTheFlippedOrder) {
    const graph::Case minimal = named("deconv_quant_u8_minimal");
    const graph::Case original = named("deconv_quant_u8");
    const Diagnosis diagnosis = diagnose(minimal, &original, broken({"D01"}));
    EXPECT_THAT(diagnosis.named, testing::ElementsAre("D01 clamp_dropped_mid_chain at quant1"))
        << diagnosis.unexplained;
    EXPECT_GE(diagnosis.confirmations, 1);
    std::vector<std::string> rejected;
    for (const RejectedHypothesis& hypothesis : diagnosis.rejected) {
        rejected.push_back(hypothesis.text);
    }
    EXPECT_THAT(rejected, testing::Contains(testing::StartsWith("D04 scale_before_quantize")));
}

TEST(Diagnosis, OfTheFlippedOrderIsNotTheFoundingBug) {
    const Diagnosis diagnosis = diagnose(named("deconv_quant_u8_minimal"), nullptr, broken({"D04"}));
    EXPECT_THAT(diagnosis.named, testing::ElementsAre(testing::StartsWith("D04 scale_before_quantize")));
}

TEST(Diagnosis, OfACorrectBackendNamesNothing) {
    const Diagnosis diagnosis = diagnose(named("deconv_quant_u8_minimal"), nullptr, broken({}));
    EXPECT_THAT(diagnosis.named, testing::IsEmpty());
    EXPECT_EQ(diagnosis.unexplained, "the backend agrees with the graph");
}

TEST(Diagnosis, OfTwoFaultsNamesBothOrATruePartOrNothing) {
    const Diagnosis diagnosis = diagnose(named("deconv_quant_u8_minimal"), nullptr, broken({"D01", "D51"}));
    for (const std::string& name : diagnosis.named) {
        EXPECT_TRUE(name.find("D01") != std::string::npos || name.find("D51") != std::string::npos) << name;
    }
    EXPECT_FALSE(diagnosis.named.empty()) << diagnosis.unexplained;
}

/// max(x, -inf) -> convolution with a weight 0 -> u8.
graph::Case unbounded() {
    graph::CaseBuilder builder("unbounded");
    using graph::DataType;
    using graph::TensorData;
    const auto x = builder.input("x", TensorData(DataType::f32, {1, 2, 1, 1}, {300, 7}));
    const auto bound = builder.node("bound", graph::Binary{graph::BinaryAlgorithm::maximum},
                                    {x, builder.scalar("low", -std::numeric_limits<float>::infinity())}, DataType::f32);
    const auto weights = builder.constant("weights", TensorData(DataType::f32, {1, 2, 1, 1}, {1, 0}));
    const auto sum = builder.node("convolution", graph::Convolution{{1, 1}, {1, 1}, {0, 0}, {0, 0}, 1},
                                  {bound, weights, graph::kAbsent, graph::kAbsent, graph::kAbsent}, DataType::f32);
    return builder.build({builder.node("convert", graph::Convert{}, {sum}, DataType::u8)});
}

TEST(Diagnosis, IsNotExplainedByWhatAllowsAnything) {
    // 300 wraps to 44. With +inf as the bound the sum is inf * 1 + inf * 0: no number, so anything may be stored.
    const Diagnosis diagnosis = diagnose(unbounded(), nullptr, broken({"D13"}));
    EXPECT_THAT(diagnosis.named, testing::ElementsAre("D13 wrapped_store at convert")) << diagnosis.unexplained;
}

TEST(Diagnosis, TellsRulesApartByParametersThatTheyDependOn) {
    // The clamp is dropped only where the output range is inverted: a range that is not tells D03 from D01.
    graph::CaseBuilder builder("inverted");
    using graph::DataType;
    const auto x = builder.input("x", graph::TensorData(DataType::f32, {1, 1}, {400}));
    const auto quantized = builder.node(
        "quantize", graph::FakeQuantize{256, graph::FakeQuantizeForm::specification},
        {x, builder.scalar("il", 0), builder.scalar("ih", 255), builder.scalar("ol", 255), builder.scalar("oh", 0)},
        DataType::u8);
    const auto out = builder.node("out", graph::Binary{graph::BinaryAlgorithm::multiply},
                                  {quantized, builder.scalar("two", 2)}, DataType::f32);
    const Diagnosis diagnosis = diagnose(builder.build({out}), nullptr, broken({"D03"}));
    EXPECT_THAT(diagnosis.named, testing::ElementsAre("D03 clamp_dropped_at_inverted_output at quantize"))
        << diagnosis.unexplained;
}

TEST(Diagnosis, NamesNothingWhereEveryResultIsTheSame) {
    // A backend that gives 0 whatever it is asked: many a rule gives 0 here.
    graph::CaseBuilder builder("zero");
    const auto x = builder.input("x", graph::TensorData(graph::DataType::u8, {1}, {1}));
    const graph::Case value =
        builder.build({builder.node("y", graph::Binary{graph::BinaryAlgorithm::multiply},
                                    {x, builder.scalar("small", 0x1p-140F)}, graph::DataType::f32)});
    const Diagnosis diagnosis = diagnose(value, nullptr, [](const graph::Case&) {
        return std::optional(
            ObservedOutputs{{graph::TensorData(graph::DataType::f32, {1}, {0})}, contract::Contract()});
    });
    EXPECT_THAT(diagnosis.named, testing::IsEmpty());
    // D49 says the same of this case, and of what is not subnormal that it is no 0.
    const Diagnosis flushed = diagnose(value, nullptr, broken({"D49"}));
    EXPECT_THAT(flushed.named, testing::ElementsAre("D49 subnormal_constants_flushed at y")) << flushed.unexplained;
}

TEST(Diagnosis, SaysThatThereAreNoValuesToReasonAbout) {
    const Diagnosis diagnosis = diagnose(named("deconv_quant_u8_minimal"), nullptr,
                                         [](const graph::Case&) -> std::optional<ObservedOutputs> { return {}; });
    EXPECT_THAT(diagnosis.named, testing::IsEmpty());
    EXPECT_EQ(diagnosis.unexplained, "the backend gives no values for the case");
}

TEST(Variants, AreFunctionsOfTheirNumber) {
    const graph::Case value = named("deconv_quant_u8_minimal");
    EXPECT_EQ(variant_of(value, 3), variant_of(value, 3));
    EXPECT_NE(variant_of(value, 3).data, variant_of(value, 4).data);
    EXPECT_EQ(variant_of(value, 3).graph, value.graph);
}

}  // namespace
}  // namespace difftest::harness
