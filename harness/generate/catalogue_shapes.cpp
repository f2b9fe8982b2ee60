#include "harness/generate/catalogue_steps.hpp"

#include <algorithm>
#include <cmath>

// Windows, movement, and what the model composes from simpler operations.

namespace difftest::harness {

using graph::BinaryAlgorithm;
using graph::DataType;
using graph::EltwiseAlgorithm;
using graph::Shape;
using graph::TensorId;

bool CatalogueSteps::take_window(const std::string& token) {
    const DataType type = grower_.type(current());
    if (token == "maxpool" || token == "avgpool") {
        const bool maximum = token == "maxpool";
        const graph::Pooling pooling{
            maximum ? graph::PoolingAlgorithm::maximum : graph::PoolingAlgorithm::average_exclude_padding,
            {3, 3},
            {1, 1},
            {1, 1},
            {1, 1},
            {1, 1}};
        grower_.node("pooling", pooling, {current()}, type);
    } else if (token == "mean") {
        grower_.node("reduce", graph::Reduction{graph::ReductionAlgorithm::mean, {3}}, {current()}, type);
    } else if (token == "resample") {
        grower_.node("resample", graph::Resampling{graph::ResamplingAlgorithm::nearest, {10, 8}}, {current()}, type);
    } else {
        return false;
    }
    return true;
}

/// Parts of the channels, quantized each by itself where asked for, one behind the other.
void CatalogueSteps::slice_and_join(const std::vector<std::pair<std::int64_t, std::int64_t>>& parts, bool quantizes) {
    const TensorId whole = current();
    const Shape extent = grower_.shape(whole);
    std::vector<TensorId> joined;
    for (const auto& [begin, end] : parts) {
        Shape first(extent.size(), 0);
        Shape last = extent;
        first[1] = begin;
        last[1] = end;
        grower_.node("crop", graph::Slice{first, last, Shape(extent.size(), 1)}, {whole}, grower_.type(whole));
        if (quantizes) {
            fake_quantize({255, DataType::s8, false, -127, 127});
        }
        joined.push_back(current());
    }
    const DataType type = grower_.type(joined.front());
    grower_.node("concat", graph::Concat{1}, joined, type);
}

bool CatalogueSteps::take_movement(const std::string& token) {
    const Shape extent = shape();
    const std::int64_t height = extent[2];
    const std::int64_t width = extent.back();
    if (token == "permute") {
        permute({0, 1, 3, 2});
    } else if (token == "slices") {
        slice_and_join({{0, 5}, {5, 9}, {9, 15}}, true);
    } else if (token == "gather") {  // with repetitions and out of order
        slice_and_join({{9, 13}, {0, 3}, {2, 7}}, false);
    } else if (token == "concat") {
        const TensorId other = grower_.input("other", whole_numbers(DataType::s8, extent, -128, 127));
        grower_.node("concat", graph::Concat{1}, {current(), other}, DataType::s8);
    } else if (token == "scatter") {  // channels 4 to 7 are replaced
        const TensorId whole = current();
        const Shape ones(4, 1);
        const TensorId before =
            grower_.node("crop", graph::Slice{{0, 0, 0, 0}, {1, 4, height, width}, ones}, {whole}, DataType::f32);
        const TensorId behind = grower_.node("crop", graph::Slice{{0, 8, 0, 0}, {1, extent[1], height, width}, ones},
                                             {whole}, DataType::f32);
        const TensorId updates = grower_.input("updates", eighths({1, 4, height, width}, 40));
        grower_.node("scatter", graph::Concat{1}, {before, updates, behind}, DataType::f32);
    } else if (token == "d2s") {  // 12 channels of 15, blocks of 2: [1, 2, 2, 3, Y, X] -> [1, 3, 2 Y, 2 X]
        slice_and_join({{0, 12}}, false);
        reshape({1, 2, 2, 3, height, width});
        permute({0, 3, 4, 1, 5, 2});
        reshape({1, 3, 2 * height, 2 * width});
    } else if (token == "s2d") {  // [1, C, Y, X / 2, 2] -> [1, 2 C, Y, X / 2]
        reshape({1, extent[1], height, width / 2, 2});
        permute({0, 4, 1, 2, 3});
        reshape({1, 2 * extent[1], height, width / 2});
    } else if (token == "s2b") {  // [1, C, Y, X / 2, 2] -> [2, C, Y, X / 2]
        reshape({1, extent[1], height, width / 2, 2});
        permute({4, 0, 1, 2, 3});
        reshape({2, extent[1], height, width / 2});
    } else if (token ==
               "b2s") {  // the batch out of the channels first: [3, 5, Y, X] -> [1, 5, Y, X, 3] -> [1, 5, Y, 3 X]
        reshape({3, 1, 5, height, width});
        permute({1, 2, 3, 4, 0});
        reshape({1, 5, height, 3 * width});
    } else {
        return false;
    }
    return true;
}

bool CatalogueSteps::take_composite(const std::string& token) {
    const TensorId x = current();
    const auto reduce = [&](graph::ReductionAlgorithm algorithm, std::vector<std::int64_t> axes) {
        return grower_.node("reduce", graph::Reduction{algorithm, std::move(axes)}, {current()}, DataType::f32);
    };
    if (token == "mvn") {  // (x - mean) / sqrt(variance + epsilon) over each channel's plane
        const TensorId mean = reduce(graph::ReductionAlgorithm::mean, {2, 3});
        grower_.continue_at(x);
        binary(BinaryAlgorithm::subtract, mean);
        const TensorId centred = current();
        eltwise(EltwiseAlgorithm::square);
        reduce(graph::ReductionAlgorithm::mean, {2, 3});
        eltwise(EltwiseAlgorithm::linear, 1, 1e-5F);
        eltwise(EltwiseAlgorithm::sqrt);
        grower_.node("mvn", graph::Binary{BinaryAlgorithm::divide}, {centred, current()}, DataType::f32);
    } else if (token == "lrn") {  // x * (1 + 0.001 * average of x^2 over 5 neighbouring channels)^-0.75
        const Shape extent = shape();
        eltwise(EltwiseAlgorithm::square);
        reshape({1, 1, extent[1], extent[2] * extent[3]});
        grower_.node(
            "pooling",
            graph::Pooling{graph::PoolingAlgorithm::average_include_padding, {5, 1}, {1, 1}, {1, 1}, {2, 0}, {2, 0}},
            {current()}, DataType::f32);
        reshape(extent);
        eltwise(EltwiseAlgorithm::linear, 0.001F, 1);
        eltwise(EltwiseAlgorithm::pow, 1, -0.75F);
        grower_.node("lrn", graph::Binary{BinaryAlgorithm::multiply}, {x, current()}, DataType::f32);
    } else if (token == "l2norm") {  // x / sqrt(sum of x^2 over the channels + epsilon)
        eltwise(EltwiseAlgorithm::square);
        reduce(graph::ReductionAlgorithm::sum, {1});
        eltwise(EltwiseAlgorithm::linear, 1, 1e-6F);
        eltwise(EltwiseAlgorithm::sqrt);
        grower_.node("normalize", graph::Binary{BinaryAlgorithm::divide}, {x, current()}, DataType::f32);
    } else {
        return false;
    }
    return true;
}

void CatalogueSteps::fake_quantize(const CatalogueQuantization& quantization) {
    const TensorId data = current();
    const ValueRange range = grower_.range(data);
    const std::int64_t count = quantization.per_channel ? channels() : 1;
    std::vector<float> low;
    std::vector<float> high;
    for (std::int64_t c = 0; c < count; ++c) {
        // From a fifth of the range to a little more than all of it: the channels differ in how much is clamped.
        const double part = count == 1 ? 0.5 : 0.2 + static_cast<double>(c % 7) * 0.15;
        low.push_back(range.lo < 0 ? static_cast<float>(range.lo * part) : 0.0F);
        high.push_back(static_cast<float>(std::max(range.hi * part, 0.001 + std::fabs(range.lo) * 0.01)));
    }
    const std::size_t rank = shape().size();
    grower_.node("quantize", graph::FakeQuantize{quantization.levels, graph::FakeQuantizeForm::specification},
                 {data, grower_.parameter(low, rank), grower_.parameter(high, rank), grower_.scalar(quantization.low),
                  grower_.scalar(quantization.high)},
                 quantization.type);
}

}  // namespace difftest::harness
