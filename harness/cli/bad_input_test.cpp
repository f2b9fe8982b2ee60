#include "harness/cli/end_to_end_test.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <ostream>

namespace difftest::harness::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;

/// One line on stderr that holds every one of `words`, nothing on stdout, exit code 2.
void expect_refused(const std::vector<std::string>& arguments, const std::vector<std::string>& words) {
    const ProgramRun run = difftest(arguments);
    EXPECT_EQ(run.exit_code, 2) << run.errors;
    EXPECT_EQ(run.output, "");
    EXPECT_EQ(std::count(run.errors.begin(), run.errors.end(), '\n'), 1) << run.errors;
    for (const std::string& word : words) {
        EXPECT_THAT(run.errors, HasSubstr(word));
    }
}

/// A valid case: 1x1 convolution, then quantize to u8.
json small_case() {
    return json::parse(R"({
      "difftest_case": 1,
      "name": "small",
      "graph": {
        "inputs": [{"name": "data", "type": "u8", "shape": [1, 2, 1, 2]}],
        "constants": [
          {"name": "weights", "type": "s8", "shape": [2, 2, 1, 1]},
          {"name": "scale", "type": "f32", "shape": []},
          {"name": "zero_point", "type": "s32", "shape": []}
        ],
        "nodes": [
          {
            "name": "convolution",
            "op": "convolution",
            "inputs": {"data": "data", "weights": "weights"},
            "attributes": {"strides": [1, 1], "dilations": [1, 1], "pads_begin": [0, 0], "pads_end": [0, 0], "groups": 1},
            "output": {"name": "accumulator", "type": "s32"}
          },
          {
            "name": "dequantize",
            "op": "dequantize",
            "inputs": {"data": "accumulator", "scale": "scale"},
            "attributes": {},
            "output": {"name": "real", "type": "f32"}
          },
          {
            "name": "quantize",
            "op": "quantize",
            "inputs": {"data": "real", "scale": "scale", "zero_point": "zero_point"},
            "attributes": {"rounding": "half_to_even", "zero_point_site": "after_rounding"},
            "output": {"name": "out", "type": "u8"}
          }
        ],
        "outputs": ["out"]
      },
      "data": {
        "data": {"values": [1, 2, 3, 4]},
        "weights": {"values": [1, 2, 3, 4]},
        "scale": {"values": [0.5]},
        "zero_point": {"values": [7]}
      }
    })");
}

struct BadCase {
    std::string name;
    std::function<void(json&)> spoil;
    std::vector<std::string> words;  ///< the place and what is wrong, as far as they must be named
};

std::ostream& operator<<(std::ostream& stream, const BadCase& value) {
    return stream << value.name;
}

class BadCaseFile : public testing::TestWithParam<BadCase> {};

TEST_P(BadCaseFile, IsRefusedWithFileAndPlace) {
    json document = small_case();
    GetParam().spoil(document);
    const std::string file = file_of_test("bad.json", document.dump()).string();
    std::vector<std::string> words = GetParam().words;
    words.push_back(file);
    expect_refused({"--case", file}, words);
}

