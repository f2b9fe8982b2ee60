#include "harness/diagnose/diagnosis.hpp"

#include "harness/diagnose/variants.hpp"
#include "reference/graph/case_file.hpp"
#include "test_paths.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
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
