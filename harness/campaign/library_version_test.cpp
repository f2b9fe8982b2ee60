#include "harness/campaign/library_version.hpp"

#include <gtest/gtest.h>

namespace difftest::harness {
namespace {

TEST(LibraryVersion, ComparesNumberByNumber) {
    EXPECT_LT(LibraryVersion("2.6.3"), LibraryVersion("2.7.5"));
    EXPECT_LT(LibraryVersion("2.7.5"), LibraryVersion("2.10"));  // as numbers, not as text
    EXPECT_LT(LibraryVersion("2.7"), LibraryVersion("2.7.1"));
    EXPECT_GT(LibraryVersion("3.0"), LibraryVersion("2.99.99"));
    EXPECT_EQ(LibraryVersion("2.7"), LibraryVersion("2.7.0"));
}

TEST(LibraryVersion, WhatFollowsTheNumbersDoesNotCount) {
    EXPECT_EQ(LibraryVersion("3.1.0-rc"), LibraryVersion("3.1"));
    EXPECT_EQ(LibraryVersion("2.6.3+git20220811"), LibraryVersion("2.6.3"));
    EXPECT_EQ(LibraryVersion("2.6."), LibraryVersion("2.6"));
}

TEST(LibraryVersion, TextWithoutNumberIsUnknown) {
    EXPECT_FALSE(LibraryVersion("").known());
    EXPECT_FALSE(LibraryVersion("N/A").known());
    EXPECT_TRUE(LibraryVersion("2").known());
}

}  // namespace
}  // namespace difftest::harness
