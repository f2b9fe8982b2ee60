// The sets of elementwise operations against exact rational arithmetic: without freedoms the set is the chain of
// correctly rounded steps; with freedoms it is exactly what enumerating the granted evaluations gives.
#include "reference/oracle/testing/exact.hpp"
#include "reference/oracle/testing/proof.hpp"
#include "reference/oracle/testing/single_op.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace difftest::oracle {
namespace {

using contract::Freedom;
using graph::BinaryAlgorithm;
using graph::DataType;
using testing::Chain;
using testing::granting;
using testing::nearest_even;
using testing::ProofCount;
using testing::Rational;
using testing::round_to_float;

const std::size_t kElements = testing::proof_size("DIFFTEST_PROOF_ELEMENTS", 3000);

/// Floats of moderate exponent with full mantissas; one in eight is a multiple of 1/8 so that ties and exact results
/// occur.
std::vector<double> random_floats(std::uint32_t seed, int least_exponent, int greatest_exponent) {
    std::mt19937 engine(seed);
    std::vector<double> values(kElements);
    for (double& value : values) {
        const auto mantissa = 1.0F + static_cast<float>(engine() >> 9) * 0x1p-23F;
        const int span = greatest_exponent - least_exponent + 1;
        const int exponent = least_exponent + static_cast<int>(engine() % static_cast<unsigned>(span));
        value = (engine() % 2 == 0 ? 1 : -1) * std::ldexp(mantissa, exponent);
        if (engine() % 8 == 0) {
            value = static_cast<double>(static_cast<int>(engine() % 4096) - 2048) / 8;
        }
    }
    return values;
}

Rational exact(double value) {
    return Rational(value);
}

std::set<double> values_of(const AllowedSet& set) {
    std::set<double> values;
    for (const Interval& part : set.intervals) {
        EXPECT_EQ(part.lo, part.hi);
        values.insert(part.lo);
    }
    return values;
}

TEST(Rational, BinaryOperationsAreCorrectlyRounded) {
    ProofCount proof("add, subtract, multiply, divide", "strict");
    const auto a = random_floats(1, -20, 20);
    auto b = random_floats(2, -20, 20);
    std::replace(b.begin(), b.end(), 0.0, 1.0);
    const std::pair<BinaryAlgorithm, Rational (*)(const Rational&, const Rational&)> operations[] = {
        {BinaryAlgorithm::add, [](const Rational& x, const Rational& y) { return Rational(x + y); }},
        {BinaryAlgorithm::subtract, [](const Rational& x, const Rational& y) { return Rational(x - y); }},
        {BinaryAlgorithm::multiply, [](const Rational& x, const Rational& y) { return Rational(x * y); }},
        {BinaryAlgorithm::divide, [](const Rational& x, const Rational& y) { return Rational(x / y); }},
    };
    for (const auto& [algorithm, definition] : operations) {
        Chain chain(DataType::f32, a);
        chain.then(graph::Binary{algorithm}, {chain.vector(DataType::f32, b)});
        const AllowedTensor sets = chain.sets();
        ASSERT_TRUE(sets.all_points());
        proof.add(kElements);
        for (std::size_t i = 0; i < kElements; ++i) {
            ASSERT_EQ(sets.points()[i], round_to_float(definition(exact(a[i]), exact(b[i])))) << a[i] << " " << b[i];
        }
    }
}

TEST(Rational, AProductThatFeedsASumHasExactlyTheTwoGrantedResults) {
    ProofCount proof("multiply, add or subtract", "F2");
    const auto x = random_floats(3, -3, 8);
    const auto scale = random_floats(4, -6, 2);
    const auto addend = random_floats(5, -3, 8);
    for (const bool subtract : {false, true}) {
        Chain chain(DataType::f32, x);
        chain.then(graph::Binary{BinaryAlgorithm::multiply}, {chain.vector(DataType::f32, scale)});
        chain.then(graph::Binary{subtract ? BinaryAlgorithm::subtract : BinaryAlgorithm::add},
                   {chain.vector(DataType::f32, addend)});
        const AllowedTensor sets = chain.sets(granting({Freedom::fused_multiply_add}));
        proof.add(kElements);
        for (std::size_t i = 0; i < kElements; ++i) {
            const Rational product = exact(x[i]) * exact(scale[i]);
            const Rational third = subtract ? -exact(addend[i]) : exact(addend[i]);
            const std::set<double> expected{round_to_float(product + third),
                                            round_to_float(exact(round_to_float(product)) + third)};
            ASSERT_EQ(values_of(sets.at(static_cast<std::int64_t>(i))), expected);
        }
    }
}

TEST(Rational, TwoScalesHaveExactlyTheThreeAssociations) {
    ProofCount proof("two scales", "F1");
    const auto x = random_floats(6, 0, 12);
    const auto first = random_floats(7, -8, 0);
    const auto second = random_floats(8, -8, 0);
    Chain chain(DataType::f32, x);
    chain.then(graph::Binary{BinaryAlgorithm::multiply}, {chain.vector(DataType::f32, first)});
    chain.then(graph::Binary{BinaryAlgorithm::multiply}, {chain.vector(DataType::f32, second)});
    const AllowedTensor sets = chain.sets(granting({Freedom::scale_association}));
    const auto rounded_product = [](double a, double b) { return round_to_float(exact(a) * exact(b)); };
    proof.add(kElements);
    for (std::size_t i = 0; i < kElements; ++i) {
        const std::set<double> expected{rounded_product(rounded_product(x[i], first[i]), second[i]),
                                        rounded_product(rounded_product(x[i], second[i]), first[i]),
                                        rounded_product(x[i], rounded_product(first[i], second[i]))};
        ASSERT_EQ(values_of(sets.at(static_cast<std::int64_t>(i))), expected);
    }
}

double saturated(const mpz_class& value, double lo, double hi) {
    return std::min(std::max(value.get_d(), lo), hi);
}

TEST(Rational, QuantizeWithQuotientAndReciprocal) {
    ProofCount proof("quantize", "strict, F3");
    const auto x = random_floats(9, -2, 9);
    for (const float scale : {0.3F, 14.0F, 30.0F, 0.00214854861F, 1.0F, 0.125F}) {
        for (const double zero_point : {0.0, 3.0, 128.0, 255.0}) {
            Chain chain(DataType::f32, x);
            chain.then(graph::Quantize{}, {chain.scalar(scale), chain.integer(zero_point)}, DataType::u8);
            const AllowedTensor strict = chain.sets();
            const AllowedTensor reciprocal = chain.sets(granting({Freedom::reciprocal_division}));
            const Rational inverse = exact(round_to_float(1 / exact(scale)));
            proof.add(kElements);
            for (std::size_t i = 0; i < kElements; ++i) {
                const mpz_class quotient = nearest_even(exact(round_to_float(exact(x[i]) / exact(scale))));
                const mpz_class product = nearest_even(exact(round_to_float(exact(x[i]) * inverse)));
                const double a = saturated(quotient + mpz_class(zero_point), 0, 255);
                const double b = saturated(product + mpz_class(zero_point), 0, 255);
                ASSERT_EQ(strict.points()[i], a);
                ASSERT_EQ(values_of(reciprocal.at(static_cast<std::int64_t>(i))), (std::set<double>{a, b}));
            }
        }
    }
}

TEST(Rational, RequantizeWithTheZeroPointOnEitherSide) {
    ProofCount proof("requantize", "strict");
    std::mt19937 engine(10);
    std::vector<double> acc(kElements);
    for (double& value : acc) {
        value = static_cast<std::int32_t>(engine()) / 16;
    }
    const float multiplier = 0.0000028F;
    for (const auto site : {graph::ZeroPointSite::after_rounding, graph::ZeroPointSite::before_rounding}) {
        Chain chain(DataType::s32, acc);
        chain.then(graph::Requantize{graph::Rounding::half_to_even, site},
                   {chain.scalar(multiplier), chain.integer(-5)}, DataType::s8);
        const AllowedTensor sets = chain.sets();
        proof.add(kElements);
        for (std::size_t i = 0; i < kElements; ++i) {
            const Rational v = exact(round_to_float(exact(round_to_float(exact(acc[i]))) * exact(multiplier)));
            const mpz_class k = site == graph::ZeroPointSite::after_rounding
                                    ? mpz_class(nearest_even(v) - 5)
                                    : nearest_even(exact(round_to_float(v - 5)));
            ASSERT_EQ(sets.points()[i], saturated(k, -128, 127));
        }
    }
}

TEST(Rational, FakeQuantizeInBothForms) {
    ProofCount proof("fake_quantize", "strict, F13");
    const auto x = random_floats(11, -4, 3);
    struct Range {
        float il, ih, ol, oh;
        int levels;
    };
    for (const Range r :
         {Range{-1.75F, 0.86F, 0, 255, 256}, Range{0, 5.3F, -127, 127, 255}, Range{-3, 3, -0.7F, 1.9F, 16}}) {
        Chain chain(DataType::f32, x);
        chain.then(graph::FakeQuantize{r.levels, graph::FakeQuantizeForm::specification},
                   {chain.scalar(r.il), chain.scalar(r.ih), chain.scalar(r.ol), chain.scalar(r.oh)});
        const AllowedTensor strict = chain.sets();
        const AllowedTensor free = chain.sets(granting({Freedom::fake_quantize_scale_shift}));
        const auto rn = [](const Rational& value) { return exact(round_to_float(value)); };
        const Rational top = r.levels - 1;
        const Rational is = rn(top / rn(exact(r.ih) - exact(r.il)));
        const Rational ish = rn(-exact(r.il) * is);
        const Rational os = rn(rn(exact(r.oh) - exact(r.ol)) / top);
        proof.add(kElements);
        for (std::size_t i = 0; i < kElements; ++i) {
            const Rational v = exact(x[i]);
            double specified = 0;
            if (x[i] <= r.il) {
                specified = r.ol;
            } else if (x[i] > r.ih) {
                specified = r.oh;
            } else {
                const Rational position = rn(rn(v - exact(r.il)) / rn(exact(r.ih) - exact(r.il)));
                const Rational k = nearest_even(rn(position * top));
                specified = round_to_float(rn(rn(k / top) * rn(exact(r.oh) - exact(r.ol))) + exact(r.ol));
            }
            ASSERT_EQ(strict.points()[i], specified) << x[i];
            const mpz_class unclamped = nearest_even(rn(rn(v * is) + ish));
            const mpz_class k = std::min(std::max(unclamped, mpz_class(0)), mpz_class(r.levels - 1));
            const double clamped_before = round_to_float(rn(Rational(k) * os) + exact(r.ol));
            const double unlimited = round_to_float(rn(Rational(unclamped) * os) + exact(r.ol));
            const double clamped_after = std::min<double>(std::max<double>(unlimited, r.ol), r.oh);
            ASSERT_EQ(values_of(free.at(static_cast<std::int64_t>(i))),
                      (std::set<double>{specified, clamped_before, clamped_after}));
        }
    }
}

TEST(Rational, LinearAndDequantize) {
    ProofCount proof("linear, dequantize", "strict, F2");
    const auto x = random_floats(12, -5, 10);
    Chain linear(DataType::f32, x);
    linear.then(graph::Eltwise{graph::EltwiseAlgorithm::linear, 0.7F, -3.1F});
    const AllowedTensor sets = linear.sets(granting({Freedom::fused_multiply_add}));
    proof.add(kElements);
    for (std::size_t i = 0; i < kElements; ++i) {
        const Rational product = exact(x[i]) * exact(0.7F);
        const std::set<double> expected{round_to_float(product + exact(-3.1F)),
                                        round_to_float(exact(round_to_float(product)) + exact(-3.1F))};
        ASSERT_EQ(values_of(sets.at(static_cast<std::int64_t>(i))), expected);
    }
    std::vector<double> q;
    for (int value = -128; value < 128; ++value) {
        q.push_back(value);
    }
    Chain dequantize(DataType::s8, q);
    dequantize.then(graph::Dequantize{}, {dequantize.scalar(0.0123F), dequantize.integer(-7)});
    const AllowedTensor real = dequantize.sets();
    for (std::size_t i = 0; i < q.size(); ++i) {
        ASSERT_EQ(real.points()[i], round_to_float((exact(q[i]) + 7) * exact(0.0123F)));
    }
}

}  // namespace
}  // namespace difftest::oracle
