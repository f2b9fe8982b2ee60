#include "reference/oracle/plane_products.hpp"

#include "reference/oracle/shifted_sums.hpp"
#include "reference/oracle/testing/proof.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

// The reference is the definition, sum_terms: one product after the other in 64 bits, over the connections that the
// window says. That those are the right ones is shown in convolution_test.cpp, element by element.

namespace difftest::oracle {
namespace {

class Draw {
public:
    explicit Draw(std::uint32_t seed) : engine_(seed) {}
    std::int64_t operator()(std::int64_t lo, std::int64_t hi) {
        return lo + static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(hi - lo + 1));
    }

private:
    std::mt19937 engine_;
};

std::vector<std::int32_t> integers(Draw& draw, std::int64_t count, std::int64_t largest) {
    std::vector<std::int32_t> values(static_cast<std::size_t>(count));
    std::generate(values.begin(), values.end(), [&] { return static_cast<std::int32_t>(draw(-largest, largest)); });
    return values;
}

/// Extents from nothing to several vectors, kernels that reach beyond the input, strides beyond the kernel.
Contraction draw_convolution(Draw& draw, bool transposed) {
    Contraction result;
    Accumulation& shape = result.shape;
    shape.transposed = transposed;
    shape.batch = draw(1, 2);
    shape.groups = draw(1, 3);
    shape.inputs_per_group = draw(1, 4);
    shape.outputs_per_group = draw(1, 9);
    shape.flip_kernel = draw(0, 9) == 0;
    const auto dims = static_cast<std::size_t>(draw(1, 3));
    for (std::size_t d = Window::kDims - dims; d < Window::kDims; ++d) {
        Window& window = shape.window;
        window.kernel[d] = draw(1, 4);
        window.stride[d] = draw(1, 5);
        window.dilation[d] = draw(1, 3);
        window.pad[d] = draw(-1, 6);
        window.small[d] = draw(1, d == 2 && dims < 3 ? 40 : 6);
        window.large[d] = draw(1, d == 2 && dims < 3 ? 60 : 9);
    }
    return result;
}

Contraction draw_matrices(Draw& draw) {
    Contraction result;
    result.matrix = true;
    result.shape.inputs_per_group = draw(1, 70);
    result.shape.outputs_per_group = draw(1, 40);
    result.shape.window.small[2] = draw(1, 40);
    result.shape.window.large[2] = result.shape.window.small[2];
    result.slabs.clear();
    const std::int64_t slabs = draw(1, 3);
    const bool broadcast = draw(0, 1) == 1;
    for (std::int64_t slab = 0; slab < slabs; ++slab) {
        result.slabs.push_back({slab * result.shape.inputs_per_group * result.shape.window.small[2],
                                broadcast ? 0 : slab * result.shape.inputs_per_group * result.shape.outputs_per_group});
    }
    return result;
}

std::int64_t product(std::int32_t a, std::int32_t b) {
    return std::int64_t{a} * b;
}

std::string text(const Contraction& contraction) {
    const Accumulation& shape = contraction.shape;
    std::string result = shape.transposed ? "deconvolution" : "convolution";
    for (std::size_t d = 0; d < Window::kDims; ++d) {
        for (const auto* extents : {&shape.window.small, &shape.window.large, &shape.window.kernel,
                                    &shape.window.stride, &shape.window.dilation, &shape.window.pad}) {
            result += " " + std::to_string((*extents)[d]);
        }
        result += ";";
    }
    return result;
}

void expect_equals_definition(const Contraction& contraction, Draw& draw, testing::ProofCount& proof) {
    const Accumulation& shape = contraction.shape;
    const auto slabs = static_cast<std::int64_t>(contraction.slabs.size());
    const auto x = integers(draw, slabs * shape.batch * shape.input_channels() * shape.input_size(), 255);
    const auto w = integers(draw, slabs * shape.output_channels() * shape.taps(), 255);
    ASSERT_TRUE(are_narrow(contraction, x, w));
    const auto expected = sum_terms<std::int64_t>(contraction, std::span<const std::int32_t>(x),
                                                  std::span<const std::int32_t>(w), product);
    ASSERT_EQ(sum_plane_products(contraction, x, w), expected) << text(contraction);
    proof.add(expected.size());
}

TEST(PlaneProducts, EqualTheDefinitionForConvolutions) {
    Draw draw(1);
    const std::size_t problems = testing::proof_size("DIFFTEST_PROOF_PROBLEMS", 400);
    testing::ProofCount proof("convolution: sums of planes are those of single products", "strict");
    for (std::size_t n = 0; n < problems && !HasFailure(); ++n) {
        expect_equals_definition(draw_convolution(draw, false), draw, proof);
    }
}

TEST(PlaneProducts, EqualTheDefinitionForDeconvolutions) {
    Draw draw(2);
    const std::size_t problems = testing::proof_size("DIFFTEST_PROOF_PROBLEMS", 400);
    testing::ProofCount proof("deconvolution: sums of planes are those of single products", "strict");
    for (std::size_t n = 0; n < problems && !HasFailure(); ++n) {
        expect_equals_definition(draw_convolution(draw, true), draw, proof);
    }
}

TEST(PlaneProducts, EqualTheDefinitionForMatrices) {
    Draw draw(3);
    const std::size_t problems = testing::proof_size("DIFFTEST_PROOF_PROBLEMS", 200);
    testing::ProofCount proof("product of matrices: sums of planes are those of single products", "strict");
    for (std::size_t n = 0; n < problems && !HasFailure(); ++n) {
        expect_equals_definition(draw_matrices(draw), draw, proof);
    }
}

TEST(PlaneProducts, AreRefusedWhereAFactorOrAPartialSumMayBeTooLarge) {
    Contraction contraction;
    const std::vector<std::int32_t> one{1, 0};
    EXPECT_TRUE(are_narrow(contraction, std::vector<std::int32_t>{32767, -32767}, one));
    EXPECT_FALSE(are_narrow(contraction, std::vector<std::int32_t>{32768, 0}, one));
    EXPECT_FALSE(are_narrow(contraction, one, std::vector<std::int32_t>{0, -32768}));
    EXPECT_FALSE(
        are_narrow(contraction, std::vector<std::int32_t>{0, 0}, std::vector<std::int32_t>{-2147483647 - 1, 0}));
    // 65793 * 255 * 128 = 2147483520 < 2^31, and one tap more is 2^31 + 32512 (semantics, section 3.1).
    contraction.shape.inputs_per_group = 65793;
    const std::vector<std::int32_t> x{255, 0};
    const std::vector<std::int32_t> w{-128, 127};
    EXPECT_TRUE(are_narrow(contraction, x, w));
    contraction.shape.inputs_per_group = 65794;
    EXPECT_FALSE(are_narrow(contraction, x, w));
}

TEST(ShiftedSums, AreTheSameWithAndWithoutSpecialInstructions) {
    Draw draw(4);
    for (std::int64_t rows = 1; rows <= ShiftedSums::kMostRows; ++rows) {
        const auto numbers = [&](std::int64_t count, std::int64_t largest) {
            const std::vector<std::int32_t> wide = integers(draw, count, largest);
            return std::vector<std::int16_t>(wide.begin(), wide.end());
        };
        const std::vector<std::int16_t> values = numbers(400, 32767);
        const std::vector<std::int64_t> shifts{0, 7, 3, 100, 51};
        const std::vector<std::int16_t> weights = numbers(rows * 10, 6500);  // 10 * 32767 * 6500 < 2^31
        constexpr std::int64_t kPitch = 80;
        std::vector<std::int32_t> sums(static_cast<std::size_t>(rows * kPitch));
        std::vector<std::int32_t> portable(sums.size());
        ShiftedSums job{values.data(), shifts, weights.data(), rows, 67, sums.data(), kPitch};
        compute(job);
        job.sums = portable.data();
        compute_portably(job);
        EXPECT_EQ(sums, portable);
    }
}

}  // namespace
}  // namespace difftest::oracle
