#include "harness/generate/named_cases.hpp"

#include "reference/graph/case_file.hpp"
#include "reference/graph/validation.hpp"
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
