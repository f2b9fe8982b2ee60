#include "harness/campaign/journal.hpp"

#include "harness/campaign/input_error.hpp"
#include "harness/campaign/json_object_reader.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <regex>
#include <stdexcept>
#include <vector>

namespace difftest::harness {
namespace {

CaseRecord record(std::uint64_t index) {
    CaseRecord result;
    result.index = index;
    result.features = {{"graph", "1 node"}};
    return result;
}

std::vector<std::uint64_t> indices_in(const std::filesystem::path& file) {
    std::vector<std::uint64_t> indices;
    const Journal journal(file, [&indices](const CaseRecord& each) { indices.push_back(each.index); });
    EXPECT_TRUE(journal.complaints().empty());
    return indices;
}

/// A file that may not grow beyond 700 bytes stands for a disk that is full.
TEST(Journal, AFullDiskLeavesWholeLinesOnly) {
    const std::filesystem::path file = std::filesystem::path(testing::TempDir()) / "full.jsonl";
    std::filesystem::remove(file);
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
    std::vector<std::uint64_t> written;
    {
        Journal journal(file, [](const CaseRecord&) {});
        const rlimit small{700, before.rlim_max};
        ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
        try {
            for (std::uint64_t index = 0; index < 100; ++index) {
                journal.append(record(index));
                written.push_back(index);
            }
            ADD_FAILURE() << "700 bytes do not hold 100 lines";
        } catch (const std::runtime_error& error) {
            EXPECT_NE(std::string(error.what()).find("full.jsonl: cannot be written: "), std::string::npos);
        }
        ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
        ASSERT_EQ(static_cast<std::int64_t>(std::filesystem::file_size(file)), journal.size());
    }
    std::signal(SIGXFSZ, ignored);
    EXPECT_FALSE(written.empty());
    EXPECT_EQ(indices_in(file), written);
}

TEST(Journal, AComplaintIsOneLineWhateverItQuotes) {
    const std::filesystem::path file = std::filesystem::path(testing::TempDir()) / "quoting.jsonl";
    std::string line = format_record(record(7));
    const std::string none = "\"runs\":{}";
    ASSERT_NE(line.find(none), std::string::npos) << line;
    line.replace(line.find(none), none.size(), R"("runs":{"no\nverdict)" + std::string(10000, 'x') + R"(":1})");
    std::ofstream(file) << line << "\n" << format_record(record(8)) << "\n";
    std::vector<std::uint64_t> indices;
    const Journal journal(file, [&indices](const CaseRecord& each) { indices.push_back(each.index); });
    EXPECT_EQ(indices, std::vector<std::uint64_t>{8});
    ASSERT_EQ(journal.complaints().size(), 1U);
    EXPECT_NE(journal.complaints().front().find("no verdict"), std::string::npos) << journal.complaints().front();
    EXPECT_EQ(journal.complaints().front().find('\n'), std::string::npos);
    EXPECT_LE(journal.complaints().front().size(), 1003U);
}

// Converting 1e300 to an integer is undefined, and 2.5 is no count.
TEST(Journal, ANumberThatIsNoCountIsAComplaint) {
    const std::string line = format_record(record(7));
    for (const char* member : {"index", "draw", "gained", "cost"}) {
        for (const char* number : {"1e300", "-1e300", "2.5", "true", "1e19"}) {
            const std::regex value("\"" + std::string(member) + "\":[0-9]+");
            EXPECT_THROW(parse_record(std::regex_replace(line, value, "\"" + std::string(member) + "\":" + number)),
                         std::invalid_argument)
                << member << " " << number;
        }
    }
}

// 64 MiB of a line, and of a file: what is longer comes from somebody else, and is not taken into memory.
TEST(Journal, WhatIsTooLongIsRefusedBeforeItIsRead) {
    const std::filesystem::path file = std::filesystem::path(testing::TempDir()) / "long.jsonl";
    std::ofstream(file).close();
    std::filesystem::resize_file(file, std::uintmax_t{1} << 36);  // sparse
    try {
        read_journal(file, [](const CaseRecord&, std::int64_t) {});
        FAIL() << "read";
    } catch (const InputError& error) {
        EXPECT_EQ(std::string(error.what()), file.string() + ": a line longer than 64 MiB");
    }
    try {
        parse_json_file(file);
        FAIL() << "read";
    } catch (const InputError& error) {
        EXPECT_EQ(std::string(error.what()), file.string() + ": larger than 64 MiB");
    }
    std::filesystem::remove(file);
}

TEST(Journal, IsCutToItsLastWholeLineAtAnyByte) {
    const std::filesystem::path file = std::filesystem::path(testing::TempDir()) / "torn.jsonl";
    const std::string first = format_record(record(7)) + "\n";
    const std::string both = first + format_record(record(8)) + "\n";
    for (std::size_t size = first.size(); size < both.size(); ++size) {
        std::ofstream(file, std::ios::binary) << both.substr(0, size);
        EXPECT_EQ(indices_in(file), std::vector<std::uint64_t>{7}) << size;
        EXPECT_EQ(std::filesystem::file_size(file), first.size()) << size;
    }
}

}  // namespace
}  // namespace difftest::harness
