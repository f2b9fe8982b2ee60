#include "harness/reduce/neighbourhood.hpp"

#include "harness/reduce/attribute_edit.hpp"
#include "harness/reduce/axis_classes.hpp"
#include "harness/reduce/settle.hpp"
#include "harness/reduce/switches.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

namespace difftest::harness {
namespace {

using graph::Case;
using graph::TensorId;

/// One number of the case, and the case with another one in its place.
struct Dial {
    std::string what;
    std::int64_t own = 0;
    std::vector<std::int64_t> values;
    std::function<std::optional<Case>(std::int64_t)> turn;
};

std::optional<Case> with_size(const Case& value, TensorAxis axis, std::int64_t size) {
    const std::int64_t own = value.graph.tensor(axis.tensor).shape[axis.axis];
    std::vector<std::int64_t> indices;
    for (std::int64_t i = 0; i < size; ++i) {
        indices.push_back(i % own);
    }
    // Axes of size 1 are tied to nothing.
    const std::vector<TensorAxis> members =
        own > 1 ? AxisClasses(value.graph).members(axis) : std::vector<TensorAxis>{axis};
    return keep_indices(value, members, indices);
}

std::vector<Dial> dials_of(const Case& value) {
    constexpr std::array<std::int64_t, 13> kSizes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 32};
    std::vector<Dial> dials;
    for (std::size_t i = 0; i < value.graph.tensors.size(); ++i) {
        const graph::Tensor& tensor = value.graph.tensors[i];
        for (std::size_t axis = 0; is_leaf(value.graph, static_cast<TensorId>(i)) && axis < tensor.shape.size();
             ++axis) {
            const TensorAxis place{static_cast<TensorId>(i), axis};
            dials.push_back({fmt::format("{}: axis {}", tensor.name, axis),
                             tensor.shape[axis],
                             {kSizes.begin(), kSizes.end()},
                             [&value, place](std::int64_t size) { return with_size(value, place, size); }});
        }
    }
    for (const AttributeEntry& entry : attribute_entries(value.graph)) {
        if (entry.is_float || entry.name == "levels") {
            continue;
        }
        dials.push_back({attribute_text(value.graph, entry),
                         static_cast<std::int64_t>(entry.value),
                         {0, 1, 2, 3, 4},
                         [&value, entry](std::int64_t number) {
                             Case changed = value;
                             set_attribute(changed.graph.nodes[static_cast<std::size_t>(entry.node)].operation, entry,
                                           static_cast<double>(number));
                             return settle(changed);
                         }});
    }
    return dials;
}

/// "1..4, 7"
std::string ranges_text(const std::vector<std::int64_t>& values) {
    std::string text;
    for (std::size_t begin = 0; begin < values.size();) {
        std::size_t end = begin + 1;
        while (end < values.size() && values[end] == values[end - 1] + 1) {
            ++end;
        }
        text += fmt::format("{}{}", text.empty() ? "" : ", ", values[begin]);
        if (end - begin > 1) {
            text += fmt::format("..{}", values[end - 1]);
        }
        begin = end;
    }
    return text;
}

}  // namespace

std::string Condition::text() const {
    std::string text = fmt::format("fails for {}", ranges_text(fails));
    if (!passes.empty()) {
        text += fmt::format(", passes for {}", ranges_text(passes));
    }
    if (!others.empty()) {
        text += fmt::format(", something else for {}", ranges_text(others));
    }
    return text;
}

std::string Switched::text() const {
    std::string text = fmt::format("fails for {}", own);
    const auto add = [&](Effect effect, std::string_view head, std::string_view between) {
        if (const auto found = others.find(effect); found != others.end()) {
            text += fmt::format("{}{}", head, fmt::join(found->second, between));
        }
    };
    add(Effect::fails, ", ", ", ");
    add(Effect::passes, ", passes for ", ", ");
    add(Effect::something_else, ", something else for ", ", ");
    return text;
}

namespace {

/// Where cases around the minimal one lead, and the largest that passes.
class Exploration {
public:
    Exploration(const Signature& bug, std::optional<PassingStep> passing,
                const std::function<Observation(const Case&)>& observe, const std::vector<std::string>& isa_ladder)
        : bug_(bug), observe_(observe), isa_ladder_(isa_ladder), passing_(std::move(passing)) {
        largest_ = passing_ ? cost_of(passing_->value, isa_ladder_) : CaseCost{};
    }

    Effect look_at(const Case& changed, const std::string& what) {
        const Observation seen = observe_(changed);
        if (same_bug(bug_, seen.signature)) {
            return Effect::fails;
        }
        if (!stands(seen.signature)) {
            return Effect::something_else;
        }
        const CaseCost cost = cost_of(changed, isa_ladder_);
        if (!passing_ || largest_ < cost) {
            passing_ = PassingStep{what, changed};
            largest_ = cost;
        }
        return Effect::passes;
    }

    Condition turn(const Dial& dial) {
        Condition condition{dial.what, dial.own, {}, {}, {}};
        std::set<std::int64_t> numbers(dial.values.begin(), dial.values.end());
        numbers.insert(dial.own);
        for (const std::int64_t number : numbers) {
            const std::optional<Case> changed = number == dial.own ? std::nullopt : dial.turn(number);
            if (number != dial.own && !changed) {
                continue;
            }
            const Effect effect =
                changed ? look_at(*changed, fmt::format("{} = {} instead of {}", dial.what, number, dial.own))
                        : Effect::fails;
            auto& list = effect == Effect::fails    ? condition.fails
                         : effect == Effect::passes ? condition.passes
                                                    : condition.others;
            list.push_back(number);
        }
        return condition;
    }

    std::optional<PassingStep> passing() { return std::move(passing_); }

private:
    const Signature& bug_;
    const std::function<Observation(const Case&)>& observe_;
    const std::vector<std::string>& isa_ladder_;
    std::optional<PassingStep> passing_;
    CaseCost largest_;
};

}  // namespace

Neighbourhood explore(const Case& minimal, const Signature& bug, std::optional<PassingStep> passing,
                      const std::function<Observation(const Case&)>& observe,
                      const std::vector<std::string>& isa_ladder) {
    Exploration exploration(bug, std::move(passing), observe, isa_ladder);
    Neighbourhood result;
    for (const Dial& dial : dials_of(minimal)) {
        result.conditions.push_back(exploration.turn(dial));
    }
    for (const Switch& other : switches_of(minimal)) {
        if (const std::optional<Case> changed = other.make()) {
            if (result.switches.empty() || result.switches.back().property != other.property) {
                result.switches.push_back({other.property, other.own, {}});
            }
            const Effect effect = exploration.look_at(
                *changed, fmt::format("{} {} instead of {}", other.property, other.other, other.own));
            result.switches.back().others[effect].push_back(other.other);
        }
    }
    result.passing = exploration.passing();
    return result;
}

}  // namespace difftest::harness
