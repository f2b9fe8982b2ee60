#include "reference/graph/case_file.hpp"

#include "reference/graph/case_sample.hpp"
#include "reference/graph/half.hpp"
#include "test_paths.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>
#include <sstream>

namespace difftest::graph {
namespace {

/// A graph that reads one input of each given data: an eltwise operation takes every type and shape.
Case case_of(std::vector<TensorData> inputs) {
    Case result;
    result.name = std::string("values");
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        result.graph.tensors.push_back(
            {"x" + std::to_string(i), inputs[i].type(), inputs[i].shape(), TensorRole::input, -1});
    }
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const auto output = static_cast<TensorId>(result.graph.tensors.size());
        result.graph.tensors.push_back({"y" + std::to_string(i), DataType::f32, inputs[i].shape(),
                                        TensorRole::intermediate, static_cast<NodeId>(i)});
        result.graph.nodes.push_back({"n" + std::to_string(i), Eltwise{}, {static_cast<TensorId>(i)}, output});
        result.graph.outputs.push_back(output);
    }
    result.data = std::move(inputs);
    result.data.resize(result.graph.tensors.size());
    return result;
}

template <typename Word>
TensorData tensor_of_bits(DataType type, const std::vector<Word>& words) {
    TensorData data(type, {static_cast<std::int64_t>(words.size())});
    std::memcpy(data.bytes().data(), words.data(), words.size() * sizeof(Word));
    return data;
}

void expect_round_trip(const Case& value) {
    const std::string text = format_case(value);
    const Case again = parse_case(text, "text");
    EXPECT_EQ(again, value);
    EXPECT_EQ(format_case(again), text);
}

std::string line_with(const std::string& text, const std::string& what) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.find(what) != std::string::npos) {
            return line;
        }
    }
    return "";
}

std::string text_of_file(const std::filesystem::path& file) {
    std::ifstream stream(file);
    std::stringstream text;
    text << stream.rdbuf();
    return text.str();
}

TEST(CaseFile, CanonicalTextComesBackByteForByte) {
    EXPECT_EQ(format_case(parse_case(kCaseSample, "sample")), kCaseSample);
}

TEST(CaseFile, IsReadAsItStands) {
    const Case value = parse_case(kCaseSample, "sample");
    EXPECT_EQ(value.name, "sample");
    ASSERT_EQ(value.graph.tensors.size(), 14U);
    const Tensor& acc = value.graph.tensors[9];
    EXPECT_EQ(acc, (Tensor{"acc", DataType::s32, {1, 2, 2, 2}, TensorRole::intermediate, 0}));
    EXPECT_EQ(value.graph.nodes[0],
              (Node{"conv", Convolution{{1, 1}, {1, 1}, {0, 0}, {0, 0}, 1}, {0, 1, 2, 3, kAbsent}, 9}));
    const auto& clip = std::get<Eltwise>(value.graph.nodes[2].operation);
    EXPECT_TRUE(std::signbit(clip.alpha));
    EXPECT_EQ(clip.beta, 200.5F);
    EXPECT_EQ(value.graph.outputs, std::vector<TensorId>{13});
    EXPECT_EQ(value.data[0].at(17), 255);
    EXPECT_EQ(value.data[2].at(0), -2147483648.0);
    EXPECT_EQ(value.data[4].at(0), static_cast<double>(0.1F));
    EXPECT_EQ(value.data[4].at(1), 0x1p-126);
    EXPECT_TRUE(std::signbit(value.data[6].at(0)));
    EXPECT_EQ(value.data[8].at(0), 0x1.c8p-4);
    EXPECT_EQ(value.execution, (ExecutionRequest{"strict", {"fused"}, {"avx2", "sse41"}, 2}));
    EXPECT_EQ(value.annotations.at("origin"), "hand-written\n\"second\" line, größer");
}

TEST(CaseFile, WhitespaceAndKeyOrderDoNotMatter) {
    const Case value = parse_case(R"({"data":{"x":{"values":[-0, 1e0, "nan", "-inf"]}},
        "graph":{"outputs":["y"],"nodes":[{"output":{"shape":[4],"type":"f32","name":"y"},"op":"eltwise","name":"n",
        "attributes":{"beta":0,"alpha":0,"algorithm":"relu"},"inputs":{"data":"x"}}],"constants":[],
        "inputs":[{"shape":[4],"type":"f32","name":"x"}]},"name":"n","difftest_case":1})",
                                  "text");
    EXPECT_EQ(value.data[0],
              tensor_of_bits<std::uint32_t>(DataType::f32, {0x80000000U, 0x3F800000U, 0x7FC00000U, 0xFF800000U}));
}

