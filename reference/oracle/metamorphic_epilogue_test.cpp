// Metamorphic relations of what follows an accumulator (semantics, section 4.2): scales, quantization, identities,
// materialized intermediates.
#include "reference/oracle/testing/exact.hpp"
#include "reference/oracle/testing/proof.hpp"
#include "reference/oracle/testing/random_convolution.hpp"
#include "reference/oracle/testing/single_op.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace difftest::oracle {
namespace {

using contract::Contract;
using graph::Binary;
using graph::BinaryAlgorithm;
using graph::DataType;
using graph::Eltwise;
using graph::EltwiseAlgorithm;
using testing::accumulators;
using testing::Array;
using testing::Chain;
using testing::ConvolutionProblem;
using testing::Epilogue;
using testing::ProblemSource;
using testing::ProofCount;

constexpr Binary kMultiply{BinaryAlgorithm::multiply};
constexpr Binary kAdd{BinaryAlgorithm::add};

std::vector<Contract> levels() {
    std::vector<Contract> result;
    for (const char* name : {"strict", "onednn2", "onednn3", "opencl", "qdq"}) {
        result.push_back(*contract::level(name));
    }
    return result;
}

class EpilogueRelation : public ::testing::Test {
protected:
    void for_random_problems(
        const std::function<void(ProblemSource&, const ConvolutionProblem&, const Epilogue&)>& check) {
        ProblemSource source(static_cast<unsigned>(::testing::UnitTest::GetInstance()->random_seed()) + 1);
        const std::size_t problems = testing::proof_size("DIFFTEST_PROOF_PROBLEMS", 20);
        for (std::size_t i = 0; i < problems && !HasFailure(); ++i) {
            const ConvolutionProblem problem = source.convolution(source.coin());
            check(source, problem, source.epilogue(problem));
        }
    }

    /// Chains over random values of some thousand units of the last quantization.
    void for_random_chains(const std::function<void(ProblemSource&, const std::vector<double>&)>& check) {
        ProblemSource source(static_cast<unsigned>(::testing::UnitTest::GetInstance()->random_seed()) + 1);
        const std::size_t problems = testing::proof_size("DIFFTEST_PROOF_PROBLEMS", 20);
        for (std::size_t i = 0; i < problems && !HasFailure(); ++i) {
            check(source, source.integers(200, -40000, 40000));
        }
    }

    void expect_same(const AllowedTensor& actual, const AllowedTensor& expected) {
        ASSERT_EQ(actual.shape(), expected.shape());
        for (std::int64_t i = 0; i < actual.size(); ++i) {
            const AllowedSet set = actual.at(i);
            const AllowedSet other = expected.at(i);
            const bool same = set.intervals == other.intervals && set.may_be_nan == other.may_be_nan &&
                              set.unconstrained == other.unconstrained;
            ASSERT_TRUE(same) << i << ": " << set.to_string() << ", " << other.to_string();
        }
        proof_.add(static_cast<std::uint64_t>(actual.size()));
    }

