#include "harness/generate/named_cases.hpp"

#include "harness/generate/named_quantization_cases.hpp"
#include "reference/contract/contract.hpp"
#include "reference/graph/case_file.hpp"
#include "reference/graph/validation.hpp"
#include "reference/oracle/oracle.hpp"
#include "test_paths.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace difftest::harness {
namespace {

std::string text_of(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

TEST(NamedCases, TheFilesAreWhatTheCatalogueBuilds) {
    for (const graph::Case& value : named_cases()) {
        const auto file = std::filesystem::path(DIFFTEST_SOURCE_DIR) / "corpora" / "named" / (value.name + ".json");
        EXPECT_EQ(text_of(file), graph::format_case(value)) << file;
    }
}

TEST(NamedCases, AreValid) {
    for (const graph::Case& value : named_cases()) {
        const auto problem = graph::validate_case(value);
        EXPECT_FALSE(problem) << value.name << ": " << problem->place << " " << problem->message;
    }
}

TEST(NamedCases, TheUnsignedCastOfSeed004) {
    // V49: where the datum is 0 the accumulator is the bias. (a + 64) >> 7, clipped to -127..127, then cast: -8 is 248.
    const graph::Case value = requantize_unsigned_cast();
    const oracle::Evaluation sets = oracle::evaluate(value, *contract::Contract::parse("strict"));
    const oracle::AllowedTensor& out = sets.of(value.graph.outputs.front());
    std::vector<double> of_zero;
    for (std::int64_t channel = 0; channel < 8; ++channel) {
        ASSERT_TRUE(out.is_point(2 * channel));
        of_zero.push_back(out.point(2 * channel));
    }
    EXPECT_EQ(of_zero, (std::vector<double>{248, 0, 1, 1, 2, 127, 127, 0}));
}

TEST(NamedCases, TheFullChainHasTwelveDataNodesAndTheShapesOfTheDataSet) {
    const graph::Case value = named_cases().front();
    ASSERT_EQ(value.name, "deconv_quant_u8");
    int constants = 0;
    for (const graph::Tensor& tensor : value.graph.tensors) {
        constants += tensor.role == graph::TensorRole::constant ? 1 : 0;
    }
    EXPECT_EQ(constants, 12);
    EXPECT_EQ(value.graph.tensor(*value.graph.find_tensor("input")).shape, (graph::Shape{1, 15, 5, 4}));
    EXPECT_EQ(value.graph.tensor(*value.graph.find_tensor("weights")).shape, (graph::Shape{30, 15, 3, 3}));
    EXPECT_EQ(value.graph.tensor(value.graph.outputs.front()).shape, (graph::Shape{1, 30, 7, 6}));
}

}  // namespace
}  // namespace difftest::harness
