#include "backends/opencl/program_files.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace difftest::backends::opencl {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<unsigned char>;

class ProgramFilesTest : public testing::Test {
protected:
    void TearDown() override { fs::remove_all(folder_); }

    std::vector<fs::path> files() const {
        std::vector<fs::path> found;
        for (const auto& entry : fs::directory_iterator(folder_)) {
            found.push_back(entry.path());
        }
        return found;
    }

    const fs::path folder_ =
        fs::path(testing::TempDir()) / (std::string("program_files_") + std::to_string(::getpid()) + "_" +
                                        testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(ProgramFilesTest, WhatIsWrittenIsReadUnderItsKeyOnly) {
    const ProgramFiles kept(folder_, 1 << 20);
    EXPECT_FALSE(kept.read("device\noptions\nsource"));
    kept.write("device\noptions\nsource", Bytes{1, 2, 3});
    EXPECT_EQ(kept.read("device\noptions\nsource"), (Bytes{1, 2, 3}));
    EXPECT_FALSE(kept.read("device\nother options\nsource"));
    EXPECT_EQ(files().size(), 1U);
}

TEST_F(ProgramFilesTest, DamagedFilesAreIgnoredAndWrittenAgain) {
    const ProgramFiles kept(folder_, 1 << 20);
    const Bytes binary(1000, 7);
    kept.write("key", binary);
    const fs::path file = files().front();
    const auto size = fs::file_size(file);
    for (const std::uintmax_t left : {size - 1, std::uintmax_t{40}, std::uintmax_t{3}, std::uintmax_t{0}}) {
        fs::resize_file(file, left);
        EXPECT_FALSE(kept.read("key")) << left;
        kept.write("key", binary);
        EXPECT_EQ(kept.read("key"), binary);
    }
    std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
    stream.seekp(500);
    stream.put('x');
    stream.close();
    EXPECT_FALSE(kept.read("key"));
}

TEST_F(ProgramFilesTest, TheOldestMakeRoom) {
    const ProgramFiles kept(folder_, 3000);
    const Bytes binary(800, 7);
    for (int i = 0; i < 3; ++i) {
        kept.write(std::to_string(i), binary);
        // Told apart by the times of the files.
        for (const fs::path& file : files()) {
            fs::last_write_time(file, fs::last_write_time(file) - std::chrono::seconds(10));
        }
    }
    EXPECT_TRUE(kept.read("0"));  // used: now the newest
    kept.write("3", binary);
    EXPECT_TRUE(kept.read("0"));
    EXPECT_FALSE(kept.read("1"));
    EXPECT_TRUE(kept.read("3"));
    kept.write("too large", Bytes(4000, 1));
    EXPECT_FALSE(kept.read("too large"));
}

TEST_F(ProgramFilesTest, AFolderThatCannotBeMadeKeepsNothing) {
    fs::create_directories(folder_);
    std::ofstream(folder_ / "file") << "no folder";
    const ProgramFiles kept(folder_ / "file" / "below", 1 << 20);
    kept.write("key", Bytes{1});
    EXPECT_FALSE(kept.read("key"));
    const ProgramFiles nowhere({}, 1 << 20);
    nowhere.write("key", Bytes{1});
    EXPECT_FALSE(nowhere.read("key"));
}

}  // namespace
}  // namespace difftest::backends::opencl
