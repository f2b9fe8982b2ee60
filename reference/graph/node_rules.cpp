#include "reference/graph/node_rules.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <string_view>
#include <variant>
#include <vector>

namespace difftest::graph {
namespace {

using Types = std::initializer_list<DataType>;

constexpr Types kAll{DataType::s8, DataType::u8, DataType::s32, DataType::f32, DataType::f16, DataType::bf16};
constexpr Types kIntegers{DataType::s8, DataType::u8, DataType::s32};
constexpr Types kBytes{DataType::s8, DataType::u8};
constexpr Types kFloatings{DataType::f32, DataType::f16, DataType::bf16};
constexpr Types kF32{DataType::f32};
constexpr Types kBytesAndF32{DataType::s8, DataType::u8, DataType::f32};
constexpr Types kS32{DataType::s32};

constexpr std::int64_t kMostLevels = 65536;
constexpr std::int64_t kMostShift = 31;

std::optional<Problem> wrong_type(std::string place, DataType type, const Types& allowed) {
    if (std::find(allowed.begin(), allowed.end(), type) != allowed.end()) {
        return std::nullopt;
    }
    std::vector<std::string_view> names;
    for (const DataType entry : allowed) {
        names.push_back(name_of(entry));
    }
    return Problem{std::move(place),
                   fmt::format("type {} is not allowed here, only {}", name_of(type), fmt::join(names, ", "))};
}

struct SlotRule {
    std::string_view slot;
    const Types& types;
    bool constant = false;
};

/// The rules of one operation: every slot, then the output.
class NodeCheck {
public:
    NodeCheck(const Graph& graph, const Node& node) : graph_(graph), node_(node) {}

    std::optional<Problem> operator()(const Convolution& /*op*/) const { return check_convolution(); }
    std::optional<Problem> operator()(const Deconvolution& /*op*/) const { return check_convolution(); }

    std::optional<Problem> operator()(const InnerProduct& /*op*/) const { return check_convolution(); }

    std::optional<Problem> operator()(const Matmul& /*op*/) const { return check_sums("a", "b"); }

    std::optional<Problem> operator()(const Eltwise& op) const {
        for (const auto& [name, value] : {std::pair{"alpha", op.alpha}, std::pair{"beta", op.beta}}) {
            if (!std::isfinite(value)) {
                return Problem{fmt::format("/attributes/{}", name), fmt::format("{} is not finite", value)};
            }
        }
        const bool clips = op.algorithm == EltwiseAlgorithm::clip || op.algorithm == EltwiseAlgorithm::clip_v2;
        if (clips && op.alpha > op.beta) {
            return Problem{"/attributes/alpha",
                           fmt::format("the lower bound {} is above the upper bound {}", op.alpha, op.beta)};
        }
        return check({{"data", kAll}}, kFloatings);
    }

    std::optional<Problem> operator()(const Binary& /*op*/) const {
        return check({{"a", kAll}, {"b", kAll}}, kFloatings);
    }

    std::optional<Problem> operator()(const Select& /*op*/) const {
        const DataType type = graph_.tensor(node_.output).type;
        const Types same{type};
        const Types& branches = is_integer(type) ? same : kAll;
        return check({{"condition", kAll}, {"a", branches}, {"b", branches}}, kAll);
    }

    std::optional<Problem> operator()(const Prelu& /*op*/) const {
        return check({{"data", kAll}, {"slope", kAll}}, kFloatings);
    }

    std::optional<Problem> operator()(const Sum& op) const {
        if (!std::isfinite(op.scale)) {
            return Problem{"/attributes/scale", fmt::format("{} is not finite", op.scale)};
        }
        if (op.zero_point < lowest_of(DataType::s32) || op.zero_point > highest_of(DataType::s32)) {
            return Problem{"/attributes/zero_point", fmt::format("{} does not fit into s32", op.zero_point)};
        }
        const bool as_it_is = op.reinterpretation == Reinterpretation::none;
        return check({{"data", kAll}, {"previous", as_it_is ? kAll : kBytes}}, kFloatings);
    }

    std::optional<Problem> operator()(const FakeQuantize& op) const {
        if (op.levels < 2 || op.levels > kMostLevels) {
            return Problem{"/attributes/levels", fmt::format("{} is outside 2 to {}", op.levels, kMostLevels)};
        }
        return check({{"data", kAll},
                      {"input_low", kF32, true},
                      {"input_high", kF32, true},
                      {"output_low", kF32, true},
                      {"output_high", kF32, true}},
                     kAll);
    }