std::vector<BadCase> bad_cases() {
    const auto scale = [](const json& value) {
        return [value](json& document) { document["data"]["scale"]["values"][0] = value; };
    };
    return {
        {"UnknownOperation",
         [](json& document) { document["graph"]["nodes"][1]["op"] = "fourier"; },
         {"/graph/nodes/1", "fourier"}},
        {"InconsistentShapes",
         [](json& document) {
             document["graph"]["constants"][0]["shape"] = {2, 3, 1, 1};
         },
         {"/graph/nodes/0"}},
        {"ScaleZero", scale(0.0), {"/data/scale"}},
        {"ScaleNaN", scale("nan"), {"/data/scale"}},
        {"ScaleInfinite", scale("inf"), {"/data/scale"}},
        {"ScaleNegativeInfinite", scale("-inf"), {"/data/scale"}},
        {"ZeroPointAboveItsType",
         [](json& document) { document["data"]["zero_point"]["values"][0] = 256; },
         {"/data/zero_point"}},
        {"ZeroPointBelowItsType",
         [](json& document) { document["data"]["zero_point"]["values"][0] = -1; },
         {"/data/zero_point"}},
        {"AbsurdSize",
         [](json& document) {
             document["graph"]["inputs"][0]["shape"] = {1, 1'000'000, 1000, 1000};
         },
         {"/graph/inputs/0"}},
        {"SizeThatOverflows",
         [](json& document) {
             document["graph"]["inputs"][0]["shape"] = {4'000'000'000, 4'000'000'000, 4'000'000'000, 2};
         },
         {"/graph/inputs/0"}},
        {"NegativeSize",
         [](json& document) {
             document["graph"]["inputs"][0]["shape"] = {1, -2, 1, 2};
         },
         {"/graph/inputs/0"}},
        {"UnknownMember", [](json& document) { document["grph"] = 1; }, {"grph"}},
        {"UnknownTensor",
         [](json& document) { document["graph"]["outputs"] = {"nowhere"}; },
         {"/graph/outputs", "nowhere"}},
        {"MissingValues", [](json& document) { document["data"].erase("weights"); }, {"/data", "weights"}},
        {"ValueOutsideItsType", [](json& document) { document["data"]["data"]["values"][0] = 256; }, {"/data/data"}},
        {"UnknownVersion", [](json& document) { document["difftest_case"] = 99; }, {"/difftest_case", "99"}},
        {"UnknownContract",
         [](json& document) { document["execution"]["contract"] = "lenient"; },
         {"/execution/contract", "lenient"}},
        {"NoThreads", [](json& document) { document["execution"]["threads"] = 0; }, {"/execution/threads"}},
    };
}

INSTANTIATE_TEST_SUITE_P(All, BadCaseFile, testing::ValuesIn(bad_cases()),
                         [](const auto& each) { return each.param.name; });

/// The control: without a fault the case is read, and something runs on it.
TEST(BadInput, ControlTheSmallCaseIsValid) {
    if (!is_built("difftest-worker-faulty")) {
        GTEST_SKIP() << "difftest-worker-faulty was not built";
    }
    const std::string file = file_of_test("good.json", small_case().dump()).string();
    const ProgramRun run = difftest({"--case", file, "--backend", "faulty:truncated_store"});
    EXPECT_NE(run.exit_code, 2) << run.errors;
    EXPECT_EQ(run.errors, "");
}

TEST(BadInput, MalformedJson) {
    for (const std::string text : {"", "{", "not json", "[1, 2", "{\"a\": }", "\xff\xfe", "null", "[]"}) {
        const std::string file = file_of_test("malformed.json", text).string();
        expect_refused({"--case", file}, {file});
    }
    const std::string deep = file_of_test("deep.json", std::string(2'000'000, '[')).string();
    expect_refused({"--case", deep}, {deep});
}

TEST(BadInput, MissingFileAndUnknownName) {
    expect_refused({"--case", "/nowhere/case.json"}, {"/nowhere/case.json", "no such file"});
    expect_refused({"--case", "no_such_case"}, {"no_such_case"});
    expect_refused({"--case", corpora()}, {corpora(), "not a file"});
    expect_refused({"--case", "deconv_quant_u8_minimal", "--corpora", "/nowhere"}, {"/nowhere"});
}

TEST(BadInput, UnknownBackend) {
    expect_refused({"--case", "deconv_quant_u8_minimal", "--backend", "tensorrt"}, {"tensorrt", "unknown backend"});
    expect_refused({"--case", "deconv_quant_u8_minimal", "--backend", "faulty"}, {"faulty:FAULT"});
    expect_refused({"--case", "deconv_quant_u8_minimal", "--backend", ""}, {"unknown backend"});
    if (is_built("difftest-worker-faulty")) {
        expect_refused({"--case", "deconv_quant_u8_minimal", "--backend", "faulty:no_such_fault"},
                       {"no_such_fault", "unknown fault"});
    }
}

TEST(BadInput, UnknownIsaAndPlan) {
    if (!is_built("difftest-worker-faulty")) {
        GTEST_SKIP() << "difftest-worker-faulty was not built";
    }
    const std::string backend = "faulty:truncated_store";
    expect_refused({"--case", "deconv_quant_u8_minimal", "--backend", backend, "--isa", "AVX1024"},
                   {"--isa AVX1024", "unknown ISA"});
    expect_refused({"--case", "deconv_quant_u8_minimal", "--backend", backend, "--plan", "unfused"},
                   {"--plan unfused"});
}

TEST(BadInput, Usage) {
    expect_refused({}, {"--help"});
    expect_refused({"frobnicate"}, {"frobnicate", "unknown verb"});
    expect_refused({"run"}, {"--case"});
    expect_refused({"--case"}, {"--case"});
    expect_refused({"--no-such-flag"}, {"--no-such-flag"});
    expect_refused({"list", "everything"}, {"everything"});
    expect_refused({"list", "cases", "more"}, {"more"});
    expect_refused({"--case", "deconv_quant_u8_minimal", "--threads", "0"}, {"--threads"});
    expect_refused({"--case", "deconv_quant_u8_minimal", "--threads", "many"}, {"--threads"});
}

TEST(BadInput, BrokenKnownIssue) {
    const std::filesystem::path file = file_of_test("unused.json", "");
    const std::filesystem::path folder = file.parent_path();
    std::filesystem::create_directories(folder / "known_issues");
    std::filesystem::create_directories(folder / "named");
    std::ofstream(folder / "known_issues" / "broken.json") << "{\"format\": \"difftest-known-issue\"}";
    const std::string small = file_of_test("small.json", small_case().dump()).string();
    expect_refused({"--case", small, "--corpora", folder.string()}, {"broken.json", "/id"});
}

}  // namespace
}  // namespace difftest::harness::cli
