#include "harness/generate/described_steps.hpp"

#include "harness/generate/counter_random.hpp"
#include "reference/graph/enumeration_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <stdexcept>

namespace difftest::harness {
namespace {

using graph::DataType;
using graph::TensorData;
using graph::TensorId;

constexpr std::uint64_t kSeed = 26;

std::optional<DataType> type_at(const std::vector<std::string>& parts, std::size_t index) {
    return index < parts.size() ? graph::data_type_from(parts[index]) : std::nullopt;
}

/// Before anything is allocated: a few bytes of a line can ask for any amount.
void check_size(DataType type, const graph::Shape& shape) {
    constexpr std::int64_t kMostBytes = std::int64_t{64} << 20;
    const auto count = graph::element_count(shape);
    if (!count || *count > kMostBytes / static_cast<std::int64_t>(graph::size_of(type))) {
        refuse_import(fmt::format("a tensor {}: larger than {} bytes", graph::to_string(shape), kMostBytes));
    }
}

}  // namespace

void refuse_import(const std::string& what) {
    constexpr std::size_t kLongest = 200;
    std::string message = "cannot import " + what.substr(0, kLongest);
    // The line that it quotes may hold anything.
    std::replace_if(
        message.begin(), message.end(), [](unsigned char each) { return each < 0x20 || each == 0x7F; }, ' ');
    throw std::invalid_argument(message);
}

std::vector<std::string> some_words(std::string_view text, std::string_view separators) {
    std::vector<std::string> words = import_words(text, separators);
    if (words.empty()) {
        refuse_import(fmt::format("'{}', which names nothing", text));
    }
    return words;
}

TensorData filled_tensor(DataType type, const graph::Shape& shape, std::uint64_t stream) {
    check_size(type, shape);
    TensorData data(type, shape);
    const CounterRandom random(kSeed, stream);
    const bool is_float = !graph::is_integer(type);
    const std::int64_t lowest = is_float ? -64 : static_cast<std::int64_t>(graph::lowest_of(type));
    const std::int64_t highest = is_float ? 64 : static_cast<std::int64_t>(graph::highest_of(type));
    for (std::int64_t i = 0; i < data.size(); ++i) {
        data.set(i, static_cast<double>(random.integer_at(static_cast<std::uint64_t>(i), lowest, highest)));
    }
    return data;
}

std::vector<std::string> import_words(std::string_view text, std::string_view separators) {
    std::vector<std::string> words;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find_first_of(separators, begin), text.size());
        if (end > begin) {
            words.emplace_back(text.substr(begin, end - begin));
        }
        begin = end + 1;
    }
    return words;
}

float import_number(const std::string& text) {
    float value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
        refuse_import(fmt::format("the number '{}'", text));
    }
    return value;
}

std::optional<DescribedParameter> parameter_of(const std::vector<DescribedParameter>& parameters,
                                               const std::string& argument) {
    const auto found = std::find_if(parameters.begin(), parameters.end(), [&argument](const DescribedParameter& each) {
        return each.argument == argument || each.argument == argument + "0";
    });
    return found == parameters.end() ? std::nullopt : std::optional(*found);
}

TensorId DescribedSteps::scaled(TensorId flowing) {
    if (d_.has_result_scale) {
        flowing = times(flowing, "result_scale", d_.result_scale_policy);
    }
    for (const DescribedParameter& each : d_.scales) {
        const bool is_weights = each.argument == "wei";
        if (each.argument != "dst" && !is_weights && each.argument != "src" && each.argument != "src0") {
            refuse_import(fmt::format("the scale of {}", each.argument));
        }
        static const std::set<std::string> kScaled = {"convolution", "deconvolution", "matmul", "inner_product",
                                                      "reorder"};
        if (!kScaled.contains(d_.kind)) {
            refuse_import(fmt::format("scales of a {} primitive", d_.kind));
        }
        if (each.argument != "dst") {
            // Whatever the mask is in the dimensions of the weights, it says one for each channel of the result.
            const bool common = each.policy == "common" || each.policy == "0";
            flowing = times(flowing, each.argument + "_scale", is_weights && !common ? "per_oc" : each.policy);
        }
    }
    return flowing;
}

TensorId DescribedSteps::quantized(TensorId flowing) {
    if (const auto of = parameter_of(d_.scales, "dst")) {
        flowing = builder_.node("divided", graph::Binary{graph::BinaryAlgorithm::divide},
                                {flowing, operand("dst_scale", flowing, of->policy, DataType::f32, 16)}, DataType::f32);
    }
    if (const auto of = parameter_of(d_.zero_points, "dst")) {
        flowing = plus(flowing, "dst_shifted", operand("dst_zero_point", flowing, of->policy, DataType::s32, 3));
    }
    return flowing;
}

TensorId DescribedSteps::times(TensorId flowing, const std::string& name, const std::string& policy) {
    return builder_.node(name + "d", graph::Binary{graph::BinaryAlgorithm::multiply},
                         {flowing, operand(name, flowing, policy, DataType::f32, 1.0F / 16)}, DataType::f32);
}
TensorId DescribedSteps::plus(TensorId flowing, const std::string& name, TensorId other) {
    return builder_.node(name, graph::Binary{graph::BinaryAlgorithm::add}, {flowing, other}, DataType::f32);
}

