#include "backends/quantized_operators/requantization.hpp"

#include "backends/quantized_operators/constant_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

namespace difftest::backends::quantized {
namespace {

using graph::BinaryAlgorithm;
using graph::EltwiseAlgorithm;

/// Sums up to here are exact in f32.
constexpr double kExactInteger = 0x1p24;

/// With products of scales down to here, no sum times a scale underflows, nor overflows with their reciprocals.
constexpr float kSmallestProduct = 0x1p-80F;

enum class StepKind : std::uint8_t { multiply, divide, maximum, minimum };

/// One f32 operation with a constant.
struct Step {
    StepKind kind = StepKind::multiply;
    std::vector<double> values;      ///< one, or one for each channel
    bool is_multiplication = false;  ///< a binary node, which F1 may associate with its like
};

bool is_power_of_two(double value) {
    int exponent = 0;
    return std::frexp(value, &exponent) == 0.5;
}

bool are_powers_of_two(const std::vector<double>& values) {
    return std::all_of(values.begin(), values.end(), is_power_of_two);
}

float applied(const Step& step, float x, std::size_t channel) {
    const auto value = static_cast<float>(at_channel(step.values, channel));
    switch (step.kind) {
        case StepKind::multiply: return x * value;
        case StepKind::divide: return x / value;
        case StepKind::maximum: return std::max(x, value);
        default: return std::min(x, value);
    }
}

class Reader {
public:
    Reader(const graph::Case& value, graph::TensorId sums, std::size_t axis, double largest_sum)
        : value_(value), axis_(axis), largest_(largest_sum), current_(sums) {}

    Requantization read() {
        while (!finished_) {
            take(next_node());
        }
        result_.output = current_;
        result_.bias = bias_;
        fold_factors();
        set_clamp();
        return std::move(result_);
    }

private:
    [[noreturn]] void refuse(const graph::Node& node, const char* what) const {
        throw NotRequantized(fmt::format("{} ('{}')", what, node.name));
    }

    const graph::Node& next_node() const {
        const graph::Tensor& tensor = value_.graph.tensor(current_);
        const std::vector<graph::NodeId> consumers = value_.graph.consumers_of(current_);
        if (value_.graph.is_output(current_)) {
            throw NotRequantized(fmt::format("a result in {} ('{}')", name_of(tensor.type), tensor.name));
        }
        if (consumers.size() != 1) {
            throw NotRequantized(fmt::format("{} that several nodes read ('{}')", name_of(tensor.type), tensor.name));
        }
        const graph::Node& node = value_.graph.node(consumers.front());
        if (node.inputs.front() != current_ && !std::holds_alternative<graph::Binary>(node.operation)) {
            refuse(node, "sums as a parameter");
        }
        return node;
    }

    void take(const graph::Node& node) {
        if (value_.graph.tensor(node.output).shape != value_.graph.tensor(current_).shape) {
            refuse(node, "a change of the shape before the requantization");
        }
        std::visit([&](const auto& operation) { read_operation(node, operation); }, node.operation);
        result_.nodes.push_back(value_.graph.tensor(node.output).producer);
        current_ = node.output;
    }

    template <typename Other>
    void read_operation(const graph::Node& node, const Other& /*operation*/) {
        throw NotRequantized(fmt::format("{} before the requantization ('{}')", Other::name, node.name));
    }

    void read_operation(const graph::Node& node, const graph::Binary& operation) {
        const bool swapped = node.inputs[1] == current_;
        const graph::TensorId other = node.inputs[swapped ? 0 : 1];
        const bool commutes = operation.algorithm != BinaryAlgorithm::divide;
        const auto values = values_along(value_, other, value_.graph.tensor(node.output).shape, axis_);
        if (other == current_ || (swapped && !commutes) || !values) {
            refuse(node, "an operand that is no constant of each channel");
        }
        switch (operation.algorithm) {
            case BinaryAlgorithm::multiply: return add_factor(node, *values, StepKind::multiply, true);
            case BinaryAlgorithm::divide: return add_factor(node, *values, StepKind::divide, false);
            case BinaryAlgorithm::maximum: steps_.push_back({StepKind::maximum, *values}); return;
            case BinaryAlgorithm::minimum: steps_.push_back({StepKind::minimum, *values}); return;
            case BinaryAlgorithm::add: return add_bias(node, *values);
            default: refuse(node, "a binary operation that is neither a scale nor a clamp");
        }
    }

