#include "harness/reduce/reducer.hpp"

#include "harness/reduce/neighbourhood.hpp"
#include "reference/graph/case_builder.hpp"
#include "reference/graph/case_file.hpp"
#include "reference/graph/validation.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <regex>
#include <sstream>

#include <unistd.h>

namespace difftest::harness {
namespace {

using graph::Case;
using graph::CaseBuilder;
using graph::DataType;
using graph::TensorData;

/// A bug that is known: the run fails where the predicate says so.
class KnownBug : public Trial {
public:
    using Judge = std::function<Signature(const Case&)>;

    explicit KnownBug(Judge judge, std::size_t width = 1) : judge_(std::move(judge)), width_(width) {}

    std::size_t width() const override { return width_; }

    std::vector<Observation> run(std::span<const Case> cases) override {
        std::vector<Observation> result;
        for (const Case& value : cases) {
            EXPECT_FALSE(graph::validate_case(value)) << "the reducer ran an invalid case";
            ++runs;
            Observation observation;
            observation.signature = judge_(value);
            observation.plan = "fused";
            observation.plans = {"fused"};
            result.push_back(observation);
        }
        return result;
    }

    int runs = 0;

private:
    Judge judge_;
    std::size_t width_;
};

Signature violation(bool fails) {
    Signature signature;
    signature.verdict = fails ? Verdict::violation : Verdict::exact;
    return signature;
}

template <class Op>
bool holds(const Case& value) {
    for (const graph::Node& node : value.graph.nodes) {
        if (std::holds_alternative<Op>(node.operation)) {
            return true;
        }
    }
    return false;
}

/// data -> deconvolution -> * factor -> fake quantize -> + full -> u8
Case chain() {
    CaseBuilder builder("chain");
    const auto filled = [](DataType type, const graph::Shape& shape) {
        TensorData data(type, shape);
        for (std::int64_t i = 0; i < data.size(); ++i) {
            data.set(i, static_cast<double>(i % 9));
        }
        return data;
    };
    const auto data = builder.input("data", filled(DataType::u8, {2, 4, 5, 5}));
    const auto weights = builder.constant("weights", filled(DataType::s8, {6, 4, 3, 3}));
    const auto bias = builder.constant("bias", filled(DataType::s32, {6}));
    const auto window = builder.node("window", graph::Deconvolution{{2, 2}, {1, 1}, {1, 1}, {1, 1}, {1, 0}, 1},
                                     {data, weights, bias}, DataType::s32);
    const auto factor = builder.per_channel("factor", {1, 0.5F, 0.3F, 0.25F, 0.2F, 0.1F}, 4);
    const auto scaled =
        builder.node("scaled", graph::Binary{graph::BinaryAlgorithm::multiply}, {window, factor}, DataType::f32);
    const auto lo = builder.scalar("lo", 0);
    const auto hi = builder.scalar("hi", 77.7F);
    const auto top = builder.scalar("top", 255);
    const auto quantized = builder.node("quantized", graph::FakeQuantize{}, {scaled, lo, hi, lo, top}, DataType::u8);
    const auto full = builder.constant("full", filled(DataType::f32, builder.graph().tensor(quantized).shape));
    const auto sum = builder.node("sum", graph::Binary{graph::BinaryAlgorithm::add}, {quantized, full}, DataType::f32);
    return builder.build({builder.node("out", graph::Convert{}, {sum}, DataType::u8)});
}

Reduction reduce(KnownBug& bug, TrialJournal& journal, ReductionLimits limits = {}) {
    return Reducer(bug, journal, std::move(limits)).reduce(chain());
}

TEST(Reducer, KeepsOnlyTheOperationThatFails) {
    KnownBug bug([](const Case& value) { return violation(holds<graph::FakeQuantize>(value)); });
    TrialJournal journal;
    const Reduction reduction = reduce(bug, journal);
    EXPECT_TRUE(reduction.one_minimal) << reduction.certificate();
    ASSERT_EQ(reduction.minimal.graph.nodes.size(), 1U);
    EXPECT_EQ(reduction.minimal.graph.nodes[0].name, "fake_quantize");
    // One element of data, and of each of the four ranges; a range must not be empty.
    EXPECT_LE(cost_of(reduction.minimal).elements, 5);
}

TEST(Reducer, FindsTheSmallestSizesThatABugNeeds) {
    // Fails for deconvolutions with at least 3 channels in, 2 out and a stride of 2 in the first spatial axis.
    KnownBug bug([](const Case& value) {
        for (const graph::Node& node : value.graph.nodes) {
            const auto* op = std::get_if<graph::Deconvolution>(&node.operation);
            if (op == nullptr) {
                continue;
            }
            const graph::Shape& weights = value.graph.tensor(node.inputs[1]).shape;
            if (op->strides[0] == 2 && weights[0] >= 2 && weights[1] >= 3) {
                return violation(true);
            }
        }
        return violation(false);
    });
    TrialJournal journal;
    const Reduction reduction = reduce(bug, journal);
    EXPECT_TRUE(reduction.one_minimal);
    ASSERT_EQ(reduction.minimal.graph.nodes.size(), 1U);
    // By hand: data 1x3x1 and weights 2x3x1 are 3 + 6 = 9 elements, in one spatial dimension; everything else neutral.
    const CaseCost cost = cost_of(reduction.minimal);
    EXPECT_EQ(cost.elements, 9);
    EXPECT_EQ(cost.rank, 3);
    EXPECT_EQ(cost.nonzero, 0);
    EXPECT_EQ(cost.attributes, 2) << "the stride, and that it is a deconvolution";
}

TEST(Reducer, KeepsTheValuesThatABugNeeds) {
    // Fails where an input holds at least 5 and a weight is at least 3.
    KnownBug bug([](const Case& value) {
        double data = 0;
        double weights = 0;
        for (const graph::Node& node : value.graph.nodes) {
            if (graph::is_contraction(node.operation)) {
                for (std::int64_t i = 0; i < value.data_of(node.inputs[0]).size(); ++i) {
                    data = std::max(data, value.data_of(node.inputs[0]).at(i));
                }
                for (std::int64_t i = 0; i < value.data_of(node.inputs[1]).size(); ++i) {
                    weights = std::max(weights, value.data_of(node.inputs[1]).at(i));
                }
            }
        }
        return violation(data >= 5 && weights >= 3);
    });
    TrialJournal journal;
    const Reduction reduction = reduce(bug, journal);
    EXPECT_TRUE(reduction.one_minimal);
    ASSERT_EQ(reduction.minimal.graph.nodes.size(), 1U);
    const CaseCost cost = cost_of(reduction.minimal);
    EXPECT_EQ(cost.elements, 2) << "one by one";
    EXPECT_EQ(reduction.minimal.data_of(0).at(0), 8) << "the power of two among 5 to 8";
    EXPECT_EQ(reduction.minimal.data_of(1).at(0), 4);
}

TEST(Reducer, IsTheSameForAnyNumberOfJobs) {
    const auto judge = [](const Case& value) {
        return violation(holds<graph::FakeQuantize>(value) && holds<graph::Binary>(value));
    };
    KnownBug serial(judge);
    TrialJournal first;
    const Reduction expected = reduce(serial, first);
    for (const std::size_t width : {2U, 3U, 8U}) {
        KnownBug parallel(judge, width);
        TrialJournal journal;
        const Reduction reduction = reduce(parallel, journal);
        EXPECT_EQ(graph::format_case(reduction.minimal), graph::format_case(expected.minimal)) << width;
        EXPECT_EQ(reduction.tries, expected.tries) << width;
        EXPECT_EQ(reduction.passes, expected.passes) << width;
    }
}

TEST(Reducer, DoesNotFollowAnotherBugButKeepsIt) {
    // Without the deconvolution another rule is broken.
    KnownBug bug([](const Case& value) {
        Signature signature = violation(true);
        signature.rules = {holds<graph::Deconvolution>(value) ? "A" : "B"};
        return signature;
    });
    TrialJournal journal;
    const Reduction reduction = reduce(bug, journal);
    EXPECT_TRUE(holds<graph::Deconvolution>(reduction.minimal));
    ASSERT_EQ(reduction.others.size(), 1U);
    EXPECT_EQ(reduction.others[0].signature.rules, std::vector<std::string>{"B"});
    EXPECT_FALSE(holds<graph::Deconvolution>(reduction.others[0].value));
}

TEST(Reducer, ReducesWhatFailsOnlyEverySecondTime) {
    int calls = 0;
    KnownBug bug(
        [&calls](const Case& value) { return violation(++calls % 2 == 0 && holds<graph::FakeQuantize>(value)); });
    TrialJournal journal;
    const Reduction reduction = reduce(bug, journal);
    EXPECT_TRUE(reduction.flaky);
    EXPECT_EQ(reduction.minimal.graph.nodes.size(), 1U);
    EXPECT_TRUE(holds<graph::FakeQuantize>(reduction.minimal));
}

TEST(Reducer, RefusesWhatDoesNotFail) {
    KnownBug bug([](const Case& /*value*/) { return violation(false); });
    TrialJournal journal;
    EXPECT_THROW(reduce(bug, journal), NothingToReduce);
}

TEST(Reducer, SaysWhenItsBudgetIsSpent) {
    KnownBug bug([](const Case& value) { return violation(holds<graph::FakeQuantize>(value)); });
    TrialJournal journal;
    ReductionLimits limits;
    limits.tries = 2;
    const Reduction reduction = reduce(bug, journal, limits);
    EXPECT_FALSE(reduction.one_minimal);
    EXPECT_EQ(reduction.certificate(), "budget spent after 2 tries");
}

class JournalOfReduction : public testing::Test {
protected:
    JournalOfReduction() {
        std::filesystem::create_directories(folder_);
        std::filesystem::remove(file_);
    }
    ~JournalOfReduction() override { std::filesystem::remove_all(folder_); }

