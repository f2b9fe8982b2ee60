#include "reference/faults/deviation_test.hpp"

#include "reference/faults/applicability.hpp"
#include "reference/graph/case_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

// Every fault on a case of a few elements, whose right and wrong results are worked out by hand.

namespace difftest::faults {
namespace {

using graph::Binary;
using graph::BinaryAlgorithm;
using graph::CaseBuilder;
using graph::DataType;
using graph::Eltwise;
using graph::EltwiseAlgorithm;
using graph::FakeQuantize;
using graph::FakeQuantizeForm;
using graph::Shape;
using graph::TensorData;
using graph::TensorId;

struct Ranges {
    double il, ih, ol, oh;
};

/// x -> fake quantize, last or followed by a multiplication with 1.
graph::Case quantizer(const Values& x, std::int64_t levels, const Ranges& r, DataType type, bool last = true) {
    CaseBuilder builder("quantizer");
    const auto data = builder.input("x", TensorData(DataType::f32, {static_cast<std::int64_t>(x.size())}, x));
    const auto scalar = [&](const char* name, double v) { return builder.scalar(name, static_cast<float>(v)); };
    TensorId result =
        builder.node("quantize", FakeQuantize{levels, FakeQuantizeForm::specification},
                     {data, scalar("il", r.il), scalar("ih", r.ih), scalar("ol", r.ol), scalar("oh", r.oh)}, type);
    if (!last) {
        result = builder.node("behind", Binary{BinaryAlgorithm::multiply}, {result, scalar("one", 1)}, DataType::f32);
    }
    return builder.build({result});
}

TEST(Deviation, EveryOneIsKnownToOneRuleOfApplicability) {
    const graph::Case value = quantizer({1}, 256, {0, 255, 0, 255}, DataType::u8);
    for (const Fault& fault : all_faults()) {
        int known = 0;
        for (const auto rule : {quantization_rule_applies, parameter_rule_applies, chain_rule_applies,
                                contraction_rule_applies, geometry_rule_applies, tail_rule_applies}) {
            known += rule(fault.deviation, Place(value, 0)) ? 1 : 0;
        }
        EXPECT_EQ(known, 1) << fault.name;
    }
}

TEST(Deviation, OfFakeQuantizeInTheMiddleOfAChain) {
    // 300 saturates at 255; 2.4 is the level 2; with an inverted output range 300 gives its end 0.
    expect(quantizer({300, 2.4F}, 256, {0, 255, 0, 255}, DataType::u8, false), "D01", {255, 2}, {300, 2});
    expect(quantizer({2.5, 300}, 256, {0, 255, 0, 255}, DataType::u8, false), "D02", {2, 255}, {2.5, 255});
    expect(quantizer({300, 155}, 256, {0, 255, 255, 0}, DataType::f32, false), "D03", {0, 100}, {-45, 100});
    expect(quantizer({2.75, 1}, 256, {0, 255, 0, 255}, DataType::u8, false), "D15", {3, 1}, {2, 1});
}

TEST(Deviation, OfFakeQuantizeAtTheEnd) {
    // Output [0, 100] with 256 levels: 510 is beyond the input range; unclamped 510 / 255 * 100 = 200 fits into u8.
    expect(quantizer({510, 255}, 256, {0, 255, 0, 100}, DataType::u8), "D05", {100, 100}, {200, 100});
    // 16 levels to [0, 255], a step of 17: 1.4 is level 1, 17; without the inner rounding 23.8, 24.
    expect(quantizer({1.40625}, 16, {0, 15, 0, 255}, DataType::u8), "D06", {17}, {24});
    // Levels 0..4 to [0.5, 2.5], a step of 1/2: level 3 gives 2; round(1.5) + 0.5 = 2.5.
    expect(quantizer({3}, 5, {0, 4, 0.5, 2.5}, DataType::f32), "D10", {2}, {2.5});
    // [-127, 127] with 255 levels: 0.5 is level RNE(127.5) = 128, that is 1; RNE(0.5) = 0.
    expect(quantizer({0.5, 1.5}, 255, {-127, 127, -127, 127}, DataType::s8), "D11", {1, 1}, {0, 2});
    // [0, 4] with 4 levels: 4 is level 3; with L steps 4 / 4 * 4 = 4, and 4 / 4 * 8 = 8 all the same; 1 -> 0.75 -> 1
    // of 3 is 4/3, 1 of 4 is 1.
    expect(quantizer({0.75}, 4, {0, 3, 0, 6}, DataType::f32), "D23", {2}, {1.5});
    expect(quantizer({2.75}, 256, {0, 255, 0, 255}, DataType::u8), "D09", {3}, {2});
    expect(quantizer({2.5, 3.5}, 256, {0, 255, 0, 255}, DataType::u8), "D07", {2, 4}, {3, 4});
    expect(quantizer({-2.5}, 256, {-128, 127, -128, 127}, DataType::f32), "D08", {-2}, {-2});
    expect(quantizer({-3.5}, 256, {-128, 127, -128, 127}, DataType::f32), "D08", {-4}, {-3});
}

TEST(Deviation, OfTheRangesOfAFakeQuantize) {
    // x = 1 in [0, 255]: level 1. The scale 1 in the place of the shift 0: level 2.
    expect(quantizer({1}, 256, {0, 255, 0, 255}, DataType::u8), "D19", {1}, {2});
    // (1 - 255) / (0 - 255) * 255 = 254.
    expect(quantizer({1}, 256, {0, 255, 0, 255}, DataType::u8), "D20", {1}, {254});
    expect(quantizer({1}, 256, {0, 255, 0, 255}, DataType::u8), "D20b", {1}, {254});
    // Inverted input [255, 0]: 100 is level (100 - 255) / -255 * 255 = 155; 100 <= 255 gives the low end at once.
    expect(quantizer({100}, 256, {255, 0, 0, 255}, DataType::u8), "D21", {155}, {0});
    // Empty input range at 0.5: above it oh. With scale FLT_MAX and shift -FLT_MAX, 0.6 gives a negative number: ol.
    expect(quantizer({0.6F, 0.4F}, 256, {0.5, 0.5, 0, 255}, DataType::u8), "D22", {255, 0}, {0, 0});
    // [-4, 0] to [-4, 0] with 5 levels: -3 is level 1, 1 - 4 = -3; without ol it is 1.
    expect(quantizer({-3}, 5, {-4, 0, -4, 0}, DataType::f32), "D64", {-3}, {1});
    // The step 2e-7 printed with six decimals is 0.000000: the range is empty, and everything above 0 is oh.
    expect(quantizer({1e-7F}, 3, {0, 2e-7, 0, 2}, DataType::f32), "D24", {1}, {2});
}

/// x -> eltwise or binary nodes.
struct Chain {
    CaseBuilder builder{"chain"};
    TensorId at = graph::kAbsent;
    int count = 0;