TEST(CaseFile, WritesTheFewestDigitsThatComeBack) {
    // Known shortest forms: 0.1f, the largest, smallest normal and smallest subnormal f32, 2^24, 1/3.
    const TensorData data = tensor_of_bits<std::uint32_t>(
        DataType::f32, {0x3DCCCCCDU, 0x7F7FFFFFU, 0x00800000U, 0x00000001U, 0x4B800000U, 0x3EAAAAABU, 0x80000000U});
    EXPECT_EQ(line_with(format_case(case_of({data})), "values\": ["),
              R"(    "x0": {"values": [0.1, 3.4028235e+38, 1.1754944e-38, 1e-45, 16777216.0, 0.33333334, -0.0]})");
}

TEST(CaseFile, EveryClassOfF32PatternSurvives) {
    std::mt19937 random(1);
    std::vector<TensorData> inputs;
    for (const std::uint32_t exponent : {0U, 1U, 63U, 127U, 150U, 254U, 255U}) {
        std::vector<std::uint32_t> words;
        for (const std::uint32_t fraction : {0U, 1U, 0x3FFFFFU, 0x400000U, 0x400001U, 0x7FFFFFU}) {
            words.push_back(exponent << 23 | fraction);
            words.push_back(0x80000000U | exponent << 23 | fraction);
        }
        for (int i = 0; i < 40; ++i) {
            words.push_back(exponent << 23 | (static_cast<std::uint32_t>(random()) & 0x807FFFFFU));
        }
        inputs.push_back(tensor_of_bits(DataType::f32, words));
        for (const std::uint32_t word : words) {
            inputs.push_back(tensor_of_bits<std::uint32_t>(DataType::f32, {word}));
        }
    }
    expect_round_trip(case_of(std::move(inputs)));
}

TEST(CaseFile, RandomF32PatternsSurvive) {
    std::mt19937 random(2);
    std::vector<TensorData> inputs;
    for (int tensor = 0; tensor < 400; ++tensor) {
        std::vector<std::uint32_t> words;
        for (int i = 0; i < 60; ++i) {
            words.push_back(static_cast<std::uint32_t>(random()));
        }
        inputs.push_back(tensor_of_bits(DataType::f32, words));
    }
    expect_round_trip(case_of(std::move(inputs)));
}

TEST(CaseFile, EveryHalfAndBfloatPatternSurvives) {
    std::vector<TensorData> inputs;
    for (const DataType type : {DataType::f16, DataType::bf16}) {
        std::vector<std::uint16_t> all;
        for (std::uint32_t first = 0; first < 0x10000; first += 64) {
            std::vector<std::uint16_t> words;
            for (std::uint32_t bits = first; bits < first + 64; ++bits) {
                words.push_back(static_cast<std::uint16_t>(bits));
            }
            inputs.push_back(tensor_of_bits(type, words));
            all.insert(all.end(), words.begin(), words.end());
        }
        inputs.push_back(tensor_of_bits(type, all));
    }
    expect_round_trip(case_of(std::move(inputs)));
}

TEST(CaseFile, EveryIntegerAndEveryShapeSurvives) {
    std::mt19937 random(3);
    std::vector<std::int32_t> words{std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()};
    std::vector<std::uint8_t> bytes;
    for (int i = 0; i < 256; ++i) {
        bytes.push_back(static_cast<std::uint8_t>(i));
        words.push_back(static_cast<std::int32_t>(random()));
    }
    expect_round_trip(case_of({tensor_of_bits(DataType::s8, bytes), tensor_of_bits(DataType::u8, bytes),
                               tensor_of_bits(DataType::s32, words), TensorData(DataType::s8, {}),
                               TensorData(DataType::u8, {3, 0, 2}), TensorData(DataType::f32, {0}),
                               TensorData(DataType::s32, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1})}));
}

TEST(CaseFile, TensorsAreInlineUpTo64ElementsAndCompressedBeyond) {
    const std::string text = format_case(case_of({TensorData(DataType::u8, {64}), TensorData(DataType::u8, {65})}));
    EXPECT_EQ(line_with(text, "\"x1\": {").substr(0, 21), R"(    "x1": {"zstd": "K)");
    // 64 values of "0, " do not fit into one line.
    EXPECT_EQ(line_with(text, "\"x0\": {"), R"(    "x0": {)");
    EXPECT_EQ(line_with(text, "\"values\": ["), R"(      "values": [)");
}