std::uint64_t DescribedSteps::mask_of(const std::string& policy, TensorId like) const {
    const std::size_t rank = builder_.graph().tensor(like).shape.size();
    static const std::map<std::string, std::uint64_t> kMasks = {
        {"common", 0}, {"per_dim_0", 1}, {"per_dim_1", 2}, {"per_dim_01", 3}};
    if (policy == "per_oc") {
        return d_.kind == "matmul" ? std::uint64_t{1} << (rank - 1) : 2;
    }
    if (policy == "per_tensor") {
        return (std::uint64_t{1} << rank) - 1;
    }
    if (const auto known = kMasks.find(policy); known != kMasks.end()) {
        return known->second;
    }
    std::uint64_t mask = 0;
    const auto [end, error] = std::from_chars(policy.data(), policy.data() + policy.size(), mask);
    if (error != std::errc() || end != policy.data() + policy.size() || mask >= std::uint64_t{1} << rank) {
        refuse_import(fmt::format("the policy '{}'", policy));
    }
    return mask;
}

TensorId DescribedSteps::operand(const std::string& name, TensorId like, const std::string& policy, DataType type,
                                 float value) {
    const std::uint64_t mask = mask_of(policy, like);
    graph::Shape shape = builder_.graph().tensor(like).shape;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        shape[i] = (mask >> i & 1U) != 0 ? shape[i] : 1;
    }
    shape = mask == 0 ? graph::Shape{} : shape;
    if (type == DataType::s8 || type == DataType::u8) {
        return builder_.constant(name, filled_tensor(type, shape, 7 + builder_.graph().tensors.size()));
    }
    check_size(type, shape);
    TensorData values(type, shape);
    for (std::int64_t i = 0; i < values.size(); ++i) {
        values.set(i, static_cast<double>(value * static_cast<float>(i % 7 + 1)));
    }
    return builder_.constant(name, std::move(values));
}

TensorId DescribedSteps::eltwise(const std::string& algorithm, const std::string& name, TensorId data, float alpha,
                                 float beta) {
    const auto known = graph::value_from_name<graph::EltwiseAlgorithm>(algorithm == "brelu" ? "clip" : algorithm);
    if (!known) {
        refuse_import(fmt::format("the function '{}'", algorithm));
    }
    const bool bounded = algorithm == "brelu" || algorithm == "bounded_relu";
    return builder_.node(name, graph::Eltwise{*known, bounded ? 0 : alpha, bounded ? alpha : beta}, {data},
                         DataType::f32);
}

TensorId DescribedSteps::binary(const std::string& algorithm, const std::string& name, TensorId a, TensorId b) {
    static const std::map<std::string, graph::BinaryAlgorithm> kAlgorithms = {
        {"add", graph::BinaryAlgorithm::add},          {"mul", graph::BinaryAlgorithm::multiply},
        {"sub", graph::BinaryAlgorithm::subtract},     {"div", graph::BinaryAlgorithm::divide},
        {"max", graph::BinaryAlgorithm::maximum},      {"min", graph::BinaryAlgorithm::minimum},
        {"ge", graph::BinaryAlgorithm::greater_equal}, {"gt", graph::BinaryAlgorithm::greater},
        {"le", graph::BinaryAlgorithm::less_equal},    {"lt", graph::BinaryAlgorithm::less},
        {"eq", graph::BinaryAlgorithm::equal},         {"ne", graph::BinaryAlgorithm::not_equal}};
    const auto known = kAlgorithms.find(algorithm);
    if (known == kAlgorithms.end()) {
        refuse_import(fmt::format("the operation '{}'", algorithm));
    }
    return builder_.node(name, graph::Binary{known->second}, {a, b}, DataType::f32);
}

TensorId DescribedSteps::sum_post_op(TensorId flowing, const std::vector<std::string>& parts, const std::string& name) {
    graph::Sum sum;
    sum.scale = parts.size() > 1 ? import_number(parts[1]) : 1;
    const float zero_point = parts.size() > 2 ? import_number(parts[2]) : 0;
    if (std::fabs(zero_point) > 0x1p31F) {
        refuse_import(fmt::format("the zero point '{}'", parts[2]));
    }
    sum.zero_point = static_cast<std::int64_t>(zero_point);
    const auto type = type_at(parts, 3);
    if (type && *type != d_.destination) {
        sum.reinterpretation = *type == DataType::s8 ? graph::Reinterpretation::s8 : graph::Reinterpretation::u8;
    }
    const graph::Shape shape = builder_.graph().tensor(flowing).shape;
    const TensorId previous = builder_.input(name + "_previous", filled_tensor(d_.destination, shape, 5));
    return builder_.node(name, sum, {flowing, previous}, DataType::f32);
}

TensorId DescribedSteps::post_op(TensorId flowing, const std::string& text, const std::string& name) {
    std::vector<std::string> parts = some_words(text, ":");
    for (const std::string_view prefix : {"eltwise_", "binary_"}) {
        if (parts.front().starts_with(prefix)) {
            parts.front().erase(0, prefix.size());
        }
    }
    const std::string& kind = parts.front();
    if (kind == "sum") {
        return sum_post_op(flowing, parts, name);
    }
    if (kind == "prelu") {
        const TensorId slope =
            operand(name + "_slope", flowing, parts.size() > 1 ? parts[1] : "common", DataType::f32, 0.25F);
        return builder_.node(name, graph::Prelu{}, {flowing, slope}, DataType::f32);
    }
    if (const auto type = type_at(parts, 1)) {
        const std::string policy = parts.size() > 2 ? parts[2] : "common";
        return binary(kind, name, flowing, operand(name + "_operand", flowing, policy, *type, 0.75F));
    }
    if (kind.starts_with("dw") || (parts.size() > 3 && import_number(parts[3]) != 1.0F)) {
        refuse_import(fmt::format("the post-op '{}'", text));
    }
    return eltwise(kind, name, flowing, parts.size() > 1 ? import_number(parts[1]) : 0,
                   parts.size() > 2 ? import_number(parts[2]) : 0);
}

}  // namespace difftest::harness