    Chain(DataType type, const Shape& shape, const Values& x) { at = builder.input("x", TensorData(type, shape, x)); }

    std::string name() { return "n" + std::to_string(count++); }
    Chain& eltwise(EltwiseAlgorithm algorithm, float alpha = 0, float beta = 0) {
        at = builder.node(name(), Eltwise{algorithm, alpha, beta}, {at}, DataType::f32);
        return *this;
    }
    Chain& binary(BinaryAlgorithm algorithm, DataType type, const Shape& shape, const Values& b) {
        const std::string own = name();
        const TensorId operand = builder.constant(own + "_b", TensorData(type, shape, b));
        at = builder.node(own, Binary{algorithm}, {at, operand}, DataType::f32);
        return *this;
    }
    Chain& multiply(double factor) { return binary(BinaryAlgorithm::multiply, DataType::f32, {1}, {factor}); }
    Chain& convert(DataType type, graph::Overflow overflow = graph::Overflow::saturate) {
        at = builder.node(name(), graph::Convert{graph::Rounding::half_to_even, overflow}, {at}, type);
        return *this;
    }
    Chain& node(const graph::Operation& operation, DataType type) {
        at = builder.node(name(), operation, {at}, type);
        return *this;
    }
    graph::Case done() { return builder.build({at}); }
};

TEST(Deviation, OfConversions) {
    expect(Chain(DataType::f32, {2}, {300, -1}).convert(DataType::u8).done(), "D13", {255, 0}, {44, 255});
    expect(Chain(DataType::f32, {2}, {300, -1}).convert(DataType::u8, graph::Overflow::wrap).done(), "D14", {44, 255},
           {255, 0});
    // relu with slope 1/2 of -3.2 is -1.6, -2; of round(-3.2) = -3 it is -1.5, -2: the same. Of -2.6: -1.3, -1; of -3
    // -2.
    expect(Chain(DataType::f32, {1}, {-2.6F}).eltwise(EltwiseAlgorithm::relu, 0.5F).convert(DataType::s8).done(), "D17",
           {-1}, {-2});
    // clip to [0, 300] in u8: the bound wraps to 44.
    expect(Chain(DataType::f32, {1}, {100}).eltwise(EltwiseAlgorithm::clip, 0, 300).convert(DataType::u8).done(), "D18",
           {100}, {44});
    expect(Chain(DataType::f32, {1}, {-5})
               .eltwise(EltwiseAlgorithm::clip, -std::numeric_limits<float>::infinity(), 1)
               .done(),
           "D50", {-5}, {1});
    // 2049 has 12 bits: f16 gives 2048.
    expect(Chain(DataType::f32, {1}, {2049}).multiply(1).multiply(1).done(), "D48", {2049}, {2048});
}

TEST(Deviation, OfTheOrderOfOperations) {
    expect(Chain(DataType::f32, {2}, {-1, 1}).eltwise(EltwiseAlgorithm::relu).multiply(-1).done(), "D37", {0, -1},
           {1, 0});
    // (3 + 4) * 2 = 14; 3 + 4 * 2 = 11.
    expect(Chain(DataType::f32, {1}, {3}).binary(BinaryAlgorithm::add, DataType::f32, {1}, {4}).multiply(2).done(),
           "D38", {14}, {11});
    // u8 200 + 100 = 300, as a u8 255.
    expect(Chain(DataType::u8, {1}, {200}).binary(BinaryAlgorithm::add, DataType::u8, {1}, {100}).done(), "D16", {300},
           {255});
    expect(Chain(DataType::f32, {1}, {3})
               .eltwise(EltwiseAlgorithm::clip, 0, 2)
               .eltwise(EltwiseAlgorithm::clip, 0, 1)
               .done(),
           "T27", {1}, {2});
    expect(Chain(DataType::f32, {2}, {1, 2}).binary(BinaryAlgorithm::greater, DataType::f32, {1}, {1}).done(), "D73",
           {0, 1}, {1, 1});
}

TEST(Deviation, OfAddends) {
    const auto add = BinaryAlgorithm::add;
    // -56 and 200 have the same bits.
    expect(Chain(DataType::f32, {1}, {1}).binary(add, DataType::s8, {1}, {-56}).done(), "D33", {-55}, {201});
    // After a first run the addend is 1 + 2 = 3, and the second gives 1 + 3.
    expect(Chain(DataType::f32, {1}, {1}).binary(add, DataType::f32, {1}, {2}).done(), "D34", {3}, {4});
    expect(Chain(DataType::f32, {1}, {1})
               .binary(add, DataType::f32, {1}, {10})
               .binary(add, DataType::f32, {1}, {100})
               .done(),
           "D36", {111}, {21});
    expect(Chain(DataType::f32, {2, 1, 1}, {0, 0}).binary(add, DataType::f32, {2, 1, 1}, {5, 7}).done(), "D39", {5, 7},
           {5, 5});
    // Channels (a b c) (d e f) in memory, read as positions of two channels (a b) (c d) (e f): channel 0 is a c e.
    expect(Chain(DataType::f32, {1, 2, 3}, Values(6)).binary(add, DataType::f32, {1, 2, 3}, {1, 2, 3, 4, 5, 6}).done(),
           "D32", {1, 2, 3, 4, 5, 6}, {1, 3, 5, 2, 4, 6});
}

TEST(Deviation, OfParameters) {
    const auto multiply = BinaryAlgorithm::multiply;
    const Values ones{1, 1, 1, 1};
    expect(Chain(DataType::f32, {1, 2, 2}, ones).binary(multiply, DataType::f32, {1, 2, 1}, {3, 5}).done(), "D25",
           {3, 3, 5, 5}, {3, 5, 3, 5});
    expect(Chain(DataType::f32, {1, 2, 2}, ones).binary(multiply, DataType::f32, {1, 2, 1}, {3, 5}).done(), "D26",
           {3, 3, 5, 5}, {3, 3, 3, 3});
    expect(Chain(DataType::f32, {1, 2, 2}, ones).binary(multiply, DataType::f32, {1, 2, 1}, {3, 5}).done(), "D28",
           {3, 3, 5, 5}, {0, 0, 0, 0});
    expect(Chain(DataType::f32, {1}, {0x1p100}).binary(multiply, DataType::f32, {1}, {0x1p-130}).done(), "D49",
           {0x1p-30}, {0});
    expect(Chain(DataType::f32, {1, 2, 2}, ones)
               .node(graph::Permute{{0, 2, 1}}, DataType::f32)
               .binary(multiply, DataType::f32, {1, 2, 1}, {3, 5})
               .done(),
           "D62", {3, 3, 5, 5}, {3, 5, 3, 5});
    CaseBuilder shared("shared");
    const auto scale = shared.scalar("scale", 3);
    const auto x = shared.input("x", TensorData(DataType::f32, {1}, {1}));
    const auto first = shared.node("first", Binary{multiply}, {x, scale}, DataType::f32);
    // Each of the two readers squares it here: 1 * 9 * 9.
    expect(shared.build({shared.node("second", Binary{multiply}, {first, scale}, DataType::f32)}), "D35", {9}, {81});
    // 2049 as a factor behind a quantize, folded in f16, is 2048.
    graph::Case folded = quantizer({1}, 256, {0, 255, 0, 255}, DataType::u8, false);
    folded.data[static_cast<std::size_t>(*folded.graph.find_tensor("one"))].set(0, 2049);
    expect(folded, "D63", {2049}, {2048});
    expect(folded, "D04", {2049}, {255});
}

TEST(Deviation, OfSumsPoolingsAndMovements) {
    const auto sum = [](const graph::Sum& operation) {
        CaseBuilder builder("sum");
        const auto x = builder.input("x", TensorData(DataType::f32, {1}, {1}));
        const auto y = builder.input("y", TensorData(DataType::s8, {1}, {10}));
        return builder.build({builder.node("sum", operation, {x, y}, DataType::f32)});
    };
    expect(sum({2, 3, graph::Reinterpretation::none}), "D71", {15}, {21});  // 1 + 2 * (10 - 3), 1 + 2 * 10
    expect(sum({2, 3, graph::Reinterpretation::none}), "D72", {15}, {8});
    const auto pool = [](graph::PoolingAlgorithm algorithm, DataType type) {
        return Chain(type, {1, 1, 2}, {-4, -8}).node(graph::Pooling{algorithm, {2}, {2}, {1}, {1}, {1}}, type).done();
    };
    expect(pool(graph::PoolingAlgorithm::maximum, DataType::s8), "D69", {-4, -8}, {0, 0});
    expect(pool(graph::PoolingAlgorithm::average_include_padding, DataType::f32), "D68", {-2, -4}, {-4, -8});
    // 3 from 2: centres 1/3, 1, 5/3 less 1/2: -1/6, 1/2, 7/6; floor(p * 2 / 3): 0, 0, 1.
    const graph::Case nearest = Chain(DataType::f32, {1, 1, 5}, {0, 1, 2, 3, 4})
                                    .node(graph::Resampling{graph::ResamplingAlgorithm::nearest, {2}}, DataType::f32)
                                    .done();
    expect(nearest, "D70", {1, 3}, {0, 2});  // centres 1.25 - 0.5 and 3.75 - 0.5: 0.75 and 3.25
    CaseBuilder builder("concat");
    const auto a = builder.input("a", TensorData(DataType::u8, {1, 1}, {1}));
    const auto b = builder.input("b", TensorData(DataType::u8, {1, 1}, {2}));
    std::vector<TensorId> parts(graph::slots_of(graph::Concat{}).size(), graph::kAbsent);
    parts[0] = a;
    parts[1] = b;
    expect(builder.build({builder.node("concat", graph::Concat{1}, parts, DataType::u8)}), "D60", {1, 2}, {2, 0});
}

TEST(Deviation, OfZeroPointsOfConversions) {
    const auto node = [](const graph::Operation& operation, double x, DataType from, DataType to) {
        CaseBuilder builder("zero_point");
        const auto data = builder.input("x", TensorData(from, {1}, {x}));
        const auto zero = builder.constant("zero", TensorData(DataType::s32, {1}, {3}));
        return builder.build({builder.node("node", operation, {data, builder.scalar("scale", 2), zero}, to)});
    };
    // 5 / 2 = 2.5: RNE is 2, + 3 = 5; RNE(5.5) = 6.
    expect(node(graph::Quantize{}, 5, DataType::f32, DataType::u8), "D66", {5}, {6});
    expect(node(graph::Dequantize{}, 10, DataType::u8, DataType::f32), "D67", {14}, {17});  // (10 - 3) * 2, 20 - 3
}

}  // namespace
}  // namespace difftest::faults
