#include "harness/diagnose/error_portrait.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

namespace difftest::harness {
namespace {

using Coordinates = std::vector<std::int64_t>;

Coordinates coordinates_of(const graph::Shape& shape, std::int64_t index) {
    Coordinates result(shape.size());
    for (std::size_t d = shape.size(); d-- > 0;) {
        result[d] = index % shape[d];
        index /= shape[d];
    }
    return result;
}

std::int64_t index_of(const graph::Shape& shape, const Coordinates& coordinates) {
    std::int64_t index = 0;
    for (std::size_t d = 0; d < shape.size(); ++d) {
        index = index * shape[d] + coordinates[d];
    }
    return index;
}

/// A tensor whose wrong elements are looked at.
class Sitter {
public:
    Sitter(const oracle::AllowedTensor& allowed, const graph::TensorData& got) : allowed_(allowed), got_(got) {
        for (std::int64_t i = 0; i < allowed.size(); ++i) {
            judged_ += allowed.at(i).unconstrained ? 0 : 1;
            if (!allowed.contains(i, got.at(i))) {
                wrong_.push_back(i);
                places_.push_back(coordinates_of(allowed.shape(), i));
            }
        }
    }

    bool is_wrong() const { return !wrong_.empty(); }

    std::vector<std::string> places() const {
        std::vector<std::string> lines{fmt::format("{} of {} judged elements are wrong", wrong_.size(), judged_)};
        for (std::size_t d = 0; d < allowed_.shape().size() && is_partly_wrong(); ++d) {
            add_dimension(lines, d);
        }
        if (is_partly_wrong() && is_border_only()) {
            lines.emplace_back("only at the border: at the first or last position of a spatial dimension");
        }
        return lines;
    }

    std::vector<std::string> values(const std::set<std::int64_t>& zero_points) const {
        std::vector<std::string> lines;
        add_single_value(lines);
        add_differences(lines, zero_points);
        add_neighbours(lines);
        add_wrapped(lines);
        return lines;
    }

private:
    bool is_partly_wrong() const { return static_cast<std::int64_t>(wrong_.size()) < judged_; }

    static std::string name_of_dimension(std::size_t d) {
        return d == 0 ? "image" : d == 1 ? "channel" : fmt::format("position in dimension {}", d);
    }

    /// Every index that has a property, and only these, or all wrong ones are among them.
    void add_dimension(std::vector<std::string>& lines, std::size_t d) const {
        const std::int64_t size = allowed_.shape()[d];
        std::set<std::int64_t> seen;
        for (const Coordinates& place : places_) {
            seen.insert(place[d]);
        }
        if (static_cast<std::int64_t>(seen.size()) == size || size == 1) {
            return;
        }
        if (seen.size() == 1) {
            lines.push_back(fmt::format("only {} {} of {}", name_of_dimension(d), *seen.begin(), size));
            return;
        }
        for (const std::int64_t block : {16, 8, 4}) {
            if (size > block && size % block != 0 && *seen.begin() >= size / block * block) {
                lines.push_back(fmt::format("only {} {} and behind: the tail of a block of {}", name_of_dimension(d),
                                            size / block * block, block));
                return;
            }
        }
        for (const std::int64_t phase : {2, 3, 4}) {
            const std::int64_t rest = *seen.begin() % phase;
            if (size > phase &&
                std::all_of(seen.begin(), seen.end(), [&](std::int64_t each) { return each % phase == rest; })) {
                lines.push_back(fmt::format("only where the {} modulo {} is {}", name_of_dimension(d), phase, rest));
                return;
            }
        }
        lines.push_back(
            fmt::format("only {} {} to {} of {}", name_of_dimension(d), *seen.begin(), *seen.rbegin(), size));
    }

    bool is_border_only() const {
        const graph::Shape& shape = allowed_.shape();
        return shape.size() > 2 && std::all_of(places_.begin(), places_.end(), [&](const Coordinates& place) {
                   for (std::size_t d = 2; d < shape.size(); ++d) {
                       if (shape[d] > 2 && (place[d] == 0 || place[d] == shape[d] - 1)) {
                           return true;
                       }
                   }
                   return false;
               });
    }

    void add_single_value(std::vector<std::string>& lines) const {
        const double first = got_.at(wrong_.front());
        const bool nan = std::isnan(first);
        const bool same = std::all_of(wrong_.begin(), wrong_.end(), [&](std::int64_t i) {
            return nan ? std::isnan(got_.at(i)) : got_.at(i) == first;
        });
        if (same && (wrong_.size() > 1 || first == 0 || !std::isfinite(first))) {
            lines.push_back(fmt::format("each is {}", first));
        }
        const bool in_type = graph::is_integer(allowed_.type());
        if (in_type && std::all_of(wrong_.begin(), wrong_.end(), [&](std::int64_t i) {
                return got_.at(i) == static_cast<double>(graph::lowest_of(allowed_.type())) ||
                       got_.at(i) == static_cast<double>(graph::highest_of(allowed_.type()));
            })) {
            lines.push_back(fmt::format("each is an end of {}", graph::name_of(allowed_.type())));
        }
    }