    void read_operation(const graph::Node& node, const graph::Eltwise& operation) {
        switch (operation.algorithm) {
            case EltwiseAlgorithm::linear:
                if (operation.beta != 0) {
                    refuse(node, "an addition of reals");
                }
                return add_factor(node, {static_cast<double>(operation.alpha)}, StepKind::multiply, false);
            case EltwiseAlgorithm::relu:
                if (operation.alpha != 0) {
                    refuse(node, "a leaky relu");
                }
                steps_.push_back({StepKind::maximum, {0}});
                return;
            case EltwiseAlgorithm::clip:
            case EltwiseAlgorithm::clip_v2:
                steps_.push_back({StepKind::maximum, {static_cast<double>(operation.alpha)}});
                steps_.push_back({StepKind::minimum, {static_cast<double>(operation.beta)}});
                return;
            default: refuse(node, "a function before the requantization");
        }
    }

    void read_operation(const graph::Node& node, const graph::Dequantize& /*operation*/) {
        if (single_value(value_, node.inputs[2], 0) != 0.0) {
            refuse(node, "a zero point of the sums");
        }
        add_factor(node, constants(node, node.inputs[1]), StepKind::multiply, false);
    }

    void read_operation(const graph::Node& node, const graph::Convert& operation) {
        const graph::DataType type = value_.graph.tensor(node.output).type;
        if (type == graph::DataType::f32) {
            return;
        }
        if (operation.overflow != graph::Overflow::saturate || operation.rounding != graph::Rounding::half_to_even) {
            refuse(node, "a conversion that wraps or rounds otherwise than half to even");
        }
        finish(node, graph::kAbsent);
    }

    void read_operation(const graph::Node& node, const graph::Quantize& operation) {
        check_rounding(node, operation.rounding, operation.zero_point_site);
        add_factor(node, constants(node, node.inputs[1]), StepKind::divide, false);
        finish(node, node.inputs[2]);
    }

    void read_operation(const graph::Node& node, const graph::Requantize& operation) {
        check_rounding(node, operation.rounding, operation.zero_point_site);
        add_factor(node, constants(node, node.inputs[1]), StepKind::multiply, false);
        finish(node, node.inputs[2]);
    }

    /// Levels from 0 on that become neighbouring integers: k = clamp(RNE(x * ((levels - 1) / input_high)), 0, levels -
    /// 1), and output_low is the zero point (reference/oracle/fake_quantize.cpp, scale_shift).
    void read_operation(const graph::Node& node, const graph::FakeQuantize& operation) {
        const auto low = single_value(value_, node.inputs[1], 0);
        const auto out_low = single_value(value_, node.inputs[3], 0);
        const auto out_high = single_value(value_, node.inputs[4], 0);
        const auto top = static_cast<float>(operation.levels - 1);
        const graph::DataType type = value_.graph.tensor(node.output).type;
        if (low != 0.0 || !out_low || !out_high || *out_low != std::nearbyint(*out_low) ||
            *out_high - *out_low != static_cast<double>(top) || !graph::is_integer(type) ||
            *out_low < static_cast<double>(graph::lowest_of(type)) ||
            *out_high > static_cast<double>(graph::highest_of(type))) {
            refuse(node, "a fake_quantize that is not from 0 with one level for each integer");
        }
        std::vector<double> scales;
        for (const double high : constants(node, node.inputs[2])) {
            scales.push_back(high > 0 ? top / static_cast<float>(high) : 0.0F);
        }
        add_factor(node, std::move(scales), StepKind::multiply, false);
        finish(node, graph::kAbsent);
        result_.zero_point = static_cast<std::int64_t>(*out_low);
        result_.lowest = static_cast<std::int64_t>(*out_low);
        result_.highest = static_cast<std::int64_t>(*out_high);
        result_.has_scale_and_shift = operation.form == graph::FakeQuantizeForm::specification;
    }

