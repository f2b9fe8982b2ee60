#include "harness/workbench/form_breaks.hpp"

#include "reference/contract/contract.hpp"
#include "reference/graph/case_builder.hpp"
#include "reference/oracle/oracle.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <map>
#include <tuple>

namespace difftest::harness {
namespace {

using graph::DataType;
using graph::TensorData;

constexpr std::int64_t kMostTaps = 1 << 17;
constexpr const char* kBeyondF32 = "2^24 in f32";

oracle::Evaluation evaluated(const graph::Case& value) {
    return oracle::evaluate(value, *contract::Contract::parse("strict"));
}

/// The tensor that the rewritten node's result has in either case.
graph::TensorId result_of(const graph::Case& value, const std::string& node) {
    return value.graph.node(*value.graph.find_node(node)).output;
}

bool is_overflowed(const graph::Case& value, const oracle::Evaluation& evaluation) {
    for (const graph::Node& node : value.graph.nodes) {
        const oracle::AllowedTensor& sets = evaluation.of(node.output);
        for (const std::int64_t index : sets.wide_indices()) {
            if (sets.at(index).unconstrained) {
                return true;
            }
        }
    }
    return false;
}

bool exceeds_f32(const graph::Case& value, const oracle::Evaluation& evaluation) {
    for (const graph::Node& node : value.graph.nodes) {
        const oracle::AllowedTensor& sets = evaluation.of(node.output);
        for (std::int64_t i = 0; i < sets.size(); ++i) {
            if (std::fabs(sets.at(i).intervals.empty() ? 0 : sets.at(i).intervals[0].lo) > 0x1p24) {
                return true;
            }
        }
    }
    return false;
}

std::optional<double> lower_end(const oracle::AllowedSet& set) {
    return set.unconstrained || set.intervals.empty() ? std::nullopt : std::optional(set.intervals[0].lo);
}

/// A problem like the node's: all data x, all weights w.
struct Problem {
    DataType data = DataType::u8, weights = DataType::s8;
    std::optional<std::int64_t> data_zero_point, weights_zero_point;
    std::int64_t channels = 1;
    std::int64_t kernel = 1;
    std::int64_t pad = 0;
    std::int64_t x = 0, w = 0;

    graph::Case build() const {
        graph::CaseBuilder builder("smallest");
        const auto filled = [](DataType type, const graph::Shape& shape, std::int64_t value) {
            TensorData tensor(type, shape);
            for (std::int64_t i = 0; i < tensor.size(); ++i) {
                tensor.set(i, static_cast<double>(value));
            }
            return tensor;
        };
        const std::int64_t width = pad == 0 ? kernel : 1;
        const auto zero = [&](const char* name, const std::optional<std::int64_t>& point) {
            return point ? builder.constant(name, filled(DataType::s32, {}, *point)) : graph::kAbsent;
        };
        const auto input = builder.input("x", filled(data, {1, channels, width}, x));
        const auto kernels = builder.constant("w", filled(weights, {1, channels, kernel}, w));
        const auto zx = zero("x_zero_point", data_zero_point);
        const auto zw = zero("w_zero_point", weights_zero_point);
        const auto out = builder.node("conv", graph::Convolution{{1}, {1}, {pad}, {0}, 1},
                                      {input, kernels, graph::kAbsent, zx, zw}, DataType::s32);
        return builder.build({out});
    }
};

/// What becomes of a form on problems, each evaluated once.
class Trials {
public:
    explicit Trials(EquivalentForm form) : form_(form) {}

    const FormComparison& of(const Problem& problem) {
        const auto key = std::tuple(problem.x, problem.w, problem.channels, problem.kernel);
        const auto found = known_.find(key);
        return found != known_.end() ? found->second
                                     : known_.emplace(key, compare_form(problem.build(), 0, form_)).first->second;
    }

private:
    EquivalentForm form_;
    std::map<std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t>, FormComparison> known_;
};

/// Searches one form for one reason. With equal data and weights every sum grows with the number of channels and with
/// the magnitudes, so what a sum must reach before anything can break is found by halving; from there on every number
/// is tried in order, since a sum beyond 2^24 may be an f32 all the same.
class Search {
public:
    Search(Trials& trials, std::string reason) : trials_(trials), reason_(std::move(reason)) {}

    /// The fewest channels, then the least values.
    std::optional<Problem> run(const Problem& like) const {
        std::optional<Problem> best;
        for (const std::int64_t x : {graph::lowest_of(like.data), graph::highest_of(like.data)}) {
            for (const std::int64_t w : {graph::lowest_of(like.weights), graph::lowest_of(like.weights) + 1,
                                         graph::highest_of(like.weights)}) {
                Problem problem = like;
                problem.x = x;
                problem.w = w;
                const std::optional<std::int64_t> channels = fewest_channels(problem);
                if (channels && (!best || *channels < best->channels)) {
                    problem.channels = *channels;
                    best = problem;
                }
            }
        }
        if (best) {
            shrink(*best, &Problem::x, best->data);
            shrink(*best, &Problem::w, best->weights);
        }
        return best;
    }

    bool breaks(const Problem& problem) const { return trials_.of(problem).reason == reason_; }

private:
    /// Without it the form cannot break for the reason.
    bool may_break(const Problem& problem) const {
        return reason_ == kBeyondF32 ? trials_.of(problem).beyond_f32 : breaks(problem);
    }

