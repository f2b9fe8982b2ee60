#include "reference/graph/case_file.hpp"
#include "reference/graph/case_sample.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

/// Everything that can be wrong with a case file, one edit of a good case each, with the whole message.
namespace difftest::graph {
namespace {

struct Edit {
    std::string_view name;
    std::string from;  ///< stands once in the sample
    std::string to;
    std::string message;  ///< after "bad.json: "
};

void PrintTo(const Edit& edit, std::ostream* stream) {
    *stream << edit.name;
}

std::string edited(const Edit& edit) {
    std::string text(kCaseSample);
    const std::size_t place = text.find(edit.from);
    EXPECT_NE(place, std::string::npos) << edit.from;
    EXPECT_EQ(text.find(edit.from, place + 1), std::string::npos) << "stands twice: " << edit.from;
    return text.replace(place, edit.from.size(), edit.to);
}

std::string refusal(std::string_view text) {
    try {
        parse_case(text, "bad.json");
        return "accepted";
    } catch (const CaseError& error) {
        return error.what();
    }
}

class BadCase : public ::testing::TestWithParam<Edit> {};

TEST_P(BadCase, IsRefusedInOneLine) {
    const std::string message = refusal(edited(GetParam()));
    EXPECT_EQ(message, "bad.json: " + GetParam().message);
    EXPECT_EQ(message.find('\n'), std::string::npos);
}

std::string name_of_test(const ::testing::TestParamInfo<Edit>& info) {
    return std::string(info.param.name);
}

std::string names_of_operations() {
    std::string names;
    [&names]<std::size_t... Index>(std::index_sequence<Index...>) {
        ((names += (Index == 0 ? "" : ", ") + std::string(std::variant_alternative_t<Index, Operation>::name)), ...);
    }
    (std::make_index_sequence<std::variant_size_v<Operation>>{});
    return names;
}

const std::string kClip = R"({"algorithm": "clip", "alpha": -0.0, "beta": 200.5})";
const std::string kWindow = R"("strides": [1, 1], "dilations": [1, 1], "pads_begin": [0, 0])";
const std::string kScale = R"("s": {"values": [0.1, 1.1754944e-38]})";
const std::string kFactor = R"("factor": {"values": [0.111328125]})";
const std::string kInput = R"({"name": "x", "type": "u8", "shape": [1, 2, 3, 3]})";
const std::string kName = R"("name": "sample")";

INSTANTIATE_TEST_SUITE_P(
    Json, BadCase,
    ::testing::Values(
        Edit{"MissingComma", R"("difftest_case": 1,)", R"("difftest_case": 1)",
             "line 3, column 8: syntax error while parsing object - unexpected string literal; expected '}'"},
        Edit{"InvalidLiteral", R"("difftest_case": 1,)", R"("difftest_case": yes,)",
             "line 2, column 20: syntax error while parsing value - invalid literal"},
        Edit{"InvalidUtf8", kName, "\"name\": \"a\xFF\"",
             "line 3, column 13: syntax error while parsing value - invalid string: ill-formed UTF-8 byte"},
        Edit{"RawControlCharacter", kName, "\"name\": \"a\nb\"",
             "line 3, column 13: syntax error while parsing value - invalid string: control character U+000A (LF) must "
             "be escaped to \\u000A or \\n"},
        Edit{"DuplicateKeyAtTheTop", kName, kName + ", " + kName, "/: the key \"name\" stands twice"},
        Edit{"DuplicateKeyDeepDown", R"("levels": 255,)", R"("levels": 255, "levels": 255,)",
             "/graph/nodes/3/attributes: the key \"levels\" stands twice"},
        Edit{"NumberTooLarge", "3.4028235e+38", "3.5e+38", "/data/high/values/1: the number is too large for f32"},
        Edit{"NestedTooDeep", R"("difftest_case": 1)", R"("difftest_case": )" + std::string(64, '['),
             "/difftest_case/0/0/0: nested deeper than 64 levels"},
        Edit{"TextAfterTheEnd", "größer\"}\n}", "größer\"}\n} x",
             "line 70, column 3: syntax error while parsing value - invalid literal"}),
    name_of_test);

INSTANTIATE_TEST_SUITE_P(
    Frame, BadCase,
    ::testing::Values(
        Edit{"Version", R"("difftest_case": 1)", R"("difftest_case": 2)",
             "/difftest_case: version 2 is not supported, only 1"},
        Edit{"VersionType", R"("difftest_case": 1)", R"("difftest_case": "1")",
             "/difftest_case: expected an integer, found a string"},
        Edit{"NoVersion", R"("difftest_case": 1,)", "", "/: the key \"difftest_case\" is missing"},
        Edit{"UnknownKey", R"("difftest_case": 1,)", R"("difftest_case": 1, "seed": 7,)", "/: unknown key \"seed\""},
        Edit{"UnknownKeyWithLineBreak", R"("difftest_case": 1,)", R"("difftest_case": 1, "a\nb": 7,)",
             "/: unknown key \"a\\nb\""},
        Edit{"UnknownKeyTooLong", R"("difftest_case": 1,)",
             R"("difftest_case": 1, ")" + std::string(1000, 'k') + R"(": 7,)",
             "/: unknown key \"" + std::string(80, 'k') + "\"..."},
        Edit{"EmptyName", kName, R"("name": "")", "/name: a name must not be empty"},
        Edit{"NameWithSlash", kName, R"("name": "a/b")", "/name: the name \"a/b\" holds a slash"},
        Edit{"NameWithControlCharacter", kName, R"("name": "a\tb")",
             "/name: the name \"a\\tb\" holds a control character"},
        Edit{"NameWithDelete", kName, R"("name": "a\u007f")", "/name: the name \"a\x7F\" holds a control character"},
        Edit{"NameWithNextLine", kName, R"("name": "a\u0085")",
             "/name: the name \"a\xC2\x85\" holds a control character"},
        Edit{"NameTooLong", kName, R"("name": ")" + std::string(201, 'n') + '"',
             "/name: a name of 201 bytes is longer than 200"},
        Edit{"NameType", kName, R"("name": 5)", "/name: expected a string, found an integer"},
        Edit{"AnnotationType", R"({"origin": )", R"({"count": 1.5, "origin": )",
             "/annotations/count: expected a string, found a number with a fraction or exponent"},
        Edit{"AnnotationKey", R"("origin": )", R"("": )", "/annotations: a name must not be empty"},
        Edit{"ExecutionKey", R"("threads": 2)", R"("thread": 2)", "/execution: unknown key \"thread\""},
        Edit{"ExecutionThreads", R"("threads": 2)", R"("threads": 0)", "/execution/threads: 0 is no number of threads"},
        Edit{"ExecutionManyThreads", R"("threads": 2)", R"("threads": 5000)",
             "/execution/threads: 5000 is outside 1 to 4096"},
        Edit{"ExecutionPlans", R"("plans": ["fused"])", R"("plans": "fused")",
             "/execution/plans: expected an array, found a string"},
        Edit{"ExecutionIsa", R"("isas": ["avx2", )", R"("isas": ["", )",
             "/execution/isas/0: a name must not be empty"}),
    name_of_test);

INSTANTIATE_TEST_SUITE_P(
    Tensors, BadCase,
    ::testing::Values(
        Edit{"UnknownType", R"({"name": "x", "type": "u8")", R"({"name": "x", "type": "u4")",
             "/graph/inputs/0/type: unknown type \"u4\"; known: s8, u8, s32, f32, f16, bf16"},
        Edit{"ShapeElementType", kInput, R"({"name": "x", "type": "u8", "shape": [1, 2.0, 3, 3]})",
             "/graph/inputs/0/shape/1: expected an integer, found a number with a fraction or exponent"},
        Edit{"ShapeElementRange", kInput, R"({"name": "x", "type": "u8", "shape": [18446744073709551615]})",
             "/graph/inputs/0/shape/0: the integer does not fit into 64 bits"},
        Edit{"NegativeDimension", kInput, R"({"name": "x", "type": "u8", "shape": [1, -2, 3, 3]})",
             "/graph/inputs/0/shape: dimension -2 is negative"},
        Edit{"RankTooHigh", kInput, R"({"name": "x", "type": "u8", "shape": [1,1,1,1,1,1,1,1,1,1,1,1,1]})",
             "/graph/inputs/0/shape: 13 dimensions are more than 12"},
        Edit{"TenToTheTwelveElements", kInput, R"({"name": "x", "type": "u8", "shape": [1, 1000, 100000, 10000]})",
             "/graph/inputs/0/shape: shape 1x1000x100000x10000 has more than 268435456 elements"},
        Edit{"HugeDimensionBesideZero", kInput, R"({"name": "x", "type": "u8", "shape": [0, 4611686018427387904]})",
             "/graph/inputs/0/shape: dimension 4611686018427387904 is more than 268435456"},
        Edit{"OverflowingShape", kInput, R"({"name":"x","type":"u8","shape":[268435456,268435456,268435456]})",
             "/graph/inputs/0/shape: shape 268435456x268435456x268435456 has more than 268435456 elements"},
        Edit{"DuplicateTensorName", R"({"name": "zy", "type")", R"({"name": "zx", "type")",
             "/graph/constants/4/name: another tensor has the name \"zx\""},
        Edit{"OutputTakesATensorName", R"({"name": "acc", "type")", R"({"name": "b", "type")",
             "/graph/nodes/0/output/name: another tensor has the name \"b\""},
        Edit{"EmptyTensorName", R"({"name": "acc", "type")", R"({"name": "", "type")",
             "/graph/nodes/0/output/name: a name must not be empty"},
        Edit{"DuplicateNodeName", R"("name": "quant")", R"("name": "conv")",
             "/graph/nodes/1/name: another node has the name \"conv\""},
        Edit{"NodeNameWithSlash", R"("name": "quant")", R"("name": "q/2")",
             "/graph/nodes/1/name: the name \"q/2\" holds a slash"}),
    name_of_test);

INSTANTIATE_TEST_SUITE_P(
    Nodes, BadCase,
    ::testing::Values(
        Edit{"UnknownOperation", R"("op": "binary")", R"("op": "bynary")",
             "/graph/nodes/4/op: unknown operation \"bynary\"; known: " + names_of_operations()},
        Edit{"UnknownAttribute", R"("levels": 255)", R"("level": 255)",
             "/graph/nodes/3/attributes: unknown key \"level\""},
        Edit{"MissingAttribute", R"("levels": 255, )", "", "/graph/nodes/3/attributes: the key \"levels\" is missing"},
        Edit{"AttributeType", R"("levels": 255)", R"("levels": 255.0)",
             "/graph/nodes/3/attributes/levels: expected an integer, found a number with a fraction or exponent"},
        Edit{"AttributeVectorType", kWindow, R"("strides": 1, "dilations": [1, 1], "pads_begin": [0, 0])",
             "/graph/nodes/0/attributes/strides: expected an array, found an integer"},
        Edit{"AttributeNumberType", kClip, R"({"algorithm": "clip", "alpha": "inf", "beta": 200.5})",
             "/graph/nodes/2/attributes/alpha: expected a number, found a string"},
        Edit{"UnknownEnumerator", R"("form": "specification")", R"("form": "spec")",
             "/graph/nodes/3/attributes/form: unknown value \"spec\"; known: specification, scale_shift"},
        Edit{"UnknownSlot", R"({"data": "q"})", R"({"data": "q", "slope": "s"})",
             "/graph/nodes/2/inputs: unknown key \"slope\""},
        Edit{"MissingSlot", R"({"data": "q"})", "{}", "/graph/nodes/2/inputs: the input \"data\" is missing"},
        Edit{"UnknownTensor", R"({"data": "q"})", R"({"data": "p"})",
             "/graph/nodes/2/inputs/data: no tensor before this node has the name \"p\""},
        Edit{"TensorNotYetThere", R"({"data": "q"})", R"({"data": "y"})",
             "/graph/nodes/2/inputs/data: no tensor before this node has the name \"y\""},
        Edit{"OwnOutput", R"({"data": "q"})", R"({"data": "c"})",
             "/graph/nodes/2/inputs/data: no tensor before this node has the name \"c\""},
        Edit{"NodeKey", R"("op": "binary")", R"("op": "binary", "kind": 1)", "/graph/nodes/4: unknown key \"kind\""},
        Edit{"NoOutputs", R"("outputs": ["y"])", R"("outputs": [])", "/graph/outputs: there is no output"},
        Edit{"UnknownOutput", R"("outputs": ["y"])", R"("outputs": ["z"])",
             "/graph/outputs/0: no tensor has the name \"z\""},
        Edit{"OutputTwice", R"("outputs": ["y"])", R"("outputs": ["y", "y"])", "/graph/outputs/1: \"y\" stands twice"},
        Edit{"InputAsOutput", R"("outputs": ["y"])", R"("outputs": ["x"])",
             "/graph/outputs/0: \"x\" is not the output of a node"},
        Edit{"DeadNode", R"("outputs": ["y"])", R"("outputs": ["f"])",
             "/graph/nodes/4: the node's output is neither read nor an output of the graph"}),
    name_of_test);

INSTANTIATE_TEST_SUITE_P(
    Meaning, BadCase,
    ::testing::Values(
        Edit{"InconsistentWeights", R"("shape": [2, 2, 2, 2]})", R"("shape": [2, 1, 2, 4]})",
             "/graph/nodes/0/inputs/weights: shape 2x1x2x4 has 1 channels per group, the data 2"},
        Edit{"Strides", kWindow, R"("strides": [1], "dilations": [1, 1], "pads_begin": [0, 0])",
             "/graph/nodes/0/attributes/strides: 1 values for 2 spatial dimensions"},
        Edit{"NegativePadding", kWindow, R"("strides": [1, 1], "dilations": [1, 1], "pads_begin": [0, -1])",
             "/graph/nodes/0/attributes/pads_begin/1: -1 is outside 0 to 2147483647"},
        Edit{"ScaleShapeOfOtherChannels", R"({"name": "s", "type": "f32", "shape": [1, 2, 1, 1]})",
             R"({"name": "s", "type": "f32", "shape": [1, 3, 1, 1]})",
             "/graph/nodes/1/inputs/scale: shape 1x3x1x1 does not broadcast to the data's 1x2x2x2"},
        Edit{"DeclaredShape", R"({"name": "q", "type": "u8"})", R"({"name": "q", "type": "u8", "shape": [1, 2, 2, 1]})",
             "/graph/nodes/1/output/shape: shape 1x2x2x1 where 1x2x2x2 follows from the inputs"},
        Edit{"LargeResult", kWindow, R"("strides": [1, 1], "dilations": [1, 1], "pads_begin": [20000, 20000])",
             "/graph/nodes/0: shape 1x2x20002x20002 has more than 268435456 elements"},
        Edit{"LargeTogether", kWindow, R"("strides": [1, 1], "dilations": [1, 1], "pads_begin": [9000, 9000])",
             "/graph: the tensors together have more than 2147483648 bytes"},
        Edit{"DataType", R"({"name": "w", "type": "s8")", R"({"name": "w", "type": "f32")",
             "/graph/nodes/0/inputs/weights: type f32 is not allowed here, only s8, u8"},
        Edit{"OutputType", R"({"name": "q", "type": "u8"})", R"({"name": "q", "type": "f32"})",
             "/graph/nodes/1/output/type: type f32 is not allowed here, only s8, u8, s32"},
        Edit{"ScalarBias", R"({"name": "b", "type": "s32", "shape": [2]})",
             R"({"name": "b", "type": "s32", "shape": []})",
             "/graph/nodes/0/inputs/bias: shape scalar is not one value for each channel"},
        Edit{"RangeIsNoConstant", R"("input_low": "low")", R"("input_low": "c")",
             "/graph/nodes/3/inputs/input_low: must be a constant"},
        Edit{"Levels", R"("levels": 255)", R"("levels": 1)",
             "/graph/nodes/3/attributes/levels: 1 is outside 2 to 65536"},
        Edit{"ClipBounds", kClip, R"({"algorithm": "clip", "alpha": 3, "beta": 2.5})",
             "/graph/nodes/2/attributes/alpha: the lower bound 3 is above the upper bound 2.5"}),
    name_of_test);

INSTANTIATE_TEST_SUITE_P(
    Values, BadCase,
    ::testing::Values(
        Edit{"Missing", R"("zx": {"values": [3]},)", "", "/data: the values of \"zx\" are missing"},
        Edit{"UnknownTensor", kFactor, kFactor + R"(, "other": {"values": [1]})",
             "/data: \"other\" is no input or constant of the graph"},
        Edit{"Intermediate", kFactor, kFactor + R"(, "acc": {"values": [1]})",
             "/data: \"acc\" is no input or constant of the graph"},
        Edit{"Count", R"("values": [3]})", R"("values": [3, 4]})",
             "/data/zx/values: 2 values for a tensor of 1 elements (scalar)"},
        Edit{"Range", "16, 255]", "16, 256]", "/data/x/values/17: 256 is outside u8 (0 to 255)"},
        Edit{"RangeBeyond64Bits", "16, 255]", "16, 18446744073709551615]",
             "/data/x/values/17: 18446744073709551615 is outside u8 (0 to 255)"},
        Edit{"NoInteger", "16, 255]", "16, 25.0]",
             "/data/x/values/17: expected an integer, found a number with a fraction or exponent"},
        Edit{"NotInBfloat", kFactor, R"("factor": {"values": [0.1]})",
             "/data/factor/values/0: 0.1 is not a value of bf16"},
        Edit{"NotANumber", kFactor, R"("factor": {"values": [true]})",
             "/data/factor/values/0: expected a number, found a truth value"},
        Edit{"NotANamedNumber", kFactor, R"("factor": {"values": ["NaN"]})",
             "/data/factor/values/0: expected a number, \"nan\", \"inf\" or \"-inf\", found \"NaN\""},
        Edit{"BothForms", kFactor, R"("factor": {"values": [1], "zstd": ""})",
             "/data/factor: exactly one of the keys \"values\" and \"zstd\" is needed"},
        Edit{"ScaleZero", kScale, R"("s": {"values": [0.1, 0]})", "/data/s/values/1: a scale must not be 0"},
        Edit{"ScaleNan", kScale, R"("s": {"values": [0.1, "nan"]})", "/data/s/values/1: a scale of nan is not finite"},
        Edit{"ScaleInfinity", kScale, R"("s": {"values": ["inf", 1]})",
             "/data/s/values/0: a scale of inf is not finite"},
        Edit{"ScaleNegative", kScale, R"("s": {"values": [-0.5, 1]})", "/data/s/values/0: a scale of -0.5 is negative"},
        Edit{"ScaleSubnormal", kScale, R"("s": {"values": [1e-45, 1]})",
             "/data/s/values/0: a scale of 1e-45 is subnormal"},
        Edit{"RangeLimit", R"("low": {"values": [-0.0]})", R"("low": {"values": ["-inf"]})",
             "/data/low/values/0: a range limit of -inf is not finite"},
        Edit{"ZeroPointOfData", R"("zx": {"values": [3]})", R"("zx": {"values": [-1]})",
             "/data/zx/values/0: a zero point of -1 is outside u8 (0 to 255)"},
        Edit{"ZeroPointOfResult", R"("zy": {"values": [0]})", R"("zy": {"values": [256]})",
             "/data/zy/values/0: a zero point of 256 is outside u8 (0 to 255)"}),
    name_of_test);

/// Frames put together by hand after RFC 8878, section 3.1.1: magic number, header with a one-byte content size, and
/// one raw or run-length block. The good one holds the two bytes of the bf16 value 1.
INSTANTIATE_TEST_SUITE_P(
    Compressed, BadCase,
    ::testing::Values(
        Edit{"NotBase64", kFactor, R"("factor": {"zstd": "####"})", "/data/factor/zstd: not base64 text"},
        Edit{"NotPadded", kFactor, R"("factor": {"zstd": "KLUv/SACEQAAgD8"})", "/data/factor/zstd: not base64 text"},
        Edit{"NoText", kFactor, R"("factor": {"zstd": [1]})", "/data/factor/zstd: expected a string, found an array"},
        Edit{"NotAFrame", kFactor, R"("factor": {"zstd": "AAAAAAAA"})", "/data/factor/zstd: not a zstd frame"},
        Edit{"Empty", kFactor, R"("factor": {"zstd": ""})", "/data/factor/zstd: not a zstd frame"},
        Edit{"OfUnknownSize", kFactor, R"("factor": {"zstd": "KLUv/QAAEQAAgD8="})",
             "/data/factor/zstd: the zstd frame does not say how large its content is"},
        Edit{"OfOtherSize", kFactor, R"("factor": {"zstd": "KLUv/SADGQAAAAAA"})",
             "/data/factor/zstd: the zstd frame holds 3 bytes, the tensor 2"},
        Edit{"Truncated", kFactor, R"("factor": {"zstd": "KLUv/SACEQAAgA=="})",
             "/data/factor/zstd: not exactly one whole zstd frame"},
        Edit{"Followed", kFactor, R"("factor": {"zstd": "KLUv/SACEQAAgD8A"})",
             "/data/factor/zstd: not exactly one whole zstd frame"},
        Edit{"LongerThanPromised", kFactor, R"("factor": {"zstd": "KLUv/SACGwAAgA=="})",
             "/data/factor/zstd: damaged zstd frame"},
        Edit{"ShorterThanPromised", kFactor, R"("factor": {"zstd": "KLUv/SACCQAAgA=="})",
             "/data/factor/zstd: damaged zstd frame"}),
    name_of_test);

TEST(GoodCase, FramesFromElsewhereAreRead) {
    const Case value = parse_case(edited({"", kFactor, R"("factor": {"zstd": "KLUv/SACEQAAgD8="})", ""}), "good.json");
    EXPECT_EQ(value.data[8].at(0), 1);
}

TEST(GoodCase, ScaleMayHaveFewerDimensionsThanTheData) {
    EXPECT_EQ(refusal(edited({"", R"({"name": "s", "type": "f32", "shape": [1, 2, 1, 1]})",
                              R"({"name": "s", "type": "f32", "shape": [2]})", ""})),
              "accepted");
}

}  // namespace
}  // namespace difftest::graph
