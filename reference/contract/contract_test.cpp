#include "reference/contract/contract.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

namespace difftest::contract {
namespace {

TEST(Contract, TextGivesItBack) {
    for (const LevelInfo& info : all_levels()) {
        EXPECT_EQ(Contract::parse(info.contract.to_string()), info.contract);
        for (const FreedomInfo& freedom : all_freedoms()) {
            Contract changed = info.contract;
            changed.grants(freedom.freedom) ? changed.withdraw(freedom.freedom) : changed.grant(freedom.freedom);
            const auto parsed = Contract::parse(changed.to_string());
            ASSERT_TRUE(parsed) << changed.to_string();
            EXPECT_EQ(*parsed, changed) << changed.to_string();
        }
    }
}

TEST(Contract, TextNamesTheDifferencesToTheLevel) {
    Contract contract = *level("onednn2");
    contract.grant(Freedom::float_compensation).withdraw(Freedom::eltwise_error_table);
    EXPECT_EQ(contract.to_string(), "onednn2-F8+F9");
    EXPECT_EQ(Contract::parse("onednn2+F9-F8"), contract);
    EXPECT_FALSE(Contract::parse("onednn2+F99"));
    EXPECT_FALSE(Contract::parse("no_such_level"));
    EXPECT_FALSE(Contract::parse(""));
}

TEST(Contract, StrictGrantsNothingAndIntersectionsOnlyNarrow) {
    EXPECT_TRUE(level("strict")->freedoms().empty());
    const Contract a = *level("onednn2");
    const Contract b = *level("opencl");
    const Contract both = Contract::intersection(a, b);
    for (const FreedomInfo& info : all_freedoms()) {
        EXPECT_EQ(both.grants(info.freedom), a.grants(info.freedom) && b.grants(info.freedom));
    }
    EXPECT_EQ(Contract::intersection(a, *level("strict")).to_string(), "strict");
    const Contract other("strict", {Freedom::flush_subnormals});
    EXPECT_EQ(Contract::intersection(a, other).to_string(), "strict") << "nothing in common";
}

TEST(Contract, EveryFreedomIsExplainedOnce) {
    std::set<std::string_view> flags;
    for (const FreedomInfo& info : all_freedoms()) {
        EXPECT_TRUE(flags.insert(info.flag).second);
        EXPECT_FALSE(info.explanation.empty());
        EXPECT_FALSE(info.source.empty());
        EXPECT_EQ(static_cast<std::size_t>(info.freedom), flags.size() - 1) << info.flag << " is out of order";
    }
    EXPECT_EQ(flags.size(), kFreedomCount);
}

}  // namespace
}  // namespace difftest::contract