    std::optional<std::int64_t> fewest_channels(Problem problem) const {
        const auto may_break_with = [&](std::int64_t channels) {
            problem.channels = channels;
            return may_break(problem);
        };
        std::int64_t high = 1;
        while (!may_break_with(high)) {
            if (high >= kMostTaps) {
                return std::nullopt;
            }
            high *= 2;
        }
        for (std::int64_t low = high / 2; high - low > 1;) {
            const std::int64_t middle = low + (high - low) / 2;
            (may_break_with(middle) ? high : low) = middle;
        }
        constexpr std::int64_t kTries = 256;
        for (problem.channels = high; problem.channels < high + kTries; ++problem.channels) {
            if (breaks(problem)) {
                return problem.channels;
            }
        }
        return std::nullopt;
    }

    /// The least magnitude with which it still breaks; of two, the positive. Small problems are tried from 0 on, large
    /// ones from the end of the type as long as they may break.
    void shrink(Problem& problem, std::int64_t Problem::*value, DataType type) const {
        const bool is_small = problem.channels == 1;
        const std::int64_t most = std::abs(problem.*value);
        std::int64_t least = problem.*value;
        for (std::int64_t step = 0; step <= most; ++step) {
            const std::int64_t magnitude = is_small ? step : most - step;
            bool goes_on = is_small;
            for (const std::int64_t candidate : {-magnitude, magnitude}) {
                Problem smaller = problem;
                smaller.*value = candidate;
                if (candidate >= graph::lowest_of(type) && candidate <= graph::highest_of(type)) {
                    least = breaks(smaller) ? candidate : least;
                    goes_on = (goes_on && !(is_small && breaks(smaller))) || (!is_small && may_break(smaller));
                }
            }
            if (!goes_on) {
                break;
            }
        }
        problem.*value = least;
    }

    Trials& trials_;
    std::string reason_;
};

/// The smallest border: kernels up to 3, one pad, small values.
std::optional<Problem> smallest_border(const Search& search, const Problem& like) {
    for (std::int64_t kernel = 2; kernel <= 3; ++kernel) {
        for (std::int64_t x = 0; x <= 2; ++x) {
            for (std::int64_t w = 0; w <= 2; ++w) {
                Problem problem = like;
                problem.kernel = kernel;
                problem.pad = kernel - 1;
                problem.x = x;
                problem.w = w;
                if (search.breaks(problem)) {
                    return problem;
                }
            }
        }
    }
    return std::nullopt;
}

std::optional<std::int64_t> first_value(const graph::Case& value, graph::TensorId id) {
    return id == graph::kAbsent ? std::nullopt : std::optional(static_cast<std::int64_t>(value.data_of(id).at(0)));
}

FormBreak break_of(EquivalentForm form, const std::string& reason, const Problem& problem) {
    FormBreak found;
    found.form = form;
    found.reason = reason;
    found.taps = problem.channels * problem.kernel;
    found.x = problem.x;
    found.w = problem.w;
    found.data_zero_point = problem.data_zero_point.value_or(0);
    found.weights_zero_point = problem.weights_zero_point.value_or(0);
    found.smallest = problem.build();
    const FormComparison comparison = compare_form(found.smallest, 0, form);
    found.expected = comparison.expected;
    found.got = comparison.got;
    return found;
}

}  // namespace

FormComparison compare_form(const graph::Case& value, graph::NodeId node, EquivalentForm form) {
    FormComparison result;
    graph::Case other;
    try {
        other = equivalent_case(value, node, form);
    } catch (const NoEquivalent& refusal) {
        const std::string why = refusal.what();
        result.reason = why.substr(0, why.find(':'));
        return result;
    }
    const std::string& name = value.graph.node(node).name;
    const oracle::Evaluation theirs = evaluated(other);
    const oracle::Evaluation ours = evaluated(value);
    const oracle::AllowedTensor& expected = ours.of(value.graph.node(node).output);
    const oracle::AllowedTensor& got = theirs.of(result_of(other, name));
    for (std::int64_t i = 0; i < expected.size(); ++i) {
        const oracle::AllowedSet a = expected.at(i), b = got.at(i);
        if (a.unconstrained || a.intervals != b.intervals || b.unconstrained) {
            if (result.differing == 0) {
                result.expected = lower_end(a);
                result.got = lower_end(b);
            }
            ++result.differing;
        }
    }
    result.beyond_f32 = exceeds_f32(other, theirs);
    if (is_overflowed(other, theirs)) {
        result.reason = "s32 overflow";
    } else if (result.differing > 0) {
        result.reason = result.beyond_f32 ? kBeyondF32 : "border taps";
    }
    return result;
}

std::vector<FormBreak> find_breaks(const graph::Case& value, graph::NodeId id, EquivalentForm form) {
    const graph::Node& node = value.graph.node(id);
    Problem like;
    like.data = value.graph.tensor(graph::input_at(node, "data")).type;
    like.weights = value.graph.tensor(graph::input_at(node, "weights")).type;
    like.data_zero_point = first_value(value, graph::input_at(node, "data_zero_point"));
    like.weights_zero_point = first_value(value, graph::input_at(node, "weights_zero_point"));
    std::vector<FormBreak> breaks;
    Trials trials(form);
    for (const char* reason : {"s32 overflow", kBeyondF32, "s8 saturation", "u8 saturation"}) {
        if (const auto problem = Search(trials, reason).run(like)) {
            breaks.push_back(break_of(form, reason, *problem));
        }
    }
    if (const auto problem = smallest_border(Search(trials, "border taps"), like)) {
        breaks.push_back(break_of(form, "border taps", *problem));
    }
    return breaks;
}

}  // namespace difftest::harness