TEST(CaseFile, OnlyTheUsualNanIsWrittenAsText) {
    const auto text_of = [](std::uint32_t word) {
        return line_with(format_case(case_of({tensor_of_bits<std::uint32_t>(DataType::f32, {word})})), "\"x0\": {");
    };
    EXPECT_EQ(text_of(0x7FC00000U), R"(    "x0": {"values": ["nan"]})");
    EXPECT_EQ(text_of(0x7F800000U), R"(    "x0": {"values": ["inf"]})");
    EXPECT_EQ(text_of(0xFF800000U), R"(    "x0": {"values": ["-inf"]})");
    for (const std::uint32_t word : {0xFFC00000U, 0x7FC00001U, 0x7F800001U}) {
        EXPECT_EQ(text_of(word).substr(0, 21), R"(    "x0": {"zstd": "K)");
    }
}

TEST(CaseFile, NamedCasesAreCanonical) {
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(DIFFTEST_SOURCE_DIR) / "corpora" / "named")) {
        if (entry.path().extension() == ".json") {
            EXPECT_EQ(format_case(read_case(entry.path())), text_of_file(entry.path())) << entry.path();
        }
    }
}

class CaseFileOnDisk : public ::testing::Test {
protected:
    void SetUp() override {
        const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
        folder_ = std::filesystem::path(DIFFTEST_BINARY_DIR) / "tests" / (std::string("case_file_") + test->name());
        std::filesystem::remove_all(folder_);
        std::filesystem::create_directories(folder_);
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::string refusal(const std::filesystem::path& file) const {
        try {
            read_case(file);
            return "accepted";
        } catch (const CaseError& error) {
            const std::string message = error.what();
            return message.substr(0, file.string().size()) == file.string() ? message.substr(file.string().size())
                                                                            : message;
        }
    }

    std::filesystem::path folder_;
};

TEST_F(CaseFileOnDisk, WrittenCaseIsRead) {
    const Case value = parse_case(kCaseSample, "sample");
    write_case(value, folder_ / "case.json");
    EXPECT_EQ(read_case(folder_ / "case.json"), value);
    EXPECT_EQ(text_of_file(folder_ / "case.json"), kCaseSample);
}

TEST_F(CaseFileOnDisk, WritingReplacesTheFileAndLeavesNothingBeside) {
    Case value = parse_case(kCaseSample, "sample");
    write_case(value, folder_ / "case.json");
    value.name = std::string("other");
    write_case(value, folder_ / "case.json");
    EXPECT_EQ(read_case(folder_ / "case.json").name, "other");
    const auto files = std::filesystem::directory_iterator(folder_);
    EXPECT_EQ(std::distance(begin(files), end(files)), 1);
}

TEST_F(CaseFileOnDisk, InvalidCaseIsNotWritten) {
    Case value = parse_case(kCaseSample, "sample");
    value.data.pop_back();
    EXPECT_THROW(write_case(value, folder_ / "case.json"), std::invalid_argument);
    EXPECT_TRUE(std::filesystem::is_empty(folder_));
    EXPECT_THROW(write_case(parse_case(kCaseSample, "sample"), folder_ / "none" / "case.json"), std::runtime_error);
}

TEST_F(CaseFileOnDisk, UnreadableFilesAreNamed) {
    EXPECT_EQ(refusal(folder_ / "none.json"), ": No such file or directory");
    EXPECT_EQ(refusal(folder_), ": is a directory, not a case file");
    std::ofstream(folder_ / "empty.json").close();
    EXPECT_EQ(refusal(folder_ / "empty.json"), ": line 1, column 1: there is no text");
    std::ofstream(folder_ / "large.json").close();
    std::filesystem::resize_file(folder_ / "large.json", (std::uintmax_t{256} << 20) + 1);  // sparse
    EXPECT_EQ(refusal(folder_ / "large.json"), ": a case file has at most 268435456 bytes");
    EXPECT_EQ(refusal("/no/file\nhere"), "\"/no/file\\nhere\": No such file or directory");
}

/// A frame of zeros is tiny: without a limit a file of some kilobytes would ask for a gigabyte. The case is valid, so
/// that its own file is longer.
TEST(CaseFile, AFewKilobytesDoNotUnfoldToGigabytes) {
    const Case value = case_of({TensorData(DataType::f32, {33, 1024, 1024})});
    std::string text = format_case(value);
    EXPECT_EQ(parse_case(text, "padded").data[0].size(), 33 << 20);
    EXPECT_GE(text.size() * 64, std::size_t{132} << 20);
    text.erase(text.find_last_not_of(" \n") + 1);
    EXPECT_LT(text.size() * 64, std::size_t{128} << 20);
    try {
        parse_case(text, "bomb");
        FAIL() << "it was read";
    } catch (const CaseError& error) {
        EXPECT_NE(std::string(error.what()).find("may unfold to"), std::string::npos) << error.what();
    }
}

}  // namespace
}  // namespace difftest::graph