    std::optional<Problem> operator()(const Quantize& /*op*/) const {
        return check({{"data", kAll}, {"scale", kF32, true}, {"zero_point", kS32, true}}, kIntegers);
    }

    std::optional<Problem> operator()(const Dequantize& /*op*/) const {
        return check({{"data", kIntegers}, {"scale", kF32, true}, {"zero_point", kS32, true}}, kFloatings);
    }

    std::optional<Problem> operator()(const Requantize& /*op*/) const {
        return check({{"data", kAll}, {"multiplier", kF32, true}, {"zero_point", kS32, true}}, kIntegers);
    }

    std::optional<Problem> operator()(const Convert& /*op*/) const { return check({{"data", kAll}}, kAll); }

    std::optional<Problem> operator()(const RequantizeFixedPoint& op) const {
        if (auto found =
                check({{"data", kS32}, {"multiplier", kS32, true}, {"shift", kS32, true}, {"zero_point", kS32, true}},
                      kIntegers)) {
            return found;
        }
        const DataType type = graph_.tensor(node_.output).type;
        for (const auto& [name, value] : {std::pair{"lowest", op.lowest}, std::pair{"highest", op.highest}}) {
            if (value < lowest_of(type) || value > highest_of(type)) {
                return Problem{fmt::format("/attributes/{}", name),
                               fmt::format("{} is outside {} ({} to {})", value, name_of(type), lowest_of(type),
                                           highest_of(type))};
            }
        }
        if (op.lowest > op.highest) {
            return Problem{"/attributes/lowest",
                           fmt::format("{} is above the highest value {}", op.lowest, op.highest)};
        }
        return std::nullopt;
    }

    std::optional<Problem> operator()(const ShiftRound& op) const {
        if (op.shift < 1 || op.shift > kMostShift) {
            return Problem{"/attributes/shift", fmt::format("{} is outside 1 to {}", op.shift, kMostShift)};
        }
        return check({{"data", kIntegers}}, kS32);
    }

    std::optional<Problem> operator()(const Permute& /*op*/) const { return check_one_type(); }
    std::optional<Problem> operator()(const Reshape& /*op*/) const { return check_one_type(); }
    std::optional<Problem> operator()(const Slice& /*op*/) const { return check_one_type(); }
    std::optional<Problem> operator()(const Concat& /*op*/) const { return check_one_type(); }
    std::optional<Problem> operator()(const Reorder& /*op*/) const { return check_one_type(); }

    std::optional<Problem> operator()(const Pooling& op) const {
        return op.algorithm == PoolingAlgorithm::maximum ? check_one_type() : check_average();
    }

    std::optional<Problem> operator()(const Resampling& op) const {
        return op.algorithm == ResamplingAlgorithm::nearest ? check_one_type() : check_average();
    }

    std::optional<Problem> operator()(const Softmax& /*op*/) const { return check({{"data", kBytesAndF32}}, kF32); }

    std::optional<Problem> operator()(const Reduction& op) const {
        const bool integers = is_integer(graph_.tensor(node_.inputs.front()).type);
        switch (op.algorithm) {
            case ReductionAlgorithm::sum: return integers ? check({{"data", kIntegers}}, kS32) : check_one_type();
            case ReductionAlgorithm::mean: return check_average();
            case ReductionAlgorithm::maximum:
            case ReductionAlgorithm::minimum: return check_one_type();
        }
        return std::nullopt;
    }

private:
    std::optional<Problem> check_convolution() const {
        const TensorId bias = input_at(node_, "bias");
        if (bias != kAbsent && graph_.tensor(bias).shape.size() != 1) {
            return Problem{"/inputs/bias", fmt::format("shape {} is not one value for each channel",
                                                       to_string(graph_.tensor(bias).shape))};
        }
        return check_sums("data", "weights");
    }