    void check_rounding(const graph::Node& node, graph::Rounding rounding, graph::ZeroPointSite site) const {
        if (rounding != graph::Rounding::half_to_even) {
            refuse(node, "a rounding other than half to even");
        }
        if (site == graph::ZeroPointSite::before_rounding && single_value(value_, node.inputs[2], 0) != 0.0) {
            refuse(node, "a zero point that is added before the rounding");
        }
    }

    std::vector<double> constants(const graph::Node& node, graph::TensorId id) const {
        auto values = values_along(value_, id, value_.graph.tensor(node.output).shape, axis_);
        if (!values) {
            refuse(node, "a scale that is no constant of each channel");
        }
        return *std::move(values);
    }

    void add_factor(const graph::Node& node, std::vector<double> values, StepKind kind, bool is_multiplication) {
        const auto usable = [](double each) { return each > 0 && std::isnormal(static_cast<float>(each)); };
        if (!std::all_of(values.begin(), values.end(), usable)) {
            refuse(node, "a scale that is not above 0");
        }
        steps_.push_back({kind, std::move(values), is_multiplication});
    }

    void add_bias(const graph::Node& node, const std::vector<double>& values) {
        double largest = 0;
        for (const double each : values) {
            if (each != std::nearbyint(each)) {
                refuse(node, "an addition of reals");
            }
            largest = std::max(largest, std::fabs(each));
        }
        if (!steps_.empty() || !bias_.empty()) {
            refuse(node, "an addition behind a scale or a clamp");
        }
        if (largest_ + largest > kExactInteger) {
            refuse(node, "an addition to sums that f32 does not hold exactly");
        }
        largest_ += largest;
        for (const double each : values) {
            bias_.push_back(static_cast<std::int64_t>(each));
        }
    }

    void finish(const graph::Node& node, graph::TensorId zero_point) {
        const graph::DataType type = value_.graph.tensor(node.output).type;
        const auto single = single_value(value_, zero_point, 0);
        if (type != graph::DataType::u8 && type != graph::DataType::s8) {
            refuse(node, "a result that has not 8 bits");
        }
        if (!single) {
            refuse(node, "a zero point for each channel");
        }
        result_.zero_point = static_cast<std::int64_t>(*single);
        result_.lowest = graph::lowest_of(type);
        result_.highest = graph::highest_of(type);
        finished_ = true;
    }

    /// One multiplier in the place of all factors.
    void fold_factors() {
        std::size_t inexact = 0;
        bool only_multiplications = true;
        std::size_t count = 1;
        for (std::size_t i = 0; i < steps_.size(); ++i) {
            const Step& step = steps_[i];
            const bool factor = step.kind == StepKind::multiply || step.kind == StepKind::divide;
            count = std::max(count, factor ? step.values.size() : 1);
            if (factor && !are_powers_of_two(step.values)) {
                ++inexact;
                only_multiplications = only_multiplications && step.is_multiplication;
                result_.multiplies_by_reciprocal |= step.kind == StepKind::divide;
            }
            // F1 is about multiplications that follow one another.
            only_multiplications = only_multiplications && (factor || i == 0 || i + 1 == steps_.size());
        }
        if (inexact > 1 && !only_multiplications) {
            throw NotRequantized(fmt::format("several scales that no single multiplier stands for ('{}')",
                                             value_.graph.tensor(result_.output).name));
        }
        result_.associates_scales = inexact > 1;
        for (std::size_t channel = 0; channel < count; ++channel) {
            result_.multipliers.push_back(folded(channel));
        }
        split_off_divisor(inexact);
    }

