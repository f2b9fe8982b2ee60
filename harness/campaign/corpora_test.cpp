#include "harness/campaign/corpora.hpp"

#include "harness/campaign/input_error.hpp"
#include "test_paths.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace difftest::harness {
namespace {

using testing::HasSubstr;

Corpora source_corpora() {
    return Corpora(DIFFTEST_SOURCE_DIR "/corpora");
}

std::string error_of(const std::string& name) {
    try {
        source_corpora().find_case(name);
    } catch (const InputError& error) {
        return error.what();
    }
    return "";
}

TEST(Corpora, FindsNamedCasesAndFiles) {
    const std::filesystem::path named = source_corpora().find_case("deconv_quant_u8_minimal");
    EXPECT_EQ(named, std::filesystem::path(DIFFTEST_SOURCE_DIR "/corpora/named/deconv_quant_u8_minimal.json"));
    EXPECT_EQ(source_corpora().find_case(named.string()), named);
}

TEST(Corpora, MissingCasesAreNamed) {
    EXPECT_THAT(error_of("no_such_case"), HasSubstr("no_such_case: no file and no named case of that name"));
    EXPECT_EQ(error_of("/nowhere/case.json"), "/nowhere/case.json: no such file");
    EXPECT_EQ(error_of("absent.json"), "absent.json: no such file");
    EXPECT_THAT(error_of(DIFFTEST_SOURCE_DIR "/corpora"), HasSubstr("not a file"));
    EXPECT_NE(error_of(""), "");
    EXPECT_NE(error_of("../named/deconv_quant_u8_minimal"), "");
}

TEST(Corpora, AFileThatIsNamedTwiceIsRunOnce) {
    EXPECT_EQ(load_cases(source_corpora(), {"deconv_quant_u8_minimal", "deconv_quant_u8_minimal"}).size(), 1U);
}

/// Row 62 of fusion_catalogue.md calls atan, which the model has not.
TEST(Corpora, RowsOfTheCatalogueAreCases) {
    const std::vector<graph::Case> row = load_cases(source_corpora(), {"catalogue:20", "catalogue:20"});
    ASSERT_FALSE(row.empty());
    EXPECT_GT(load_cases(source_corpora(), {"catalogue:all"}).size(), row.size());
    EXPECT_EQ(load_cases(source_corpora(), {"catalogue:conv_int8_scale_quantize_i8_conv_b_fs_yx_fsv4_int8"}).size(),
              1U);
    EXPECT_THROW(load_cases(source_corpora(), {"catalogue:nothing"}), InputError);
    EXPECT_THROW(load_cases(source_corpora(), {"catalogue:pooling_scale_activation_quantize_per_channel"}), InputError);
}

TEST(Corpora, DirectoryMustExist) {
    EXPECT_THROW(Corpora::locate("/nowhere/at/all"), InputError);
    EXPECT_EQ(Corpora::locate(DIFFTEST_SOURCE_DIR "/corpora").directory(),
              std::filesystem::path(DIFFTEST_SOURCE_DIR "/corpora"));
}

}  // namespace
}  // namespace difftest::harness