    /// Integers give s32 and may have zero points; floating-point operands give a floating-point result.
    std::optional<Problem> check_sums(std::string_view first, std::string_view second) const {
        const std::string zero_points[] = {fmt::format("{}_zero_point", first), fmt::format("{}_zero_point", second)};
        if (is_integer(graph_.tensor(input_at(node_, first)).type)) {
            return check({{first, kBytes},
                          {second, kBytes},
                          {"bias", kS32},
                          {zero_points[0], kS32, true},
                          {zero_points[1], kS32, true}},
                         kS32);
        }
        for (const std::string& slot : zero_points) {
            if (input_at(node_, slot) != kAbsent) {
                return Problem{fmt::format("/inputs/{}", slot), "only integers have a zero point"};
            }
        }
        return check({{first, kFloatings}, {second, kFloatings}, {"bias", kFloatings}}, kFloatings);
    }

    /// Data is moved, not changed: every input and the output have the type of the first input.
    std::optional<Problem> check_one_type() const {
        const DataType type = graph_.tensor(node_.inputs.front()).type;
        const auto slots = slots_of(node_.operation);
        for (std::size_t i = 1; i < slots.size(); ++i) {
            if (node_.inputs[i] == kAbsent) {
                continue;
            }
            const Tensor& tensor = graph_.tensor(node_.inputs[i]);
            const std::string place = fmt::format("/inputs/{}", slots[i].name);
            if (auto found = wrong_type(place, tensor.type, {type})) {
                return found;
            }
            if (tensor.shape.empty()) {  // shape inference cannot tell a scalar from an unused slot
                return Problem{place, "a scalar has no dimension to join along"};
            }
        }
        return wrong_type("/output/type", graph_.tensor(node_.output).type, {type});
    }

    /// The average of integers may stay a real number.
    std::optional<Problem> check_average() const {
        const DataType type = graph_.tensor(node_.inputs.front()).type;
        return is_integer(type) ? wrong_type("/output/type", graph_.tensor(node_.output).type, {type, DataType::f32})
                                : check_one_type();
    }

    std::optional<Problem> check(std::initializer_list<SlotRule> rules, const Types& output) const {
        for (const SlotRule& rule : rules) {
            const TensorId id = input_at(node_, rule.slot);
            if (id == kAbsent) {
                continue;
            }
            const Tensor& tensor = graph_.tensor(id);
            const std::string place = fmt::format("/inputs/{}", rule.slot);
            if (auto found = wrong_type(place, tensor.type, rule.types)) {
                return found;
            }
            if (rule.constant && tensor.role != TensorRole::constant) {
                return Problem{place, "must be a constant"};
            }
        }
        return wrong_type("/output/type", graph_.tensor(node_.output).type, output);
    }

    const Graph& graph_;
    const Node& node_;
};

double product(const Shape& shape, std::size_t first) {
    double result = 1;
    for (std::size_t i = first; i < shape.size(); ++i) {
        result *= static_cast<double>(shape[i]);
    }
    return result;
}

}  // namespace

std::optional<Problem> problem_of_node(const Graph& graph, const Node& node) {
    return std::visit(NodeCheck(graph, node), node.operation);
}

double multiply_accumulates_of(const Graph& graph, const Node& node) {
    const Shape& output = graph.tensor(node.output).shape;
    if (const auto* pooling = std::get_if<Pooling>(&node.operation)) {
        const Shape& data = graph.tensor(node.inputs.front()).shape;
        double taps = 1;  // of a window: padding is not visited
        for (std::size_t i = 0; i < pooling->kernel.size(); ++i) {
            taps *= static_cast<double>(std::min(pooling->kernel[i], data[i + 2]));
        }
        return taps * product(output, 0);
    }
    if (const auto* matmul = std::get_if<Matmul>(&node.operation)) {
        const Shape& a = graph.tensor(input_at(node, "a")).shape;
        return product(output, 0) * static_cast<double>(a[a.size() - (matmul->transpose_a ? 2 : 1)]);
    }
    const bool transposed = std::holds_alternative<Deconvolution>(node.operation);
    if (!transposed && !std::holds_alternative<Convolution>(node.operation) &&
        !std::holds_alternative<InnerProduct>(node.operation)) {
        return 0;
    }
    const Shape& data = graph.tensor(input_at(node, "data")).shape;
    const Shape& weights = graph.tensor(input_at(node, "weights")).shape;
    // Every weight meets each position of the result (convolution) or of the data (deconvolution) once a batch entry.
    return static_cast<double>(data[0]) * product(weights, 0) * product(transposed ? data : output, 2);
}

}  // namespace difftest::graph
