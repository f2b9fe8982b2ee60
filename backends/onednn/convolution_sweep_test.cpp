#include "backends/onednn/onednn_backend.hpp"
#include "backends/onednn/random_tail.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <iostream>

/// Convolution and deconvolution against the oracle: types, geometries, groups, zero points, bias and tails. What the
/// library gets wrong (LIBRARY_TROUBLE.md) is left out: deconvolutions have no output padding, no kernel smaller than
/// the stride, no groups of one channel and no zero point per channel.
namespace difftest::backends::onednn {
namespace {

using graph::DataType;
using graph::kAbsent;
using graph::Shape;
using graph::TensorId;

struct Geometry {
    std::vector<std::int64_t> kernel, strides, dilations, pads_begin, pads_end;
    Shape spatial;
};

class ConvolutionSweep : public testing::Test {
protected:
    Geometry random_geometry(bool transposed) {
        Geometry g;
        for (std::int64_t dimensions = draw_(1, 3); dimensions > 0; --dimensions) {
            g.strides.push_back(draw_(1, 2));
            g.kernel.push_back(draw_(transposed ? g.strides.back() : 1, 3));
            g.dilations.push_back(transposed || draw_.chance(3, 4) ? 1 : 2);
            const std::int64_t range = (g.kernel.back() - 1) * g.dilations.back() + 1;
            g.pads_begin.push_back(draw_(0, range / 2));
            g.pads_end.push_back(draw_(0, range / 2));
            g.spatial.push_back(draw_(std::max<std::int64_t>(range, 2), 7));
        }
        return g;
    }

    static Shape shape(std::int64_t first, std::int64_t second, const Shape& rest) {
        Shape result{first, second};
        result.insert(result.end(), rest.begin(), rest.end());
        return result;
    }

    void check(int problem, bool transposed) {
        graph::CaseBuilder builder(fmt::format("{} {}", transposed ? "deconvolution" : "convolution", problem));
        const Geometry g = random_geometry(transposed);
        const std::int64_t groups = !transposed && draw_.chance(1, 3) ? draw_(2, 3) : 1;
        const std::int64_t channels = groups * draw_(1, 20);
        const std::int64_t outputs = groups * draw_(1, 20);
        const auto source = draw_.one_of({DataType::u8, DataType::s8, DataType::u8, DataType::f32, DataType::bf16});
        const bool integers = graph::is_integer(source);
        const auto type = integers ? DataType::s8 : source;
        const auto sum = integers ? DataType::s32 : DataType::f32;
        std::vector<TensorId> inputs{
            builder.input("x", draw_.values(source, shape(draw_(1, 2), channels, g.spatial))),
            builder.constant("w", draw_.values(type, shape(outputs, channels / groups, g.kernel))), kAbsent, kAbsent,
            kAbsent};
        if (draw_.chance(1, 2)) {
            inputs[2] = builder.constant("bias", draw_.values(sum, {outputs}));
        }
        if (integers && draw_.chance(1, 3)) {
            const Shape parameters = !transposed && draw_.chance(1, 3) ? Shape{channels} : Shape{};
            inputs[3] = builder.constant("z", draw_.tensor(DataType::s32, parameters, 0, 100));
        }
        graph::Operation operation = graph::Convolution{g.strides, g.dilations, g.pads_begin, g.pads_end, groups};
        if (transposed) {
            const std::vector<std::int64_t> none(g.kernel.size(), 0);
            operation = graph::Deconvolution{g.strides, g.dilations, g.pads_begin, g.pads_end, none, groups};
        }
        const TensorId sums = builder.node("y", operation, inputs, sum);
        // By GEMM oneDNN 2.6 computes operands for each channel wrongly from the second group on.
        const std::int64_t longest = groups > 1 && is_version_2(*backend_) ? 0 : 3;
        comparison_.check(builder.build({random_tail(builder, draw_, sums, {longest, true, true, true, true})}));
    }

    void finish(int least) {
        std::cout << comparison_.summary();
        EXPECT_GE(comparison_.runs(), least);
    }

    std::unique_ptr<Backend> backend_ = make_onednn_backend();
    OracleComparison comparison_{*backend_};
    Draw draw_{3};
};

TEST_F(ConvolutionSweep, Deconvolution) {
    for (int problem = 0; problem < 100; ++problem) {
        check(problem, true);
    }
    finish(60);
}

}  // namespace
}  // namespace difftest::backends::onednn
