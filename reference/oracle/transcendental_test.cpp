// The enclosures of the transcendental functions against 640-bit arithmetic: the correctly rounded result is always
// inside, and without freedoms it is alone.
#include "reference/oracle/transcendental.hpp"

#include "reference/oracle/testing/exact_function.hpp"
#include "reference/oracle/testing/proof.hpp"
#include "reference/oracle/testing/single_op.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace difftest::oracle {
namespace {

using contract::Freedom;
using graph::DataType;
using graph::Eltwise;
using graph::EltwiseAlgorithm;
using testing::Chain;
using testing::exact_value;
using testing::ExactValue;
using testing::granting;
using testing::ProofCount;
using testing::Subject;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::size_t points_to_check() {
    return testing::proof_size("DIFFTEST_PROOF_POINTS", 2000);
}

class Transcendental : public ::testing::TestWithParam<Subject> {
protected:
    std::vector<double> arguments() const {
        return testing::proof_arguments(turning_points(GetParam().op), points_to_check(), 1);
    }

    AllowedTensor sets(const std::vector<double>& x, const contract::Contract& contract) const {
        Chain chain(DataType::f32, x);
        chain.then(GetParam().op);
        return chain.sets(contract);
    }
};

/// One value, or two neighbours when the exact value lies next to a midpoint; NaN where the function has no value; both
/// infinities at a pole that has two signs.
bool is_correctly_rounded(const AllowedSet& set, const ExactValue& exact, const Eltwise& op, double x) {
    if (std::isnan(exact.nearest)) {
        return set.may_be_nan && set.intervals.empty();
    }
    if (!set.contains(exact.nearest) || set.may_be_nan) {
        return false;
    }
    if (x == 0 && op.algorithm == EltwiseAlgorithm::pow && op.beta == -1) {
        return set.contains(kInfinity) && set.contains(-kInfinity) && !set.contains(1);
    }
    const Interval& part = set.intervals.front();
    const bool neighbours = std::nextafterf(static_cast<float>(part.lo), kInfinity) == static_cast<float>(part.hi);
    return set.intervals.size() == 1 && (part.lo == part.hi || (neighbours && exact.near_midpoint));
}

TEST_P(Transcendental, WithoutFreedomsIsCorrectlyRounded) {
    const auto x = arguments();
    const AllowedTensor tensor = sets(x, {});
    ProofCount proof(GetParam().name, "strict");
    for (std::size_t i = 0; i < x.size(); ++i) {
        const ExactValue exact = exact_value(GetParam().op, static_cast<float>(x[i]));
        const AllowedSet set = tensor.at(static_cast<std::int64_t>(i));
        if (proof.failed(is_correctly_rounded(set, exact, GetParam().op, x[i]))) {
            ADD_FAILURE() << x[i] << ": " << set.to_string() << ", exact " << exact.nearest;
        }
    }
}

TEST_P(Transcendental, EveryGrantedErrorKeepsTheCorrectlyRoundedResult) {
    const auto x = arguments();
    const std::pair<const char*, contract::Contract> levels[] = {
        {"F8 oneDNN", granting({Freedom::eltwise_error_table})},
        {"F6 OpenCL", granting({Freedom::opencl_ulp})},
        {"opencl", *contract::level("opencl")},
    };
    std::vector<ExactValue> exact(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        exact[i] = exact_value(GetParam().op, static_cast<float>(x[i]));
    }
    for (const auto& [name, contract] : levels) {
        const AllowedTensor tensor = sets(x, contract);
        ProofCount proof(GetParam().name, name);
        for (std::size_t i = 0; i < x.size(); ++i) {
            const AllowedSet set = tensor.at(static_cast<std::int64_t>(i));
            const bool inside =
                std::isnan(exact[i].nearest) ? set.may_be_nan : set.contains(exact[i].nearest) && !set.may_be_nan;
            if (proof.failed(inside)) {
                ADD_FAILURE() << name << " " << x[i] << ": " << set.to_string() << ", exact " << exact[i].nearest;
            }
        }
    }
}

/// Where the sets of the arguments are wide, the sets of the results contain whatever a value inside may become.
TEST_P(Transcendental, TheImageOfAnIntervalContainsTheImagesOfItsPoints) {
    const auto contract = granting({Freedom::eltwise_error_table});
    // log(v) - log(v0) + centre: an error of more than 100 units of the last place of log(v), seen near `centre`.
    std::vector<double> centres = turning_points(GetParam().op);
    // The error table changes where |f| passes 1.
    const auto above = [](double at) { return std::fabs(exact_function(GetParam().op, at)) > 1; };
    for (double x = -6; x < 6; x += 0x1p-12) {
        if (above(x) == above(x + 0x1p-12)) {
            continue;
        }
        double step = 0x1p-12;
        double passed = x;
        for (; step > 0x1p-50; step /= 2) {
            passed += above(passed + step / 2) == above(x) ? step / 2 : 0;
        }
        centres.push_back(passed);
    }
    for (const double centre : {-20.0, -2.5, -1.0, -0.5, 0.0, 0.5, 0.5413, 1.0, 1.278, 2.5, 12.0}) {
        centres.push_back(centre);
    }
    const std::size_t count = points_to_check() / 20;
    ProofCount proof(GetParam().name, "intervals");
    for (std::size_t n = 0; n < 2 * centres.size(); ++n) {
        const double centre = centres[n / 2];
        const float gain = n % 2 == 0 ? 16 : 0x1p-4F;  // some thousands of floats, and some hundreds
        std::vector<double> v(count);
        for (std::size_t i = 0; i < count; ++i) {
            v[i] = static_cast<float>(std::exp(10.0) *
                                      (1 + 1.6e-4 * (static_cast<double>(i) / static_cast<double>(count) - 0.5)));
        }
        Chain chain(DataType::f32, v);
        chain.then(Eltwise{EltwiseAlgorithm::log});
        chain.then(graph::Binary{graph::BinaryAlgorithm::subtract}, {chain.scalar(10)});
        chain.then(graph::Binary{graph::BinaryAlgorithm::multiply}, {chain.scalar(gain)});
        chain.then(graph::Binary{graph::BinaryAlgorithm::add}, {chain.scalar(static_cast<float>(centre))});
        const AllowedTensor before = chain.sets(contract);
        chain.then(GetParam().op);
        const AllowedTensor after = chain.sets(contract);
        for (std::size_t i = 0; i < count; ++i) {
            const auto index = static_cast<std::int64_t>(i);
            const Interval box = before.at(index).intervals.front();
            // Anywhere inside, or next to where something happens.
            const double share = static_cast<double>((i * 7919) % 1009) / 1008;
            double inner = static_cast<float>(box.lo + share * (box.hi - box.lo));
            if (i % 2 == 0) {
                const double offset = static_cast<double>(i % 64) - 32;
                inner = static_cast<float>(centre + offset * 0x1p-24 * std::max(std::fabs(centre), 0x1p-6));
                inner = std::clamp(inner, box.lo, box.hi);
            }
            const AllowedSet at_point = sets({inner}, contract).at(0);
            const AllowedSet set = after.at(index);
            bool inside = !at_point.may_be_nan || set.may_be_nan;
            for (const Interval& part : at_point.intervals) {
                inside = inside && set.contains(part.lo) && set.contains(part.hi);
            }
            if (proof.failed(inside)) {
                ADD_FAILURE() << "f([" << box.lo << ", " << box.hi << "]) = " << set.to_string() << ", f(" << inner
                              << ") = " << at_point.to_string();
            }
        }
    }
}

std::string subject_name(const ::testing::TestParamInfo<Subject>& info) {
    return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Mpfr, Transcendental, ::testing::ValuesIn(testing::transcendental_subjects()), subject_name);

TEST(TurningPoints, AreExtremes) {
    for (const Subject& subject : testing::transcendental_subjects()) {
        const EltwiseAlgorithm algorithm = subject.op.algorithm;
        const bool has_minimum = algorithm == EltwiseAlgorithm::gelu_erf || algorithm == EltwiseAlgorithm::gelu_tanh ||
                                 algorithm == EltwiseAlgorithm::swish || algorithm == EltwiseAlgorithm::mish;
        if (!has_minimum || turning_points(subject.op).empty()) {
            continue;
        }
        const double turn = turning_points(subject.op).front();
        const double at = exact_function(subject.op, turn);
        for (const double step : {0x1p-8, 0x1p-12, 0x1p-15}) {
            // Symmetric but for the third order: were the point off by d, the two sides would differ by 2 d / step.
            const double left = exact_function(subject.op, turn - step) - at;
            const double right = exact_function(subject.op, turn + step) - at;
            EXPECT_GT(left / right, 0);
            EXPECT_NEAR(left / right, 1, 4 * step) << subject.name << " " << step;
        }
    }
}

AllowedSet image_of(const std::vector<double>& x, const graph::Binary& op, float constant, const Eltwise& function) {
    // log grants an error of 1.25 * 106.7 * 2^-24 = 8e-6 near 0: [-8e-6, 8e-6] and what is made of it.
    Chain chain(DataType::f32, x);
    chain.then(Eltwise{EltwiseAlgorithm::log});
    chain.then(op, {chain.scalar(constant)}).then(function);
    return chain.sets(granting({Freedom::eltwise_error_table})).at(0);
}

TEST(IntervalsThatLeaveTheDomain, KeepTheValuesAndAllowNan) {
    const graph::Binary multiply{graph::BinaryAlgorithm::multiply};
    for (const auto algorithm : {EltwiseAlgorithm::log, EltwiseAlgorithm::sqrt}) {
        const AllowedSet set = image_of({1}, multiply, 1, Eltwise{algorithm});
        EXPECT_TRUE(set.may_be_nan);
        EXPECT_TRUE(set.contains(algorithm == EltwiseAlgorithm::log ? std::log(4e-6F) : std::sqrt(4e-6F)));
        EXPECT_EQ(set.contains(-kInfinity), algorithm == EltwiseAlgorithm::log);
    }
}

TEST(IntervalsThatContainAPole, ReachBothInfinities) {
    const graph::Binary multiply{graph::BinaryAlgorithm::multiply};
    const AllowedSet odd = image_of({1}, multiply, 1, Eltwise{EltwiseAlgorithm::pow, 1, -1});
    EXPECT_TRUE(odd.contains(kInfinity) && odd.contains(-kInfinity) && odd.contains(-1e7F) && odd.contains(1e7F));
    EXPECT_FALSE(odd.may_be_nan);
    const AllowedSet even = image_of({1}, multiply, 1, Eltwise{EltwiseAlgorithm::pow, 1, -2});
    EXPECT_TRUE(even.contains(kInfinity));
    EXPECT_FALSE(even.contains(-kInfinity) || even.contains(1e7F));  // 1 / (8e-6)^2 = 1.6e10
}

/// x / (log(1) * gain) and log(1) * x, where log(1) grants [-8e-6, 8e-6].
AllowedSet with_interval(graph::BinaryAlgorithm algorithm, double x, const Eltwise& function) {
    graph::CaseBuilder builder("interval");
    const auto one = builder.input("one", graph::TensorData(DataType::f32, {1}, {1}));
    const auto interval = builder.node("interval", function, {one}, DataType::f32);
    const auto operand = builder.input("x", graph::TensorData(DataType::f32, {1}, {x}));
    const auto y = builder.node("y", graph::Binary{algorithm}, {operand, interval}, DataType::f32);
    const graph::Case value = builder.build({y});
    return evaluate(value, granting({Freedom::eltwise_error_table})).of(value.graph.outputs.front()).at(0);
}

TEST(IntervalsThatContainAPole, QuotientsReachBothInfinities) {
    const Eltwise log{EltwiseAlgorithm::log};
    const AllowedSet quotient = with_interval(graph::BinaryAlgorithm::divide, 1, log);
    EXPECT_TRUE(quotient.contains(kInfinity) && quotient.contains(-kInfinity) && quotient.contains(1e9F));
    EXPECT_FALSE(quotient.may_be_nan);
    EXPECT_TRUE(with_interval(graph::BinaryAlgorithm::divide, 0, log).may_be_nan);
    // A computed zero has either sign.
    const Eltwise zero{EltwiseAlgorithm::linear, 0, 0};
    const AllowedSet point = with_interval(graph::BinaryAlgorithm::divide, 1, zero);
    EXPECT_TRUE(point.contains(kInfinity) && point.contains(-kInfinity));
    EXPECT_FALSE(point.contains(0));
    // Infinity times an interval around zero.
    EXPECT_TRUE(with_interval(graph::BinaryAlgorithm::multiply, static_cast<double>(kInfinity), log).may_be_nan);
}

/// -1 / 6 * clip(2, 0, 6) = -1/3, which is -0.33333334 in f32; -1 * (-1 * (1/6) + 1/2) is -0.3333333 in f32.
TEST(Hardswish, MayBeTheQuotientThatOneDnnDocuments) {
    const graph::Eltwise op{EltwiseAlgorithm::hardswish, 1.0F / 6, 0.5F};
    Chain chain(DataType::f32, {-1.0F});
    chain.then(op);
    const float quotient = -1.0F / 3;
    const float product = -0.5F + 1.0F / 6;
    ASSERT_NE(quotient, product);
    const AllowedSet strict = chain.sets(granting({})).at(0);
    EXPECT_TRUE(strict.contains(product));
    EXPECT_FALSE(strict.contains(quotient));
    const AllowedSet table = chain.sets(granting({Freedom::eltwise_error_table})).at(0);
    EXPECT_TRUE(table.contains(product));
    EXPECT_TRUE(table.contains(quotient));
    EXPECT_FALSE(table.contains(-0.333334F));
}

TEST(HardswishOverAnInterval, ContainsEveryPointForAnyParameters) {
    const auto contract = granting({Freedom::eltwise_error_table, Freedom::fused_multiply_add});
    ProofCount proof("hardswish", "intervals");
    for (const auto& [alpha, beta] : {std::pair{1.0F / 6, 0.5F}, {0.2F, 0.5F}, {-0.3F, 0.7F}}) {
        for (const double centre : turning_points(Eltwise{EltwiseAlgorithm::hardswish, alpha, beta})) {
            Chain chain(DataType::f32, {std::exp(10.0F)});
            chain.then(Eltwise{EltwiseAlgorithm::log});
            chain.then(graph::Binary{graph::BinaryAlgorithm::add}, {chain.scalar(static_cast<float>(centre) - 10)});
            const Interval box = chain.sets(contract).at(0).intervals.front();
            const Eltwise op{EltwiseAlgorithm::hardswish, alpha, beta};
            chain.then(op);
            const AllowedSet set = chain.sets(contract).at(0);
            for (auto x = static_cast<float>(box.lo); x <= static_cast<float>(box.hi);
                 x = std::nextafterf(x, kInfinity)) {
                for (const float v : {alpha * x + beta, std::fmaf(alpha, x, beta)}) {
                    const float y = x * std::min(std::max(v, 0.0F), 1.0F);
                    if (proof.failed(set.contains(y))) {
                        ADD_FAILURE() << "hardswish(" << x << ") = " << y << " outside " << set.to_string();
                    }
                }
            }
        }
    }
}

}  // namespace
}  // namespace difftest::oracle
