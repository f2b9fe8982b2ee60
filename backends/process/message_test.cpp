#include "backends/process/message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace difftest::backends {
namespace {

using graph::DataType;
using graph::TensorData;

std::string complaint_about(const std::string& bytes, const ProcessLimits& limits = {}) {
    try {
        std::size_t used = 0;
        decode(bytes, used, limits);
    } catch (const ProcessProtocolError& error) {
        return error.what();
    }
    return "";
}

TEST(ProcessMessage, AHandWrittenMessageIsRead) {
    // Two s8 values, 1 and -1, behind the header; what follows belongs to the next message.
    const std::string header =
        R"({"difftest_process": 1, "kind": "result", "text": "", "tensors": [{"name": "y", "type": "s8", "shape": [2]}]})";
    const std::string bytes = header + "\n\x01\xff next";
    std::size_t used = 0;
    const ProcessMessage message = decode(bytes, used);
    EXPECT_EQ(message.kind, "result");
    ASSERT_EQ(message.tensors.size(), 1U);
    EXPECT_EQ(message.tensors[0].first, "y");
    EXPECT_EQ(message.tensors[0].second, TensorData(DataType::s8, {2}, {1, -1}));
    EXPECT_EQ(bytes.substr(used), " next");
}

TEST(ProcessMessage, WhatIsWrittenIsRead) {
    const ProcessMessage message{"run",
                                 "two\nlines",
                                 {{"x", TensorData(DataType::f32, {1, 2}, {0.5, -2})},
                                  {"empty", TensorData(DataType::u8, {0}, {})},
                                  {"b", TensorData(DataType::s32, {}, {-70000})}},
                                 R"({"plan":"fused"})"};
    std::size_t used = 0;
    const std::string bytes = encode(message);
    const ProcessMessage read = decode(bytes, used);
    EXPECT_EQ(used, bytes.size());
    EXPECT_EQ(read.text, message.text);
    EXPECT_EQ(read.tensors, message.tensors);
    EXPECT_EQ(read.members, message.members);
}

TEST(ProcessMessage, RefusesInOneLine) {
    EXPECT_THAT(complaint_about("no newline"), testing::HasSubstr("no header line"));
    EXPECT_THAT(complaint_about("[]\n"), testing::HasSubstr("no header"));
    EXPECT_THAT(complaint_about(R"({"difftest_process": 1, "text": "", "tensors": []})"
                                "\n"),
                testing::HasSubstr("\"kind\""));
    // Found by scripts/malformed-inputs: a version of another kind.
    EXPECT_THAT(complaint_about(R"({"difftest_process": {}, "kind": "result", "text": "", "tensors": []})"
                                "\n"),
                testing::HasSubstr("no header of version 1"));
    EXPECT_THAT(complaint_about(R"({"difftest_process": 1, "kind": "result", "more": )" + std::string(200000, '[') +
                                std::string(200000, ']') + "}\n"),
                testing::HasSubstr("nested deeper"));
    const auto with_tensor = [](const std::string& tensor) {
        return R"({"difftest_process": 1, "kind": "result", "text": "", "tensors": [)" + tensor + "]}\n";
    };
    EXPECT_THAT(complaint_about(with_tensor(R"({"name": "y", "type": "s8", "shape": [3]})") + "ab"),
                testing::HasSubstr("3 bytes where 2 are left"));
    EXPECT_THAT(complaint_about(with_tensor(R"({"name": "y", "type": "s8", "shape": [1000000000000]})")),
                testing::HasSubstr("absurd shape"));
    EXPECT_THAT(complaint_about(with_tensor(R"({"name": "y", "type": "s9", "shape": []})")),
                testing::HasSubstr("unknown type"));
    EXPECT_THAT(complaint_about(with_tensor(R"({"name": "y", "type": "s8", "shape": [-1]})")),
                testing::HasSubstr("not a whole number"));
}

}  // namespace
}  // namespace difftest::backends