    /// got - expected, where the expected value is a single one.
    std::optional<std::vector<double>> differences() const {
        std::vector<double> result;
        for (const std::int64_t i : wrong_) {
            if (!allowed_.is_point(i) || !std::isfinite(got_.at(i))) {
                return std::nullopt;
            }
            result.push_back(got_.at(i) - allowed_.point(i));
        }
        return result;
    }

    void add_differences(std::vector<std::string>& lines, const std::set<std::int64_t>& zero_points) const {
        const auto difference = differences();
        if (!difference) {
            return;
        }
        const double first = difference->front();
        if (difference->size() > 1 &&
            std::all_of(difference->begin(), difference->end(), [first](double each) { return each == first; })) {
            lines.push_back(fmt::format("each is {} too {}", std::fabs(first), first > 0 ? "large" : "small"));
        }
        for (const std::int64_t zero_point : zero_points) {
            if (std::all_of(difference->begin(), difference->end(),
                            [&](double each) { return std::fmod(each, static_cast<double>(zero_point)) == 0; })) {
                lines.push_back(fmt::format("each difference is a multiple of {}, a zero point", zero_point));
            }
        }
        add_ratio(lines);
    }

    void add_ratio(std::vector<std::string>& lines) const {
        const double right = allowed_.point(wrong_.front());
        const double ratio = got_.at(wrong_.front()) / right;
        if (wrong_.size() > 1 && right != 0 && ratio != 1 && ratio != 0 &&
            std::all_of(wrong_.begin(), wrong_.end(),
                        [&](std::int64_t i) { return got_.at(i) == ratio * allowed_.point(i); })) {
            lines.push_back(fmt::format("each is {} times what it should be", ratio));
        }
    }

    /// What belongs somewhere else stands here.
    void add_neighbours(std::vector<std::string>& lines) const {
        const graph::Shape& shape = allowed_.shape();
        for (std::size_t d = 0; d < shape.size() && wrong_.size() > 1; ++d) {
            for (const std::int64_t step : {-1, 1, -2, 2}) {
                if (std::all_of(places_.begin(), places_.end(), [&](const Coordinates& place) {
                        Coordinates other = place;
                        other[d] += step;
                        return other[d] >= 0 && other[d] < shape[d] &&
                               allowed_.contains(index_of(shape, other), got_.at(index_of(shape, place)));
                    })) {
                    lines.push_back(fmt::format("each is what belongs {} {} in dimension {}", std::abs(step),
                                                step > 0 ? "further" : "before", d));
                }
            }
        }
    }

    void add_wrapped(std::vector<std::string>& lines) const {
        const auto difference = differences();
        if (difference && std::all_of(difference->begin(), difference->end(),
                                      [](double each) { return std::fmod(each, 256) == 0; })) {
            lines.emplace_back("each difference is a multiple of 256, as when bytes wrap");
        }
    }

    const oracle::AllowedTensor& allowed_;
    const graph::TensorData& got_;
    std::int64_t judged_ = 0;
    std::vector<std::int64_t> wrong_;
    std::vector<Coordinates> places_;
};

/// Constants of integers that are no weights: what a zero point may be.
std::set<std::int64_t> zero_points_of(const graph::Case& value) {
    std::set<std::int64_t> result;
    for (const graph::Node& node : value.graph.nodes) {
        const auto slots = graph::slots_of(node.operation);
        for (std::size_t slot = 0; slot < node.inputs.size() && slot < slots.size(); ++slot) {
            const graph::TensorId id = node.inputs[slot];
            const bool named = slots[slot].name.find("zero_point") != std::string_view::npos;
            if (!named || id == graph::kAbsent || value.graph.tensor(id).role == graph::TensorRole::intermediate) {
                continue;
            }
            const graph::TensorData& data = value.data_of(id);
            for (std::int64_t i = 0; i < data.size(); ++i) {
                if (std::fabs(data.at(i)) > 1) {
                    result.insert(static_cast<std::int64_t>(std::fabs(data.at(i))));
                }
            }
        }
    }
    return result;
}

}  // namespace

std::vector<ErrorPortrait> portraits(const graph::Case& value, const oracle::Evaluation& allowed,
                                     const std::vector<graph::TensorData>& outputs) {
    std::vector<ErrorPortrait> result;
    const std::set<std::int64_t> zero_points = zero_points_of(value);
    for (std::size_t i = 0; i < outputs.size() && i < value.graph.outputs.size(); ++i) {
        const graph::TensorId id = value.graph.outputs[i];
        const Sitter sitter(allowed.of(id), outputs[i]);
        if (sitter.is_wrong()) {
            result.push_back({value.graph.tensor(id).name, sitter.places(), sitter.values(zero_points)});
        }
    }
    return result;
}

}  // namespace difftest::harness
