#pragma once

#include "reference/graph/validation.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// The JSON side of reading a case file; the fields of a case are known to case_reader.cpp and graph_reader.cpp only.
namespace difftest::graph {

/// Numbers with a fraction or exponent are f32: parsed with one correct rounding from their decimal digits.
using InputJson = nlohmann::basic_json<std::map, std::vector, std::string, bool, std::int64_t, std::uint64_t, float>;

inline constexpr std::size_t kDeepestNesting = 64;

/// Thrown while a case is read; parse_case adds the file's name and makes it a CaseError.
class MisplacedInput : public std::runtime_error {
public:
    explicit MisplacedInput(Problem problem) : std::runtime_error(problem.message), problem_(std::move(problem)) {}
    const Problem& problem() const { return problem_; }

private:
    Problem problem_;
};

/// Parses strict JSON: no duplicate keys, no deep nesting, no comments, no number beyond f32. Throws MisplacedInput.
InputJson parse_json(std::string_view text);

}  // namespace difftest::graph
