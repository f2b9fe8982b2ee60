#include "harness/campaign/list_catalogue.hpp"

#include "harness/campaign/input_error.hpp"
#include "test_paths.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace difftest::harness {
namespace {

Corpora source_corpora() {
    return Corpora(DIFFTEST_SOURCE_DIR "/corpora");
}

TEST(ListCatalogue, SectionsAreWhatWasAskedFor) {
    const Catalogue contracts = list_catalogue("contracts", source_corpora());
    EXPECT_TRUE(contracts.with_contracts);
    EXPECT_FALSE(contracts.with_cases);
    EXPECT_TRUE(contracts.cases.empty());
    const Catalogue all = list_catalogue("", source_corpora());
    EXPECT_TRUE(all.with_cases && all.with_backends && all.with_rules && all.with_contracts);
    EXPECT_THROW(list_catalogue("something", source_corpora()), InputError);
}

TEST(ListCatalogue, NamesTheCasesWithTheirOperations) {
    const Catalogue catalogue = list_catalogue("cases", source_corpora());
    const auto found = std::find_if(catalogue.cases.begin(), catalogue.cases.end(),
                                    [](const ListedCase& each) { return each.name == "deconv_quant_u8_minimal"; });
    ASSERT_NE(found, catalogue.cases.end());
    EXPECT_EQ(found->operations.front(), "deconvolution");
    EXPECT_EQ(found->elements, 1 * 30 * 7 * 6);
    EXPECT_TRUE(found->problem.empty());
}

TEST(ListCatalogue, AnUnreadableCaseIsListedWithItsProblem) {
    const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "unreadable_corpora";
    std::filesystem::create_directories(folder / "named");
    std::ofstream(folder / "named" / "broken.json") << "{";
    const Catalogue catalogue = list_catalogue("cases", Corpora(folder));
    ASSERT_EQ(catalogue.cases.size(), 1U);
    EXPECT_NE(catalogue.cases[0].problem, "");
}

TEST(ListCatalogue, StrictGrantsNothing) {
    const Catalogue catalogue = list_catalogue("contracts", source_corpora());
    EXPECT_EQ(catalogue.levels.front().name, "strict");
    EXPECT_TRUE(catalogue.levels.front().freedoms.empty());
    EXPECT_EQ(catalogue.freedoms.front().flag, "F1");
}

}  // namespace
}  // namespace difftest::harness
