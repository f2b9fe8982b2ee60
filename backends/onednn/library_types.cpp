#include "backends/onednn/library_types.hpp"

#include "backends/backend.hpp"
#include "backends/onednn/api_version.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace difftest::backends::onednn {

dnnl::memory::data_type to_library(graph::DataType type) {
    using Library = dnnl::memory::data_type;
    switch (type) {
        case graph::DataType::s8: return Library::s8;
        case graph::DataType::u8: return Library::u8;
        case graph::DataType::s32: return Library::s32;
        case graph::DataType::f32: return Library::f32;
        case graph::DataType::f16: return Library::f16;
        case graph::DataType::bf16: return Library::bf16;
    }
    return Library::undef;
}

dnnl::algorithm to_library(graph::EltwiseAlgorithm algorithm) {
    using graph::EltwiseAlgorithm;
    using Library = dnnl::algorithm;
    switch (algorithm) {
        case EltwiseAlgorithm::relu: return Library::eltwise_relu;
        case EltwiseAlgorithm::linear: return Library::eltwise_linear;
        case EltwiseAlgorithm::clip: return Library::eltwise_clip;
        case EltwiseAlgorithm::clip_v2: return Library::eltwise_clip_v2;
        case EltwiseAlgorithm::abs: return Library::eltwise_abs;
        case EltwiseAlgorithm::square: return Library::eltwise_square;
        case EltwiseAlgorithm::sqrt: return Library::eltwise_sqrt;
        case EltwiseAlgorithm::round: return Library::eltwise_round;
        case EltwiseAlgorithm::exp: return Library::eltwise_exp;
        case EltwiseAlgorithm::log: return Library::eltwise_log;
        case EltwiseAlgorithm::tanh: return Library::eltwise_tanh;
        case EltwiseAlgorithm::logistic: return Library::eltwise_logistic;
        case EltwiseAlgorithm::elu: return Library::eltwise_elu;
        case EltwiseAlgorithm::gelu_tanh: return Library::eltwise_gelu_tanh;
        case EltwiseAlgorithm::gelu_erf: return Library::eltwise_gelu_erf;
        case EltwiseAlgorithm::swish: return Library::eltwise_swish;
        case EltwiseAlgorithm::hardswish: return Library::eltwise_hardswish;
        case EltwiseAlgorithm::mish: return Library::eltwise_mish;
        case EltwiseAlgorithm::soft_relu: return Library::eltwise_soft_relu;
        case EltwiseAlgorithm::pow: return Library::eltwise_pow;
        case EltwiseAlgorithm::hardsigmoid:
            if (const auto found = api::hardsigmoid()) {
                return *found;
            }
            break;
    }
    throw Unsupported("this version of oneDNN lacks the eltwise algorithm");
}

dnnl::algorithm to_library(graph::BinaryAlgorithm algorithm) {
    using graph::BinaryAlgorithm;
    using Library = dnnl::algorithm;
    switch (algorithm) {
        case BinaryAlgorithm::add: return Library::binary_add;
        case BinaryAlgorithm::subtract: return Library::binary_sub;
        case BinaryAlgorithm::multiply: return Library::binary_mul;
        case BinaryAlgorithm::divide: return Library::binary_div;
        case BinaryAlgorithm::maximum: return Library::binary_max;
        case BinaryAlgorithm::minimum: return Library::binary_min;
        case BinaryAlgorithm::greater_equal: return Library::binary_ge;
        case BinaryAlgorithm::greater: return Library::binary_gt;
        case BinaryAlgorithm::less_equal: return Library::binary_le;
        case BinaryAlgorithm::less: return Library::binary_lt;
        case BinaryAlgorithm::equal: return Library::binary_eq;
        case BinaryAlgorithm::not_equal: return Library::binary_ne;
    }
    throw Unsupported("this version of oneDNN lacks the binary algorithm");
}

dnnl::memory::dims dimensions(const graph::Shape& shape, std::size_t rank) {
    dnnl::memory::dims result(shape.begin(), shape.end());
    const std::size_t wanted = std::max<std::size_t>(rank == 0 ? shape.size() : rank, 1);
    while (result.size() > wanted && result.front() == 1) {
        result.erase(result.begin());
    }
    if (result.size() > wanted) {
        throw Unsupported(
            fmt::format("an operand of shape {} has more than {} dimensions", graph::to_string(shape), wanted));
    }
    result.insert(result.begin(), wanted - result.size(), 1);
    return result;
}

dnnl::memory::desc plain_layout(const dnnl::memory::dims& dimensions, graph::DataType type) {
    return {dimensions, to_library(type), graph::row_major_strides(graph::Shape(dimensions.begin(), dimensions.end()))};
}

dnnl::memory::desc channels_last_layout(const dnnl::memory::dims& dimensions, graph::DataType type) {
    dnnl::memory::dims strides(dimensions.size());
    std::int64_t stride = 1;
    const auto place = [&](std::size_t dimension) {
        strides[dimension] = stride;
        stride *= dimensions[dimension];
    };
    if (dimensions.size() > 1) {
        place(1);
    }
    for (std::size_t dimension = dimensions.size(); dimension-- > 0;) {
        if (dimension != 1) {
            place(dimension);
        }
    }
    return {dimensions, to_library(type), strides};
}

dnnl::memory::desc source_layout(const dnnl::memory::dims& dimensions, graph::DataType type) {
    const bool channels_last = graph::is_integer(type) && dimensions.size() > 2;
    return channels_last ? channels_last_layout(dimensions, type) : plain_layout(dimensions, type);
}

dnnl::memory::desc any_layout(const dnnl::memory::dims& dimensions, graph::DataType type) {
    return {dimensions, to_library(type), dnnl::memory::format_tag::any};
}

}  // namespace difftest::backends::onednn