    ProofCount& proof() { return proof_; }

private:
    ProofCount proof_{::testing::UnitTest::GetInstance()->current_test_info()->name(), "metamorphic"};
};

bool is_inside(const AllowedSet& inner, const AllowedSet& outer) {
    return std::all_of(inner.intervals.begin(), inner.intervals.end(), [&](const Interval& part) {
        return std::any_of(outer.intervals.begin(), outer.intervals.end(),
                           [&](const Interval& around) { return around.lo <= part.lo && part.hi <= around.hi; });
    });
}

float random_scale(ProblemSource& source, int exponent) {
    return std::ldexp(1.0F + static_cast<float>(source.between(0, 8388607)) * 0x1p-23F, exponent);
}

TEST_F(EpilogueRelation, R10NegatedWeightsNegateTheOutput) {
    for_random_problems([&](ProblemSource& source, ConvolutionProblem problem, Epilogue epilogue) {
        problem.w.values = source.integers(problem.w.values.size(), -127, 127);
        problem.w_zero_point.clear();
        epilogue.relu = false;
        epilogue.zero_point = 0;
        const AllowedTensor plain = evaluate_with(problem, epilogue, {});
        const auto negate = [](auto& values) {
            std::for_each(values.begin(), values.end(), [](auto& value) { value = -value; });
        };
        negate(problem.w.values);
        negate(problem.bias);
        negate(epilogue.addends);
        const AllowedTensor negated = evaluate_with(problem, epilogue, {});
        for (std::int64_t i = 0; i < plain.size(); ++i) {
            // -128 has no counterpart.
            ASSERT_EQ(std::max(-127.0, plain.point(i)), -std::max(-127.0, negated.point(i)));
        }
        proof().add(static_cast<std::uint64_t>(plain.size()));
    });
}

TEST_F(EpilogueRelation, R10OnlyRoundingUpIsNotSymmetric) {
    std::vector<double> ties;
    for (int i = -201; i < 200; i += 2) {
        ties.push_back(i * 0.5);
    }
    for (const auto rounding : {graph::Rounding::half_to_even, graph::Rounding::half_away_from_zero,
                                graph::Rounding::toward_zero, graph::Rounding::half_up}) {
        const auto rounded = [&](double sign) {
            std::vector<double> x = ties;
            std::for_each(x.begin(), x.end(), [&](double& value) { value *= sign; });
            Chain chain(DataType::f32, x);
            chain.then(graph::Quantize{rounding}, {chain.scalar(1)}, DataType::s8);
            return chain.sets().points();
        };
        std::vector<double> negated = rounded(-1);
        std::for_each(negated.begin(), negated.end(), [](double& value) { value = -value; });
        EXPECT_EQ(rounded(1) == negated, rounding != graph::Rounding::half_up);
        proof().add(ties.size());
    }
}

TEST_F(EpilogueRelation, R11PowersOfTwoMoveThroughTheScales) {
    for_random_problems([&](ProblemSource& source, const ConvolutionProblem& problem, const Epilogue& epilogue) {
        Epilogue moved = epilogue;
        const float factor = std::ldexp(1.0F, static_cast<int>(source.between(-20, 20)));
        for (float& scale : moved.scales) {
            scale *= factor;
        }
        for (float& addend : moved.addends) {
            addend *= factor;
        }
        moved.output_scale *= factor;
        for (const Contract& contract : levels()) {
            expect_same(evaluate_with(problem, moved, contract), evaluate_with(problem, epilogue, contract));
        }
    });
}

TEST_F(EpilogueRelation, R2OutputChannelsMoveWithTheirScales) {
    for_random_problems([&](ProblemSource&, ConvolutionProblem problem, Epilogue epilogue) {
        problem.groups = 1;
        problem.x = testing::take(problem.x, 1, testing::range(problem.channels_in_group()));
        problem.w_zero_point.resize(1);
        const auto order = testing::reversed(problem.w.shape[0]);
        const AllowedTensor plain = evaluate_with(problem, epilogue, *contract::level("onednn3"));
        problem.w = testing::take(problem.w, 0, order);
        std::reverse(problem.bias.begin(), problem.bias.end());
        std::reverse(epilogue.scales.begin(), epilogue.scales.end());
        std::reverse(epilogue.addends.begin(), epilogue.addends.end());
        const AllowedTensor moved = evaluate_with(problem, epilogue, *contract::level("onednn3"));
        Array index{plain.shape(), {}};
        for (std::int64_t i = 0; i < plain.size(); ++i) {
            index.values.push_back(static_cast<double>(i));
        }
        const Array expected = testing::take(index, 1, order);
        for (std::int64_t i = 0; i < plain.size(); ++i) {
            const auto from = static_cast<std::int64_t>(expected.values[static_cast<std::size_t>(i)]);
            ASSERT_EQ(moved.at(i).intervals, plain.at(from).intervals);
        }
        proof().add(static_cast<std::uint64_t>(plain.size()));
    });
}

TEST_F(EpilogueRelation, R13IdentitiesChangeNothing) {
    for_random_chains([&](ProblemSource& source, const std::vector<double>& x) {
        const float scale = random_scale(source, -9);
        const auto addend = static_cast<float>(source.between(-1000, 1000)) / 16;
        const auto finish = [&](Chain& chain) {
            chain.then(graph::Quantize{}, {chain.scalar(0.7F), chain.integer(3)}, DataType::u8);
        };
        const auto start = [&] {
            Chain chain(DataType::s32, x);
            chain.then(kMultiply, {chain.scalar(scale)}).then(kAdd, {chain.scalar(addend)});
            return chain;
        };
        Chain plain = start();
        finish(plain);
        std::vector<Chain> same(6, start());
        same[0].then(kMultiply, {same[0].scalar(1)});
        same[1].then(kAdd, {same[1].scalar(0)});
        same[2].then(Eltwise{EltwiseAlgorithm::clip, -1e30F, 1e30F});
        for (std::size_t i = 0; i < 3; ++i) {
            finish(same[i]);
        }
        for (std::size_t i = 3; i < same.size(); ++i) {
            finish(same[i]);
        }
        // Behind the barrier: quantize with scale 1, relu and clip of what is in [0, 255] anyway.
        same[3].then(graph::Dequantize{}, {same[3].scalar(1)});
        same[3].then(graph::Quantize{}, {same[3].scalar(1)}, DataType::u8);
        same[4].then(Eltwise{EltwiseAlgorithm::relu}).then(graph::Convert{}, {}, DataType::u8);
        same[5].then(Eltwise{EltwiseAlgorithm::clip, 0, 255}).then(graph::Convert{}, {}, DataType::u8);
        for (const char* level : {"strict", "onednn2", "onednn3", "opencl"}) {
            const AllowedTensor expected = plain.sets(*contract::level(level));
            for (const Chain& chain : same) {
                expect_same(chain.sets(*contract::level(level)), expected);
            }
        }
    });
}

TEST_F(EpilogueRelation, R14AMaterializedIntermediateStaysInside) {
    for_random_chains([&](ProblemSource& source, const std::vector<double>& x) {
        const float scale = random_scale(source, -9);
        const float second = random_scale(source, -1);
        const auto head = [&](const std::vector<double>& values) {
            Chain chain(DataType::s32, values);
            chain.then(kMultiply, {chain.scalar(scale)}).then(kMultiply, {chain.scalar(second)});
            chain.then(Eltwise{EltwiseAlgorithm::tanh}).then(kMultiply, {chain.scalar(90)});
            return chain;
        };
        const auto tail = [&](Chain& chain) {
            chain.then(kAdd, {chain.scalar(0.3F)}).then(graph::Quantize{}, {chain.scalar(0.9F)}, DataType::s8);
            chain.then(kMultiply, {chain.scalar(1.7F)}).then(graph::Convert{}, {}, DataType::s8);
        };
        for (const Contract& contract : levels()) {
            Chain fused = head(x);
            const AllowedTensor intermediate = fused.sets(contract);
            tail(fused);
            const AllowedTensor whole = fused.sets(contract);
            std::vector<double> materialized(x.size());
            for (std::size_t i = 0; i < x.size(); ++i) {
                const AllowedSet set = intermediate.at(static_cast<std::int64_t>(i));
                const Interval& part = set.intervals[static_cast<std::size_t>(
                    source.between(0, static_cast<std::int64_t>(set.intervals.size()) - 1))];
                materialized[i] = source.coin() ? part.lo : part.hi;
            }
            Chain rest(DataType::f32, materialized);
            tail(rest);
            const AllowedTensor separate = rest.sets(contract);
            for (std::int64_t i = 0; i < whole.size(); ++i) {
                if (proof().failed(is_inside(separate.at(i), whole.at(i)))) {
                    ADD_FAILURE() << contract.name() << " " << x[static_cast<std::size_t>(i)] << ": "
                                  << separate.at(i).to_string() << " outside " << whole.at(i).to_string();
                }
            }
        }
    });
}

TEST_F(EpilogueRelation, R15AGreaterInputGivesNoSmallerOutput) {
    for_random_problems([&](ProblemSource& source, ConvolutionProblem problem, const Epilogue& epilogue) {
        problem.w.values = source.integers(problem.w.values.size(), 0, 127);
        problem.w_zero_point.clear();
        problem.x_type = DataType::u8;
        problem.x.values = source.integers(problem.x.values.size(), 0, 200);
        for (const Contract& contract : levels()) {
            const AllowedTensor before = evaluate_with(problem, epilogue, contract);
            ConvolutionProblem greater = problem;
            const auto last = static_cast<std::int64_t>(problem.x.values.size()) - 1;
            greater.x.values[static_cast<std::size_t>(source.between(0, last))] += 55;
            const AllowedTensor after = evaluate_with(greater, epilogue, contract);
            for (std::int64_t i = 0; i < before.size(); ++i) {
                ASSERT_LE(before.at(i).intervals.front().lo, after.at(i).intervals.front().lo);
                ASSERT_LE(before.at(i).intervals.back().hi, after.at(i).intervals.back().hi);
            }
            proof().add(static_cast<std::uint64_t>(before.size()));
        }
    });
}

TEST_F(EpilogueRelation, R16QuantizingAndClippingTwiceIsOnce) {
    for_random_chains([&](ProblemSource& source, const std::vector<double>& x) {
        const float scale = random_scale(source, -7);
        const auto quantized = [&] {
            Chain chain(DataType::s32, x);
            chain.then(kMultiply, {chain.scalar(scale)});
            chain.then(graph::Quantize{}, {chain.scalar(1.3F), chain.integer(-7)}, DataType::s8);
            return chain;
        };
        for (const Contract& contract : levels()) {
            const AllowedTensor once = quantized().sets(contract);
            Chain clipped = quantized();
            clipped.then(Eltwise{EltwiseAlgorithm::clip, -128, 127}).then(graph::Convert{}, {}, DataType::s8);
            expect_same(clipped.sets(contract), once);
            Chain again = quantized();
            again.then(graph::Quantize{}, {again.scalar(1)}, DataType::s8);
            expect_same(again.sets(contract), once);
        }
    });
}

TEST_F(EpilogueRelation, R17OneScaleIsTheSameAsEqualOnes) {
    for_random_problems([&](ProblemSource&, const ConvolutionProblem& problem, Epilogue epilogue) {
        epilogue.scales.resize(1);
        epilogue.addends.resize(1);
        Epilogue each = epilogue;
        each.scales.assign(static_cast<std::size_t>(problem.w.shape[0]), epilogue.scales[0]);
        each.addends.assign(static_cast<std::size_t>(problem.w.shape[0]), epilogue.addends[0]);
        for (const Contract& contract : levels()) {
            expect_same(evaluate_with(problem, each, contract), evaluate_with(problem, epilogue, contract));
        }
    });
}

TEST_F(EpilogueRelation, R18LayoutsChangeNothing) {
    // A reorder before the first and behind the last step: nothing of the arithmetic sees it.
    for_random_chains([&](ProblemSource& source, const std::vector<double>& x) {
        const float scale = random_scale(source, -9);
        const auto finish = [&](Chain& chain) {
            chain.then(kMultiply, {chain.scalar(scale)}).then(kAdd, {chain.scalar(0.3F)});
            chain.then(graph::Quantize{}, {chain.scalar(0.7F)}, DataType::u8);
        };
        Chain plain(DataType::s32, x);
        plain.then(graph::Reshape{{2, 10, 10}}, {}, DataType::s32);
        Chain laid_out(plain);
        finish(plain);
        laid_out.then(graph::Reorder{graph::Layout::channels_last}, {}, DataType::s32);
        finish(laid_out);
        laid_out.then(graph::Reorder{graph::Layout::channels_blocked_8}, {}, DataType::u8);
        for (const Contract& contract : levels()) {
            expect_same(laid_out.sets(contract), plain.sets(contract));
        }
    });
}

TEST_F(EpilogueRelation, R21FixedPointIsWithinItsRoundingOfTheExactProduct) {
    using graph::FixedPointRounding;
    for_random_chains([&](ProblemSource& source, const std::vector<double>& x) {
        const auto multiplier = static_cast<double>(source.between(1 << 30, 2147483647));
        const auto shift = source.between(-12, 0);
        for (const auto rounding :
             {FixedPointRounding::double_rounding, FixedPointRounding::single_up, FixedPointRounding::single_away,
              FixedPointRounding::q31, FixedPointRounding::double_up}) {
            Chain chain(DataType::s32, x);
            chain.then(graph::RequantizeFixedPoint{rounding, -2147483648LL, 2147483647LL},
                       {chain.integer(multiplier), chain.integer(static_cast<double>(shift))}, DataType::s32);
            const AllowedTensor sets = chain.sets();
            // Two roundings: the first may move the value by 2^-1 before it is divided by 2^r.
            const bool twice = rounding != FixedPointRounding::single_up && rounding != FixedPointRounding::single_away;
            testing::Rational bound(1, 2);
            if (twice && shift < 0) {
                bound += testing::power_of_two(static_cast<long>(shift) - 1);
            }
            for (std::size_t i = 0; i < x.size(); ++i) {
                const testing::Rational exact = testing::Rational(x[i]) * testing::Rational(multiplier) *
                                                testing::power_of_two(static_cast<long>(shift) - 31);
                const testing::Rational error = testing::Rational(sets.point(static_cast<std::int64_t>(i))) - exact;
                ASSERT_LE(abs(error), bound) << x[i];
            }
            proof().add(x.size());
        }
    });
}

TEST_F(EpilogueRelation, R22LinearIsAMultiplicationAndAnAddition) {
    for_random_chains([&](ProblemSource& source, const std::vector<double>& x) {
        const float alpha = random_scale(source, -9);
        const float beta = random_scale(source, 3);
        const float gamma = -random_scale(source, 0);
        Chain repeated(DataType::s32, x);
        repeated.then(Eltwise{EltwiseAlgorithm::linear, alpha, beta});
        repeated.then(Eltwise{EltwiseAlgorithm::relu});
        repeated.then(Eltwise{EltwiseAlgorithm::linear, gamma, 77});
        repeated.then(graph::Convert{}, {}, DataType::s8);
        Chain other(DataType::s32, x);
        other.then(kMultiply, {other.scalar(alpha)}).then(kAdd, {other.scalar(beta)});
        other.then(Eltwise{EltwiseAlgorithm::relu});
        other.then(kMultiply, {other.scalar(gamma)}).then(kAdd, {other.scalar(77)});
        other.then(graph::Convert{}, {}, DataType::s8);
        for (const char* level : {"strict", "onednn2", "onednn3", "opencl"}) {
            expect_same(repeated.sets(*contract::level(level)), other.sets(*contract::level(level)));
        }
    });
}

}  // namespace
}  // namespace difftest::oracle