    /// The division at the end, where everything in front of it is a power of two.
    void split_off_divisor(std::size_t inexact) {
        const Step* const last = steps_.empty() ? nullptr : &steps_.back();
        const bool divides = last != nullptr && last->kind == StepKind::divide && last->values.size() == 1 &&
                             !is_power_of_two(last->values.front());
        if (inexact > (divides ? 1 : 0)) {
            return;
        }
        result_.divisor = divides ? static_cast<float>(last->values.front()) : 1;
        if (divides) {
            steps_.back().values = {1};
        }
        for (std::size_t channel = 0; channel < result_.multipliers.size(); ++channel) {
            result_.powers.push_back(folded(channel));
        }
        if (divides) {
            steps_.back().values = {static_cast<double>(result_.divisor)};
        }
    }

    float folded(std::size_t channel) const {
        float product = 1;
        bool within = true;
        for (const Step& step : steps_) {
            if (step.kind == StepKind::multiply || step.kind == StepKind::divide) {
                product = applied(step, product, channel);
                within = within && product > kSmallestProduct && product < 1 / kSmallestProduct;
            }
        }
        if (!within) {
            throw NotRequantized(
                fmt::format("scales that are tiny or huge together ('{}')", value_.graph.tensor(result_.output).name));
        }
        return product;
    }

    /// A clamp in front of scales that are above 0 and of a rounding is one of the result: everything is monotonic.
    void set_clamp() {
        for (std::size_t i = 0; i < steps_.size(); ++i) {
            if (steps_[i].kind != StepKind::maximum && steps_[i].kind != StepKind::minimum) {
                continue;
            }
            const bool is_lower = steps_[i].kind == StepKind::maximum;
            const std::int64_t bound = quantized_bound(i);
            // A later minimum below an earlier maximum wins, and the other way round.
            result_.lowest = is_lower ? std::max(result_.lowest, bound) : std::min(result_.lowest, bound);
            result_.highest = is_lower ? std::max(result_.highest, bound) : std::min(result_.highest, bound);
        }
    }

    /// What the bound of step `at` becomes, by what follows it in the graph; the same for all channels.
    std::int64_t quantized_bound(std::size_t at) const {
        std::size_t count = 1;
        for (std::size_t i = at; i < steps_.size(); ++i) {
            count = std::max(count, steps_[i].values.size());
        }
        const graph::DataType type = value_.graph.tensor(result_.output).type;
        std::int64_t bound = 0;
        for (std::size_t channel = 0; channel < count; ++channel) {
            auto x = static_cast<float>(at_channel(steps_[at].values, channel));
            for (std::size_t i = at + 1; i < steps_.size(); ++i) {
                const bool factor = steps_[i].kind == StepKind::multiply || steps_[i].kind == StepKind::divide;
                x = factor ? applied(steps_[i], x, channel) : x;
            }
            const double rounded = std::clamp(std::nearbyint(static_cast<double>(x)), -0x1p30, 0x1p30) +
                                   static_cast<double>(result_.zero_point);
            const auto here = static_cast<std::int64_t>(std::clamp(rounded, static_cast<double>(graph::lowest_of(type)),
                                                                   static_cast<double>(graph::highest_of(type))));
            if (channel > 0 && here != bound) {
                throw NotRequantized(fmt::format("a clamp that differs between channels ('{}')",
                                                 value_.graph.tensor(result_.output).name));
            }
            bound = here;
        }
        return bound;
    }

    const graph::Case& value_;
    std::size_t axis_;
    double largest_;
    graph::TensorId current_;
    bool finished_ = false;
    std::vector<Step> steps_;
    std::vector<std::int64_t> bias_;
    Requantization result_;
};

}  // namespace

Requantization read_requantization(const graph::Case& value, graph::TensorId sums, std::size_t axis,
                                   double largest_sum) {
    return Reader(value, sums, axis, largest_sum).read();
}

}  // namespace difftest::backends::quantized
