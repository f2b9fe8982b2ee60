// Softmax and logsoftmax against an evaluation of their own: every exponential and logarithm correctly rounded from
// 200-bit arithmetic, the sum in orders of our choosing. Each such result must be in the set; the width of a set must
// be what the error bounds of its operations add up to.
#include "reference/graph/case_builder.hpp"
#include "reference/oracle/oracle.hpp"

#include <gtest/gtest.h>
#include <mpfr.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

namespace difftest::oracle {
namespace {

using graph::DataType;
using graph::SoftmaxAlgorithm;
using graph::TensorData;

float correctly_rounded(int (*function)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t), float x) {
    mpfr_t value;
    mpfr_init2(value, 200);
    mpfr_set_flt(value, x, MPFR_RNDN);
    function(value, value, MPFR_RNDN);
    const float result = mpfr_get_flt(value, MPFR_RNDN);
    mpfr_clear(value);
    return result;
}

AllowedTensor sets_of(const TensorData& data, graph::Softmax op, const contract::Contract& contract) {
    graph::CaseBuilder builder("softmax");
    const auto input = builder.input("data", data);
    const auto output = builder.node("y", op, {input}, DataType::f32);
    const graph::Case value = builder.build({output});
    return evaluate(value, contract).of(output);
}

/// Adds two random terms until one is left.
float sum_in_some_order(std::vector<float> terms, std::mt19937& engine) {
    while (terms.size() > 1) {
        std::shuffle(terms.begin(), terms.end(), engine);
        const float last = terms.back();
        terms.pop_back();
        terms.back() += last;
    }
    return terms.front();
}

struct Evaluated {
    std::vector<float> differences;
    std::vector<float> exponentials;
};

Evaluated evaluated(const std::vector<double>& x) {
    const auto largest = static_cast<float>(*std::max_element(x.begin(), x.end()));
    Evaluated result;
    for (const double each : x) {
        result.differences.push_back(static_cast<float>(each) - largest);
        result.exponentials.push_back(correctly_rounded(mpfr_exp, result.differences.back()));
    }
    return result;
}

std::vector<double> drawn(std::mt19937& engine, std::size_t count, double reach) {
    std::uniform_int_distribution<int> whole(-1000, 1000);
    std::vector<double> x(count);
    std::generate(x.begin(), x.end(), [&] { return static_cast<float>(whole(engine) / 1000.0 * reach); });
    return x;
}

TEST(Softmax, HoldsEveryOrderOfTheSumBothWaysToDivideAndIsNoWiderThanTheirBounds) {
    std::mt19937 engine(7);
    for (const std::size_t count : {1, 2, 3, 5, 17, 64}) {
        for (int turn = 0; turn < 20; ++turn) {
            const std::vector<double> x = drawn(engine, count, turn % 2 == 0 ? 2 : 30);
            const auto extent = static_cast<std::int64_t>(count);
            const AllowedTensor sets = sets_of(TensorData(DataType::f32, {1, extent}, x), {}, {});
            const Evaluated by_hand = evaluated(x);
            for (int order = 0; order < 5; ++order) {
                const float sum = sum_in_some_order(by_hand.exponentials, engine);
                for (std::size_t i = 0; i < count; ++i) {
                    const float e = by_hand.exponentials[i];
                    EXPECT_TRUE(sets.contains(static_cast<std::int64_t>(i), e / sum)) << count << " " << i;
                    EXPECT_TRUE(sets.contains(static_cast<std::int64_t>(i), e * (1 / sum))) << count << " " << i;
                }
            }
            for (std::size_t i = 0; i < count; ++i) {
                const AllowedSet set = sets.at(static_cast<std::int64_t>(i));
                // (n - 1) units for the sum, one for the reciprocal, one for the product, on both sides; a unit of
                // slack.
                const double units = 2.0 * (static_cast<double>(count) + 2) * 0x1p-24;
                const double width = set.intervals.back().hi - set.intervals.front().lo;
                EXPECT_LE(width, units * set.intervals.back().hi + 0x1p-148) << count << ": " << set.to_string();
            }
        }
    }
}

TEST(Softmax, TheLogarithmHoldsEveryOrderOfTheSum) {
    std::mt19937 engine(8);
    for (const std::size_t count : {1, 2, 5, 33}) {
        for (int turn = 0; turn < 20; ++turn) {
            const std::vector<double> x = drawn(engine, count, 8);
            const auto extent = static_cast<std::int64_t>(count);
            const AllowedTensor sets =
                sets_of(TensorData(DataType::f32, {1, extent}, x), {SoftmaxAlgorithm::logarithm, 1}, {});
            const Evaluated by_hand = evaluated(x);
            for (int order = 0; order < 5; ++order) {
                const float log = correctly_rounded(mpfr_log, sum_in_some_order(by_hand.exponentials, engine));
                for (std::size_t i = 0; i < count; ++i) {
                    EXPECT_TRUE(sets.contains(static_cast<std::int64_t>(i), by_hand.differences[i] - log));
                }
            }
        }
    }
}

TEST(Softmax, OneElementIsCertain) {
    const TensorData data(DataType::s8, {2, 1, 2}, {-128, 127, 5, 6});
    const AllowedTensor shares = sets_of(data, {SoftmaxAlgorithm::share, 1}, {});
    const AllowedTensor logarithms = sets_of(data, {SoftmaxAlgorithm::logarithm, 1}, {});
    for (std::int64_t i = 0; i < data.size(); ++i) {
        EXPECT_EQ(shares.point(i), 1);
        EXPECT_EQ(logarithms.point(i), 0);
    }
}

TEST(Softmax, RunsAlongItsAxisOnly) {
    // Columns 0 and 100 give 0 and 1; rows of equal values would give halves.
    const TensorData data(DataType::u8, {1, 2, 2}, {0, 0, 100, 100});
    const AllowedTensor sets = sets_of(data, {SoftmaxAlgorithm::share, 1}, {});
    EXPECT_FALSE(sets.contains(0, 0.5));
    EXPECT_TRUE(sets.contains(2, 1));
    const AllowedTensor rows = sets_of(data, {SoftmaxAlgorithm::share, 2}, {});
    EXPECT_TRUE(rows.contains(0, 0.5));
    EXPECT_FALSE(rows.contains(0, 1));
}

TEST(Softmax, TheErrorsOfTheLibrarysFunctionsAreGrantedOnlyByTheContract) {
    const TensorData data(DataType::f32, {1, 2}, {0, -1});
    // 1 / (1 + 1/e) = 0.7310585786...; an exponential that is off by 2^-23 moves it by 0.7311^2 * 2^-23 = 1.07 * 2^-24.
    const auto onednn = contract::level("onednn2").value();
    const AllowedSet strict = sets_of(data, {}, {}).at(0);
    const AllowedSet measured = sets_of(data, {}, onednn).at(0);
    const auto width = [](const AllowedSet& set) { return set.intervals.back().hi - set.intervals.front().lo; };
    EXPECT_GT(width(measured), width(strict));
    EXPECT_TRUE(measured.contains(static_cast<float>(0.73105857863000487925)));
    EXPECT_FALSE(measured.contains(0.73106F));
}

TEST(Softmax, NothingIsSaidOfALineWithAnInfinity) {
    const double infinity = std::numeric_limits<double>::infinity();
    const AllowedTensor sets = sets_of(TensorData(DataType::f32, {2, 2}, {0, infinity, 0, 1}), {}, {});
    EXPECT_TRUE(sets.at(0).unconstrained);
    EXPECT_TRUE(sets.at(1).unconstrained);
    EXPECT_FALSE(sets.at(2).unconstrained);
}

}  // namespace
}  // namespace difftest::oracle
