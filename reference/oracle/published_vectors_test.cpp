// The numbers that others published (corpora/published): each file is a test.
#include "reference/graph/case_file.hpp"
#include "reference/oracle/oracle.hpp"
#include "reference/oracle/testing/proof.hpp"
#include "test_paths.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace difftest::oracle {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::vector<fs::path> published_files() {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(fs::path(DIFFTEST_SOURCE_DIR) / "corpora" / "published")) {
        if (entry.path().extension() == ".json") {
            files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

/// What a file says about one element.
class Expectation {
public:
    Expectation(const json& expected, std::size_t index) : relation_(expected.at("relation").get<std::string>()) {
        const json& value = expected.at("values").at(index);
        values_ = value.is_array() ? value.get<std::vector<double>>() : std::vector<double>{value.get<double>()};
        tolerance_ = expected.value("tolerance", 0.0);
    }

    /// "equals": the set is the value (or the list of values) and nothing else. "contains": it is among them.
    /// "within": so far from the value are all of the set, as the publication says.
    bool holds(const AllowedSet& set, graph::DataType type) const {
        std::vector<double> wanted = values_;
        if (type == graph::DataType::f32) {  // printed with as many digits as identify the f32
            std::transform(wanted.begin(), wanted.end(), wanted.begin(),
                           [](double x) { return static_cast<float>(x); });
        }
        if (set.unconstrained || set.may_be_nan) {
            return false;
        }
        if (relation_ == "equals") {
            AllowedSet exactly;
            for (const double value : wanted) {
                exactly.intervals.push_back({value, value});
            }
            return set.intervals == exactly.intervals;
        }
        if (relation_ == "contains") {
            return std::all_of(wanted.begin(), wanted.end(), [&](double x) { return set.contains(x); });
        }
        return std::all_of(set.intervals.begin(), set.intervals.end(), [&](const Interval& part) {
            return std::fabs(part.lo - values_[0]) <= tolerance_ && std::fabs(part.hi - values_[0]) <= tolerance_;
        });
    }

    std::string to_string() const {
        std::string text = relation_;
        for (const double value : values_) {
            text += fmt::format(" {}", value);
        }
        return text;
    }

private:
    std::string relation_;
    std::vector<double> values_;
    double tolerance_ = 0;
};

void check_problem(const json& problem, const std::string& file, testing::ProofCount& proof) {
    const auto contract = contract::Contract::parse(problem.at("contract").get<std::string>());
    ASSERT_TRUE(contract.has_value()) << problem.at("contract");
    const graph::Case value = graph::parse_case(problem.at("case").dump(), file);
    const json& expected = problem.at("expected");
    const auto tensor = value.graph.find_tensor(expected.at("tensor").get<std::string>());
    ASSERT_TRUE(tensor.has_value()) << expected.at("tensor");
    const Evaluation evaluation = evaluate(value, *contract);
    const AllowedTensor& sets = evaluation.of(*tensor);
    ASSERT_EQ(static_cast<std::size_t>(sets.size()), expected.at("values").size()) << value.name;
    for (std::int64_t i = 0; i < sets.size(); ++i) {
        const Expectation expectation(expected, static_cast<std::size_t>(i));
        if (proof.failed(expectation.holds(sets.at(i), sets.type()))) {
            ADD_FAILURE() << value.name << ", element " << i << ": the set is " << sets.at(i).to_string()
                          << ", published: " << expectation.to_string();
        }
    }
}

class PublishedVectors : public ::testing::TestWithParam<fs::path> {};

TEST_P(PublishedVectors, AreReproduced) {
    const json document = json::parse(std::ifstream(GetParam()));
    testing::ProofCount proof(GetParam().stem().string(), "published");
    for (const char* key : {"title", "source", "licence"}) {
        EXPECT_TRUE(document.at(key).is_string());
    }
    for (const json& problem : document.at("problems")) {
        check_problem(problem, GetParam().filename().string(), proof);
    }
}

std::string file_name(const ::testing::TestParamInfo<fs::path>& info) {
    std::string name = info.param.stem().string();
    std::replace_if(
        name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(Corpora, PublishedVectors, ::testing::ValuesIn(published_files()), file_name);

}  // namespace
}  // namespace difftest::oracle
