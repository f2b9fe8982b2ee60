#include "harness/export/npy_file.hpp"

#include "reference/graph/case_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace difftest::harness {
namespace {

using graph::DataType;
using graph::TensorData;

TEST(NpyFile, IsTheDocumentedFormat) {
    // numpy.lib.format: "\x93NUMPY", version 1 0, little-endian header length, the dict padded with blanks and ended by
    // a newline so that the data begins at a multiple of 64; then the bytes.
    const std::string bytes = npy_bytes(TensorData(DataType::u8, {1, 3}, {7, 8, 255}));
    ASSERT_EQ(bytes.size(), 128U + 3);
    EXPECT_EQ(bytes.substr(0, 10), std::string("\x93NUMPY\x01\x00\x76\x00", 10));  // 118 = 128 - 10
    EXPECT_EQ(bytes.substr(10, 61), "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 3), }  ");
    EXPECT_EQ(bytes[127], '\n');
    EXPECT_EQ(bytes.substr(128), "\x07\x08\xff");
}

TEST(NpyFile, ScalarsAndVectorsHaveTheirTuples) {
    EXPECT_THAT(npy_bytes(TensorData(DataType::f32, {}, {1})),
                testing::HasSubstr("'<f4', 'fortran_order': False, 'shape': (), }"));
    EXPECT_THAT(npy_bytes(TensorData(DataType::s32, {2}, {1, 2})), testing::HasSubstr("'shape': (2,), }"));
}

TEST(NpyFile, WritesInputsAndConstantsAndNothingOutsideTheFolder) {
    graph::CaseBuilder builder("case");
    const auto x = builder.input("../x", TensorData(DataType::f32, {1}, {1}));
    const auto y = builder.node("y", graph::Binary{}, {x, builder.scalar("c", 2)}, DataType::f32);
    const auto folder = std::filesystem::path(testing::TempDir()) / "npy_file_test";
    std::filesystem::create_directories(folder);
    const auto files = write_npy_files(builder.build({y}), folder);
    EXPECT_THAT(files, testing::ElementsAre(folder / ".._x.npy", folder / "c.npy"));
    EXPECT_TRUE(std::filesystem::exists(files[0]));
    std::filesystem::remove_all(folder);
    EXPECT_THROW(write_npy_files(builder.build({y}), folder), std::runtime_error);
}

}  // namespace
}  // namespace difftest::harness
