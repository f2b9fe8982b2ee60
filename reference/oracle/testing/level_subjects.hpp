#pragma once

#include "reference/graph/case_builder.hpp"
#include "reference/oracle/oracle.hpp"
#include "reference/oracle/testing/definition.hpp"
#include "reference/oracle/testing/draw.hpp"
#include "reference/oracle/testing/exact.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

/// Operations with random operands and what their definition gives, for proofs under every contract level.
namespace difftest::oracle::testing {

inline constexpr std::int64_t kBatch = 1000;
inline constexpr std::int64_t kTaps = 9;

/// A case of about kBatch elements and what the definition gives for each.
struct Problem {
    graph::Case value;
    std::vector<double> expected;
};

struct LevelSubject {
    std::string name;
    std::function<Problem(Draw&)> draw;
};

double draw_value(Draw& draw, graph::DataType type);
std::vector<double> draw_values(Draw& draw, graph::DataType type, std::int64_t count);

/// Operands of the given types, as many as `formula` takes: result[i] = formula(operands[0][i], ...).
using Formula = std::function<double(const std::vector<double>&)>;
LevelSubject elementwise(std::string name, const graph::Operation& op, const std::vector<graph::DataType>& types,
                         graph::DataType output, const Formula& formula);

/// An operation on rows of kTaps elements, each of which becomes one: formula(row).
LevelSubject of_rows(std::string name, const graph::Operation& op, graph::DataType type, graph::DataType output,
                     const Formula& formula);

/// The names of the subjects, each once, in their order.
std::vector<std::string> names_of(const std::vector<LevelSubject>& subjects);

/// What the definition gives lies in the sets under every level, for the subjects of that name;
/// DIFFTEST_PROOF_ELEMENTS elements, which they share. A result that is no number is left to the tests of that
/// operation.
void expect_definition_under_every_level(const std::vector<LevelSubject>& subjects, const std::string& name);

/// A name as a part of a test's name.
std::string test_name(const std::string& name);

}  // namespace difftest::oracle::testing