    static Signature judge(const Case& value) { return violation(holds<graph::FakeQuantize>(value)); }

    std::filesystem::path folder_ =
        std::filesystem::path(testing::TempDir()) / ("reduction_journal_" + std::to_string(::getpid()));
    std::filesystem::path file_ = folder_ / "journal.jsonl";
};

TEST_F(JournalOfReduction, GoesOnWhereItWasCutShort) {
    KnownBug bug(judge);
    std::string minimal;
    int runs = 0;
    {
        TrialJournal journal(file_, "subject");
        minimal = graph::format_case(reduce(bug, journal).minimal);
        runs = bug.runs;
    }
    std::ifstream stream(file_, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(stream)), {});
    stream.close();
    for (const std::size_t length : {text.size() / 3, text.size() / 2 + 1, text.size() - 2, text.size()}) {
        std::ofstream(file_, std::ios::binary) << text.substr(0, length);
        KnownBug again(judge);
        TrialJournal journal(file_, "subject");
        EXPECT_EQ(graph::format_case(reduce(again, journal).minimal), minimal);
        EXPECT_LT(again.runs, runs) << "what is in the journal is not run again";
        EXPECT_EQ(again.runs == 0, length == text.size()) << again.runs;
    }
}

TEST_F(JournalOfReduction, BelongsToOneReduction) {
    { TrialJournal journal(file_, "one"); }
    EXPECT_THROW(TrialJournal(file_, "other"), std::runtime_error);
}

TEST_F(JournalOfReduction, NamesACorruptLine) {
    {
        KnownBug bug(judge);
        TrialJournal journal(file_, "subject");
        reduce(bug, journal);
    }
    std::stringstream text;
    text << std::ifstream(file_).rdbuf();
    std::string lines = text.str();
    lines.insert(lines.find('\n') + 1, "garbage\n");
    std::ofstream(file_) << lines;
    try {
        TrialJournal journal(file_, "subject");
        FAIL() << "accepted";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find("journal.jsonl:2:"), std::string::npos) << error.what();
    }
}

