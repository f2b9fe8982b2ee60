#include "backends/kernel_manifest/pattern_match.hpp"

#include "backends/kernel_manifest/bindings.hpp"
#include "reference/graph/case_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace difftest::backends::kernel_manifest {
namespace {

using graph::DataType;
using testing::ElementsAre;
using testing::HasSubstr;

/// relu -> [product] -> fake_quantize to u8, 256 levels.
Manifest manifest() {
    return parse_manifest(R"({
      "format": "difftest-kernel-manifest", "version": 1, "entry": "chain",
      "pattern": [{"name": "relu", "op": "eltwise", "attributes": {"algorithm": {"one_of": ["relu", "abs"]}}},
                  {"name": "product", "op": "binary", "optional": true, "attributes": {"algorithm": "multiply"}},
                  {"name": "quant", "op": "fake_quantize", "chain": "data", "attributes": {"levels": 256},
                   "types": {"output": "u8"}}],
      "require": ["output.shape[1] <= 4", "product.other.size > 1"],
      "arguments": [{"tensor": "output"}],
      "global": [1]
    })",
                          "my.json");
}

struct Chain {
    bool product = true;
    bool shared_relu = false;
    std::int64_t levels = 256;
    std::int64_t features = 2;
    std::vector<float> scale{2, 3};
    DataType type = DataType::u8;

    graph::Case build() const {
        graph::CaseBuilder builder("chain");
        const graph::TensorId data = builder.input("data", graph::TensorData(DataType::f32, {1, features, 1, 1}));
        const graph::TensorId scale_data = builder.per_channel("scale_data", scale, 4);
        const graph::TensorId low = builder.scalar("low", 0);
        const graph::TensorId high = builder.scalar("high", 255);
        graph::TensorId at = builder.node("sqrt", graph::Eltwise{graph::EltwiseAlgorithm::sqrt}, {data}, DataType::f32);
        at = builder.node("r", graph::Eltwise{graph::EltwiseAlgorithm::relu}, {at}, DataType::f32);
        std::vector<graph::TensorId> outputs;
        if (shared_relu) {
            outputs.push_back(at);
        }
        if (product) {
            at = builder.node("p", graph::Binary{graph::BinaryAlgorithm::multiply}, {scale_data, at}, DataType::f32);
        }
        at = builder.node("q", graph::FakeQuantize{levels}, {at, low, high, low, high}, type);
        outputs.push_back(at);
        return builder.build(outputs);
    }
};

std::string reason(const Chain& chain) {
    const auto result = find_match(manifest(), chain.build().graph);
    const auto* mismatch = std::get_if<Mismatch>(&result);
    return mismatch == nullptr ? "" : mismatch->reason;
}

TEST(PatternMatch, FindsTheChainInsideTheGraph) {
    const graph::Case value = Chain().build();
    const Manifest wanted = manifest();
    const auto result = find_match(wanted, value.graph);
    ASSERT_TRUE(std::holds_alternative<Match>(result));
    const Match& match = std::get<Match>(result);
    EXPECT_THAT(match.nodes, ElementsAre(1, 2, 3));
    const Bindings bindings(wanted, value.graph, match);
    EXPECT_EQ(value.graph.tensor(bindings.tensor({"product", "other"})).name, "scale_data");
    EXPECT_EQ(bindings.value(Expression::parse("output.size * 10 + quant.levels + product.present")), 277);
}

TEST(PatternMatch, OptionalStepsMayBeMissing) {
    Chain chain;
    chain.product = false;
    const graph::Case value = chain.build();
    const Manifest wanted = manifest();
    const auto result = find_match(wanted, value.graph);
    ASSERT_TRUE(std::holds_alternative<Match>(result)) << "what is required of a missing step does not count";
    const Bindings bindings(wanted, value.graph, std::get<Match>(result));
    EXPECT_EQ(bindings.value(Expression::parse("product.present")), 0);
    EXPECT_THROW(bindings.value(Expression::parse("product.other.size")), NotThere);
}

TEST(PatternMatch, SaysWhichNodeAndWhat) {
    Chain chain;
    chain.levels = 255;
    EXPECT_EQ(reason(chain),
              "kernel 'chain' has no place in this graph: step 'quant': the levels of node 'q' is 255, the "
              "pattern wants 256");
    chain = Chain();
    chain.type = DataType::s8;
    EXPECT_THAT(reason(chain), HasSubstr("step 'quant': 'q', the output of node 'q', is s8, the pattern wants u8"));
    chain = Chain();
    chain.shared_relu = true;
    EXPECT_THAT(reason(chain), HasSubstr("step 'product': 'r' is an output of the graph"));
    chain = Chain();
    chain.scale = {2};
    EXPECT_THAT(reason(chain), HasSubstr("'product.other.size > 1' is required"));
    chain.features = 5;
    EXPECT_THAT(reason(chain), HasSubstr("'output.shape[1] <= 4' is required"));
}

}  // namespace
}  // namespace difftest::backends::kernel_manifest
