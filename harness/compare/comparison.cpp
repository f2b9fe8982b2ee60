#include "harness/compare/comparison.hpp"

#include "harness/compare/error_steps.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <stdexcept>

namespace difftest::harness {
namespace {

bool inside(const oracle::AllowedTensor& expected, std::int64_t index, double value) {
    return expected.is_point(index) ? expected.point(index) == value : expected.contains(index, value);
}

OutsideElement describe(const oracle::AllowedTensor& expected, std::int64_t index, double value) {
    OutsideElement result;
    result.index = index;
    result.coordinates = graph::coordinates_of(index, expected.shape());
    result.expected = expected.at(index);
    result.got = value;
    result.distance = std::isnan(value) ? std::numeric_limits<double>::infinity() : result.expected.distance(value);
    return result;
}

/// Facts about all outside elements, gathered while they pass by, from which the pattern is chosen.
class PatternFacts {
public:
    explicit PatternFacts(const graph::Shape& shape) : shape_(shape) {}

    void add(const OutsideElement& element, double offset) {
        const auto& place = element.coordinates;
        if (count_++ == 0) {
            offset_ = offset;
            channel_ = place.size() > 1 ? place[1] : 0;
        }
        same_offset_ = same_offset_ && offset == offset_;
        same_channel_ = same_channel_ && place.size() > 1 && place[1] == channel_;
        on_border_ = on_border_ && is_on_border(place);
    }

    ErrorPattern choose(std::int64_t judged) const {
        if (count_ == 0) {
            return ErrorPattern::none;
        }
        if (count_ == 1) {
            return ErrorPattern::single_element;
        }
        if (same_offset_) {
            return count_ == judged ? ErrorPattern::everywhere : ErrorPattern::constant_offset;
        }
        if (count_ == judged) {
            return ErrorPattern::everywhere;
        }
        if (same_channel_ && shape_[1] > 1) {
            return ErrorPattern::single_channel;
        }
        return on_border_ ? ErrorPattern::border_only : ErrorPattern::scattered;
    }

private:
    bool is_on_border(const std::vector<std::int64_t>& place) const {
        for (std::size_t dimension = 2; dimension < place.size(); ++dimension) {
            if (place[dimension] == 0 || place[dimension] == shape_[dimension] - 1) {
                return true;
            }
        }
        return false;
    }

    const graph::Shape& shape_;
    std::int64_t count_ = 0;
    double offset_ = 0;
    std::int64_t channel_ = 0;
    bool same_offset_ = true;
    bool same_channel_ = true;
    bool on_border_ = true;
};

/// Signed distance to the nearest interval: positive when the value lies above it.
double signed_offset(const OutsideElement& element) {
    for (const oracle::Interval& interval : element.expected.intervals) {
        if (element.got < interval.lo && interval.lo - element.got == element.distance) {
            return -element.distance;
        }
    }
    return element.distance;
}

void add(ErrorDistances& distances, const OutsideElement& element, graph::DataType type) {
    const double steps = error_steps(element.expected, element.got, type);
    ++distances.counts[bucket_of(steps)];
    if (steps > distances.most) {
        distances.most = steps;
        distances.largest = element;
    }
}

void check_same_tensor(std::string_view tensor, const graph::TensorData& got, const oracle::AllowedTensor& expected) {
    if (got.type() != expected.type() || got.shape() != expected.shape()) {
        throw std::invalid_argument(fmt::format("output {}: got {} {}, the oracle has {} {}", tensor,
                                                graph::name_of(got.type()), graph::to_string(got.shape()),
                                                graph::name_of(expected.type()), graph::to_string(expected.shape())));
    }
}

}  // namespace

std::string_view name_of(ErrorPattern pattern) {
    switch (pattern) {
        case ErrorPattern::none: return "none";
        case ErrorPattern::single_element: return "single_element";
        case ErrorPattern::everywhere: return "everywhere";
        case ErrorPattern::constant_offset: return "constant_offset";
        case ErrorPattern::single_channel: return "single_channel";
        case ErrorPattern::border_only: return "border_only";
        case ErrorPattern::scattered: return "scattered";
    }
    return "?";
}

Comparison compare(std::string_view tensor, const graph::TensorData& got, const oracle::AllowedTensor& expected) {
    check_same_tensor(tensor, got, expected);
    Comparison result;
    result.tensor = tensor;
    result.type = got.type();
    result.elements = got.size();
    result.constant = got.size() > 0;
    PatternFacts facts(expected.shape());
    const double front = got.size() > 0 ? got.at(0) : 0;
    for (std::int64_t index = 0; index < got.size(); ++index) {
        const double value = got.at(index);
        bool is_ambiguous = false;
        result.constant = result.constant && (value == front || (std::isnan(value) && std::isnan(front)));
        if (!expected.is_point(index)) {
            const oracle::AllowedSet allowed = expected.at(index);
            if (allowed.unconstrained) {
                ++result.unconstrained;
                continue;
            }
            is_ambiguous = !allowed.is_singleton();
            result.ambiguous += is_ambiguous ? 1 : 0;
        }
        ++result.judged;
        if (inside(expected, index, value)) {
            result.allowed += is_ambiguous ? 1 : 0;
            continue;
        }
        ++result.outside;
        OutsideElement element = describe(expected, index, value);
        facts.add(element, signed_offset(element));
        add(result.distances, element, result.type);
        if (!result.worst || element.distance > result.worst->distance) {
            result.worst = element;
        }
        if (result.first.size() < kFirstOutside) {
            result.first.push_back(std::move(element));
        }
    }
    result.pattern = facts.choose(result.judged);
    return result;
}

}  // namespace difftest::harness