// Whoever else wrote the file: no element outside of the case, no enumerator that there is not, no number that is none.
TEST_F(JournalOfReduction, IsNotTrusted) {
    graph::CaseBuilder builder("two_by_three");
    const auto x = builder.input("x", graph::TensorData(graph::DataType::f32, {2, 3}));
    const graph::Case value =
        builder.build({builder.node("y", graph::Eltwise{graph::EltwiseAlgorithm::relu}, {x}, graph::DataType::f32)});
    Observation seen;
    seen.element = FailingElement{0, {1, 2}};
    TrialJournal(file_, "subject").record("key", seen);
    std::stringstream text;
    text << std::ifstream(file_).rdbuf();
    const auto with = [&](const std::string& pattern, const std::string& instead) {
        std::ofstream(file_) << std::regex_replace(text.str(), std::regex(pattern), instead);
        return TrialJournal(file_, "subject").find("key", value);
    };
    ASSERT_TRUE(with("none of it", "").has_value());
    EXPECT_EQ(with("none of it", "")->element->coordinates, (std::vector<std::int64_t>{1, 2}));
    for (const char* element : {"[2,2]", "[-1,0]", "[]", "[1,2,0]"}) {
        EXPECT_FALSE(with("\\[1,2\\]", element).has_value()) << element;
    }
    EXPECT_FALSE(with("\"output\":0", "\"output\":1").has_value());
    EXPECT_THROW(with("\\[1,2\\]", "[1,1e300]"), std::runtime_error);
    EXPECT_THROW(with("\"output\":0", "\"output\":-1"), std::runtime_error);
    EXPECT_THROW(with("\"error\":[0-9]+", "\"error\":3"), std::runtime_error);
    EXPECT_THROW(with("\"pattern\":[0-9]+", "\"pattern\":1e300"), std::runtime_error);
    EXPECT_THROW(with("\\[1,2\\]", std::string(100000, '[')), std::runtime_error);
}

