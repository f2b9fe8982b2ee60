#include "reference/oracle/testing/level_subjects.hpp"

#include "reference/oracle/testing/proof.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

namespace difftest::oracle::testing {

using graph::CaseBuilder;
using graph::DataType;
using graph::TensorData;
using graph::TensorId;

double draw_value(Draw& draw, DataType type) {
    switch (type) {
        case DataType::s8: return static_cast<double>(draw(-128, 127));
        case DataType::u8: return static_cast<double>(draw(0, 255));
        case DataType::s32: return static_cast<double>(draw(-2147483647, 2147483647));
        case DataType::f32: return draw.real(-6, 7);
        case DataType::f16: return to_bits(draw.real(-6, 7), 11);
        case DataType::bf16: return to_bits(draw.real(-6, 7), 8);
    }
    return 0;
}

std::vector<double> draw_values(Draw& draw, DataType type, std::int64_t count) {
    std::vector<double> values(static_cast<std::size_t>(count));
    std::generate(values.begin(), values.end(), [&] { return draw_value(draw, type); });
    return values;
}

LevelSubject elementwise(std::string name, const graph::Operation& op, const std::vector<DataType>& types,
                         DataType output, const Formula& formula) {
    return {std::move(name), [=](Draw& draw) {
                CaseBuilder builder("elementwise");
                std::vector<std::vector<double>> operands;
                std::vector<TensorId> inputs;
                for (const DataType type : types) {
                    operands.push_back(draw_values(draw, type, kBatch));
                    inputs.push_back(builder.input("x" + std::to_string(inputs.size()),
                                                   TensorData(type, {kBatch}, operands.back())));
                }
                Problem problem;
                for (std::size_t i = 0; i < static_cast<std::size_t>(kBatch); ++i) {
                    std::vector<double> arguments;
                    for (const auto& operand : operands) {
                        arguments.push_back(operand[i]);
                    }
                    problem.expected.push_back(formula(arguments));
                }
                problem.value = builder.build({builder.node("y", op, inputs, output)});
                return problem;
            }};
}

LevelSubject of_rows(std::string name, const graph::Operation& op, DataType type, DataType output,
                     const Formula& formula) {
    return {std::move(name), [=](Draw& draw) {
                CaseBuilder builder("rows");
                const std::vector<double> x = draw_values(draw, type, kBatch * kTaps);
                Problem problem;
                for (auto row = x.begin(); row != x.end(); row += kTaps) {
                    problem.expected.push_back(formula(std::vector<double>(row, row + kTaps)));
                }
                const auto data = builder.input("x", TensorData(type, {kBatch, 1, kTaps}, x));
                problem.value = builder.build({builder.node("y", op, {data}, output)});
                return problem;
            }};
}

namespace {

/// Checks one batch under one level. A result that is no number is left to the tests of that operation.
void check(const Problem& problem, const contract::Contract& level, ProofCount& proof, const std::string& name) {
    const Evaluation evaluation = evaluate(problem.value, level);
    const AllowedTensor& sets = evaluation.of(problem.value.graph.outputs[0]);
    ASSERT_EQ(sets.size(), static_cast<std::int64_t>(problem.expected.size())) << name;
    for (std::int64_t i = 0; i < sets.size(); ++i) {
        const double expected = problem.expected[static_cast<std::size_t>(i)];
        if (!std::isnan(expected) && proof.failed(sets.contains(i, expected) && !sets.at(i).unconstrained)) {
            ADD_FAILURE() << name << " under " << level.name() << ", element " << i << ": " << expected << " is not in "
                          << sets.at(i).to_string();
        }
    }
}

}  // namespace

std::vector<std::string> names_of(const std::vector<LevelSubject>& subjects) {
    std::vector<std::string> names;
    for (const LevelSubject& subject : subjects) {
        if (std::find(names.begin(), names.end(), subject.name) == names.end()) {
            names.push_back(subject.name);
        }
    }
    return names;
}

std::string test_name(const std::string& name) {
    std::string result = name;
    std::replace(result.begin(), result.end(), ' ', '_');
    return result;
}

void expect_definition_under_every_level(const std::vector<LevelSubject>& subjects, const std::string& name) {
    const std::size_t elements = proof_size("DIFFTEST_PROOF_ELEMENTS", 1000);
    Draw draw(20260101);
    const auto same = std::count_if(subjects.begin(), subjects.end(),
                                    [&](const LevelSubject& subject) { return subject.name == name; });
    ASSERT_GT(same, 0);
    std::vector<std::unique_ptr<ProofCount>> proofs;
    for (const contract::LevelInfo& level : contract::all_levels()) {
        proofs.push_back(std::make_unique<ProofCount>(name + " by definition", level.contract.name()));
    }
    for (const LevelSubject& subject : subjects) {
        const auto share = static_cast<std::ptrdiff_t>(elements) / same + 1;
        for (std::ptrdiff_t drawn = 0; subject.name == name && drawn < share && !::testing::Test::HasFailure();) {
            const Problem problem = subject.draw(draw);
            drawn += std::count_if(problem.expected.begin(), problem.expected.end(),
                                   [](double value) { return !std::isnan(value); });
            for (std::size_t i = 0; i < proofs.size(); ++i) {
                check(problem, contract::all_levels()[i].contract, *proofs[i], subject.name);
            }
        }
    }
}

}  // namespace difftest::oracle::testing
