#pragma once

#include "reference/oracle/testing/proof.hpp"
#include "reference/oracle/testing/random_convolution.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>

namespace difftest::oracle::testing {

/// Metamorphic relations of convolution and deconvolution (semantics, section 4.2): two problems whose accumulators
/// must agree exactly, whatever the accumulators are.
class AccumulatorRelation : public ::testing::Test {
protected:
    /// Calls check(source, problem) for random convolutions, and deconvolutions when wanted.
    void for_random_problems(bool with_deconvolutions,
                             const std::function<void(ProblemSource&, ConvolutionProblem)>& check) {
        ProblemSource source(static_cast<unsigned>(::testing::UnitTest::GetInstance()->random_seed()) + 1);
        const std::size_t problems = proof_size("DIFFTEST_PROOF_PROBLEMS", 20);
        for (std::size_t i = 0; i < problems && !HasFailure(); ++i) {
            check(source, source.convolution(with_deconvolutions && source.coin()));
        }
    }

    void expect_same(const Array& actual, const Array& expected) {
        ASSERT_EQ(actual.shape, expected.shape);
        ASSERT_EQ(actual.values, expected.values);
        proof_.add(actual.values.size());
    }

private:
    ProofCount proof_{::testing::UnitTest::GetInstance()->current_test_info()->name(), "metamorphic"};
};

/// a + factor * b
inline Array sum(const Array& a, const Array& b, double factor = 1) {
    Array result = a;
    for (std::size_t i = 0; i < a.values.size(); ++i) {
        result.values[i] += factor * b.values[i];
    }
    return result;
}

}  // namespace difftest::oracle::testing
