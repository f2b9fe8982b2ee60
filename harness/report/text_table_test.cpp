#include "harness/report/text_table.hpp"

#include <gtest/gtest.h>

namespace difftest::harness {
namespace {

TEST(TextTable, AlignsColumns) {
    TextTable table({{"name"}, {"count", Align::right}});
    table.add_row({"a", "7"});
    table.add_row({"longer", "123456"});
    EXPECT_EQ(table.text("  ", std::nullopt),
              "  name     count\n"
              "  a            7\n"
              "  longer  123456\n");
}

TEST(TextTable, LongCellsGiveWayToTheWidth) {
    TextTable table({{"implementation", Align::left, 8}, {"verdict"}});
    table.add_row({"brgconv_1x1:avx512_core_amx_int8", "exact"});
    // 20 columns: 7 for the verdict, 2 between; the title's 14 remain as the narrowest, so one line is 23 wide.
    EXPECT_EQ(table.text("", 20),
              "implementation  verdict\n"
              "brgconv_1x1:..  exact\n");
    EXPECT_NE(table.text("", 200).find("brgconv_1x1:avx512_core_amx_int8"), std::string::npos);
}

TEST(TextTable, StylesARowAsAWhole) {
    TextTable table({{"x"}});
    table.add_row({"y"}, "\x1b[31m");
    EXPECT_EQ(table.text("", std::nullopt), "x\n\x1b[31my\x1b[0m\n");
}

}  // namespace
}  // namespace difftest::harness
