#pragma once

#include "backends/onednn/case_builder.hpp"
#include "reference/graph/case.hpp"

#include <cstdint>
#include <map>
#include <random>
#include <string>

/// For tests: cases run by every plan, in this process, on the ISA of the environment, and held to the oracle.
namespace difftest::backends::onednn {

/// A reproducible source of small numbers and tensors.
class Draw {
public:
    explicit Draw(std::uint32_t seed) : engine_(seed) {}

    std::int64_t operator()(std::int64_t lowest, std::int64_t highest);
    bool chance(std::int64_t part, std::int64_t whole) { return (*this)(1, whole) <= part; }

    template <class T>
    T one_of(std::initializer_list<T> values) {
        return values.begin()[(*this)(0, static_cast<std::int64_t>(values.size()) - 1)];
    }

    /// Whole numbers in the range, which every type holds exactly when they are at most 256.
    graph::TensorData tensor(graph::DataType type, const graph::Shape& shape, std::int64_t lowest,
                             std::int64_t highest);

    /// Over the whole range of an 8-bit type; -1000 to 1000 for s32, quarters between -32 and 32 for real types.
    graph::TensorData values(graph::DataType type, const graph::Shape& shape);

private:
    std::mt19937 engine_;
};

/// Whether the library is a 2.x, for tests that step around its defects (LIBRARY_TROUBLE.md).
bool is_version_2(Backend& backend);

/// Counts what ran and what was refused, and fails the test for every value that the oracle does not allow.
class OracleComparison {
public:
    explicit OracleComparison(Backend& backend) : backend_(backend) {}

    void check(const graph::Case& value);

    int runs() const { return runs_; }
    const std::map<std::string, int>& implementations() const { return implementations_; }
    const std::map<std::string, int>& refusals() const { return refusals_; }

    /// One line for each implementation and each reason, for a reader of the test's log.
    std::string summary() const;

private:
    void run_plan(const graph::Case& value, const Plan& plan);

    Backend& backend_;
    int runs_ = 0;
    std::map<std::string, int> implementations_;
    std::map<std::string, int> refusals_;
};

}  // namespace difftest::backends::onednn
