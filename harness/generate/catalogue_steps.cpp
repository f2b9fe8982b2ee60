#include "harness/generate/catalogue_steps.hpp"

#include <algorithm>
#include <cmath>
#include <map>

// Shapes are those of CASE_CONV_U8S8_1 and CASE_DECONV_U8S8_1 and their neighbours: 15 channels in, 30 out, 5x4
// elements.

namespace difftest::harness {

using graph::BinaryAlgorithm;
using graph::DataType;
using graph::EltwiseAlgorithm;
using graph::Shape;
using graph::TensorData;
using graph::TensorId;

namespace {

constexpr std::int64_t kChannelsIn = 15;
constexpr std::int64_t kChannelsOut = 30;
const Shape kData{1, kChannelsIn, 5, 4};

graph::Convolution convolution(std::int64_t pad, std::int64_t groups = 1) {
    return {{1, 1}, {1, 1}, {pad, pad}, {pad, pad}, groups};
}

DataType f32_for(DataType data) {
    return graph::is_integer(data) ? DataType::s32 : DataType::f32;
}

}  // namespace

TensorData CatalogueSteps::whole_numbers(DataType type, const Shape& shape, std::int64_t low, std::int64_t high) {
    TensorData data(type, shape);
    for (std::int64_t i = 0; i < data.size(); ++i) {
        data.set(i, static_cast<double>(grower_.choices().integer(low, high)));
    }
    return data;
}

/// Multiples of 1/8, as in the tests: ties happen.
TensorData CatalogueSteps::eighths(const Shape& shape, double magnitude) {
    const auto bound = static_cast<std::int64_t>(std::max(8.0, std::round(8 * magnitude)));
    const TensorData numbers = whole_numbers(DataType::s32, shape, -bound, bound);
    TensorData data(DataType::f32, shape);
    for (std::int64_t i = 0; i < data.size(); ++i) {
        data.set(i, static_cast<double>(static_cast<float>(numbers.at(i) / 8)));
    }
    return data;
}

TensorId CatalogueSteps::per_channel(double magnitude, bool either_sign) {
    return grower_.parameter(grower_.factors(magnitude, channels(), either_sign), shape().size());
}

void CatalogueSteps::binary(BinaryAlgorithm algorithm, TensorId other) {
    grower_.node("eltwise", graph::Binary{algorithm}, {current(), other}, DataType::f32);
}

void CatalogueSteps::eltwise(EltwiseAlgorithm algorithm, float alpha, float beta) {
    grower_.node("activation", graph::Eltwise{algorithm, alpha, beta}, {current()}, DataType::f32);
}

void CatalogueSteps::reshape(const Shape& to) {
    grower_.node("reshape", graph::Reshape{to}, {current()}, grower_.type(current()));
}

void CatalogueSteps::permute(const std::vector<std::int64_t>& order) {
    grower_.node("permute", graph::Permute{order}, {current()}, grower_.type(current()));
}

void CatalogueSteps::weigh(graph::Operation operation, DataType data_type, const Shape& weights, bool with_bias) {
    const bool integer = graph::is_integer(data_type);
    const TensorId data = grower_.input(
        "input", integer ? whole_numbers(data_type, kData, graph::lowest_of(data_type), graph::highest_of(data_type))
                         : eighths(kData, 1));
    const TensorId w =
        grower_.constant("weights", integer ? whole_numbers(DataType::s8, weights, -64, 64) : eighths(weights, 1));
    std::vector<TensorId> inputs{data, w};
    if (with_bias) {
        inputs.push_back(grower_.constant("bias", whole_numbers(DataType::s32, {weights[0]}, -2000, 2000)));
    }
    grower_.node("head", std::move(operation), inputs, f32_for(data_type));
}

bool CatalogueSteps::take_head(const std::string& token) {
    const Shape weights{kChannelsOut, kChannelsIn, 3, 3};
    const graph::Deconvolution deconvolution{{1, 1}, {1, 1}, {0, 0}, {0, 0}, {0, 0}, 1};
    if (token == "deconv" || token == "deconv_bias") {
        weigh(deconvolution, DataType::u8, weights, token == "deconv_bias");
    } else if (token == "conv" || token == "conv_bias") {
        weigh(convolution(0), DataType::u8, weights, token == "conv_bias");
    } else if (token == "conv_s8") {
        weigh(convolution(1), DataType::s8, weights, false);
    } else if (token == "conv_f32") {
        weigh(convolution(0), DataType::f32, weights, false);
    } else if (token == "conv_zp") {
        const TensorId data = grower_.input("input", whole_numbers(DataType::u8, kData, 0, 255));
        const TensorId w = grower_.constant("weights", whole_numbers(DataType::s8, weights, -64, 64));
        const TensorId zx = grower_.constant("data_zp", whole_numbers(DataType::s32, {kChannelsIn}, 100, 150));
        const TensorId zw = grower_.constant("weights_zp", whole_numbers(DataType::s32, {kChannelsOut}, -5, 5));
        grower_.node("head", convolution(1), {data, w, graph::kAbsent, zx, zw}, DataType::s32);
    } else if (token == "matmul" || token == "matmul_s8") {
        const DataType type = token == "matmul" ? DataType::u8 : DataType::s8;
        const TensorId a =
            grower_.input("a", whole_numbers(type, {1, 2, 12, 17}, graph::lowest_of(type), graph::highest_of(type)));
        const TensorId b = grower_.input("b", whole_numbers(DataType::s8, {1, 2, 17, 10}, -64, 64));
        grower_.node("head", graph::Matmul{}, {a, b}, DataType::s32);
    } else if (token == "fc") {
        weigh(graph::InnerProduct{}, DataType::u8, {kChannelsOut, kChannelsIn, 5, 4}, false);
    } else if (token == "data") {
        grower_.continue_at(grower_.input("input", eighths(kData, 40)));
    } else if (token == "data_u8" || token == "data_s8") {
        const DataType type = token == "data_u8" ? DataType::u8 : DataType::s8;
        grower_.continue_at(
            grower_.input("input", whole_numbers(type, kData, graph::lowest_of(type), graph::highest_of(type))));
    } else if (token == "again") {
        const std::int64_t channels = grower_.shape(current())[1];
        const TensorId w = grower_.constant("weights", whole_numbers(DataType::s8, {8, channels, 1, 1}, -64, 64));
        grower_.node("again", convolution(0), {current(), w}, DataType::s32);
    } else {
        return false;
    }
    return true;
}

bool CatalogueSteps::take_operand(const std::string& token) {
    const double magnitude = grower_.current() ? grower_.range(current()).largest() / 4 : 1;
    if (token == "scale") {
        binary(BinaryAlgorithm::multiply, per_channel(1.0 / 9.0, false));
    } else if (token == "shift") {
        binary(BinaryAlgorithm::add, per_channel(magnitude, true));
    } else if (token == "add") {
        binary(BinaryAlgorithm::add, grower_.constant("operand", eighths(shape(), magnitude)));
    } else if (token == "mul") {
        binary(BinaryAlgorithm::multiply, grower_.constant("operand", eighths(shape(), 2)));
    } else if (token == "add_u8") {
        binary(BinaryAlgorithm::add, grower_.constant("operand", whole_numbers(DataType::u8, shape(), 0, 255)));
    } else if (token == "add_row") {
        const Shape row{1, channels(), 1, shape().back()};
        binary(BinaryAlgorithm::add, grower_.constant("operand", eighths(row, magnitude)));
    } else if (token == "wrong_bias") {
        const Shape plane{1, 1, shape()[2], shape()[3]};
        binary(BinaryAlgorithm::add, grower_.constant("operand", eighths(plane, magnitude)));
    } else if (token == "mark") {
        marked_ = current();
    } else if (token == "add_marked") {
        binary(BinaryAlgorithm::add, marked_);
    } else if (token == "mul_marked") {
        binary(BinaryAlgorithm::multiply, marked_);
    } else if (token == "u8" || token == "f16") {
        grower_.node("convert", graph::Convert{}, {current()}, token == "u8" ? DataType::u8 : DataType::f16);
    } else {
        return false;
    }
    return true;
}

bool CatalogueSteps::take_function(const std::string& token) {
    static const std::map<std::string, graph::Eltwise> kFunctions{
        {"relu", {EltwiseAlgorithm::relu, 0, 0}},        {"leaky", {EltwiseAlgorithm::relu, 0.125F, 0}},
        {"negative", {EltwiseAlgorithm::linear, -1, 0}}, {"abs", {EltwiseAlgorithm::abs, 0, 0}},
        {"tanh", {EltwiseAlgorithm::tanh, 0, 0}},        {"logistic", {EltwiseAlgorithm::logistic, 0, 0}},
        {"swish", {EltwiseAlgorithm::swish, 1, 0}},      {"sqrt", {EltwiseAlgorithm::sqrt, 0, 0}},
    };
    if (const auto function = kFunctions.find(token); function != kFunctions.end()) {
        // Functions that saturate: their arguments are brought near zero first, as a scale in the tests does.
        if (token == "tanh" || token == "logistic" || token == "swish") {
            binary(BinaryAlgorithm::multiply,
                   grower_.scalar(static_cast<float>(3 / grower_.range(current()).largest())));
        }
        eltwise(function->second.algorithm, function->second.alpha, function->second.beta);
    } else if (token == "exp") {
        binary(BinaryAlgorithm::multiply, grower_.scalar(static_cast<float>(4 / grower_.range(current()).largest())));
        eltwise(EltwiseAlgorithm::exp);
    } else if (token == "clamp") {
        const auto bound = static_cast<float>(grower_.range(current()).largest() / 2);
        eltwise(EltwiseAlgorithm::clip, -bound, bound);
    } else if (token == "prelu") {
        grower_.node("prelu", graph::Prelu{}, {current(), per_channel(0.5, true)}, DataType::f32);
    } else if (token == "softsign") {  // x / (1 + |x|)
        const TensorId x = current();
        eltwise(EltwiseAlgorithm::abs);
        eltwise(EltwiseAlgorithm::linear, 1, 1);
        grower_.node("softsign", graph::Binary{BinaryAlgorithm::divide}, {x, current()}, DataType::f32);
    } else {
        return false;
    }
    return true;
}

bool CatalogueSteps::take(const std::string& token) {
    return take_head(token) || take_operand(token) || take_function(token) || take_window(token) ||
           take_movement(token) || take_composite(token);
}

}  // namespace difftest::harness