TEST(Neighbourhood, NamesTheNumberThatDecides) {
    // Fails from 3 channels on.
    const auto judge = [](const Case& value) {
        for (const graph::Node& node : value.graph.nodes) {
            if (graph::is_contraction(node.operation) && value.graph.tensor(node.inputs[0]).shape[1] >= 3) {
                return violation(true);
            }
        }
        return violation(false);
    };
    KnownBug bug(judge);
    TrialJournal journal;
    Reducer reducer(bug, journal, {});
    const Reduction reduction = reducer.reduce(chain());
    const Neighbourhood around = explore(reduction.minimal, reduction.original.signature, reduction.passing,
                                         [&](const Case& value) { return reducer.observe(value); }, {});
    const auto channels = std::find_if(around.conditions.begin(), around.conditions.end(),
                                       [](const Condition& each) { return each.what == "data: axis 1"; });
    ASSERT_NE(channels, around.conditions.end());
    EXPECT_EQ(channels->text(), "fails for 3..9, 15..17, 32, passes for 1..2");
    ASSERT_TRUE(around.passing);
    EXPECT_FALSE(is_failure(judge(around.passing->value).verdict));
}

TEST(Neighbourhood, NamesThePropertyThatDecides) {
    // Fails where the last conversion is to u8.
    const auto judge = [](const Case& value) {
        return violation(value.graph.tensor(value.graph.outputs.front()).type == graph::DataType::u8);
    };
    Case value = chain();
    const graph::TensorId output = value.graph.outputs.front();
    value.graph.tensors[static_cast<std::size_t>(output)].type = graph::DataType::u8;
    const Neighbourhood around = explore(value, judge(value), std::nullopt,
                                         [&](const Case& each) {
                                             return Observation{judge(each), "", "", {}, {}};
                                         },
                                         {});
    const std::string property = "the type of " + value.graph.tensor(output).name;
    const auto type = std::find_if(around.switches.begin(), around.switches.end(),
                                   [&](const Switched& each) { return each.property == property; });
    ASSERT_NE(type, around.switches.end());
    EXPECT_TRUE(type->decides());
    EXPECT_TRUE(type->text().starts_with("fails for u8, passes for s8")) << type->text();
}

}  // namespace
}  // namespace difftest::harness
