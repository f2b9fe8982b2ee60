#include "harness/generate/steps.hpp"

#include <algorithm>
#include <numeric>

// Steps that move elements or make one of many: permute, reshape, slice, concat, reorder, pooling, resampling,
// reduction.
namespace difftest::harness {
namespace {

using graph::DataType;
using graph::Shape;
using graph::TensorId;

bool is_image(const Shape& shape) {
    return shape.size() >= 3 && shape.size() <= 5;
}

/// The type of an average of these.
DataType average_type(CaseGrower& grower, DataType type) {
    return graph::is_integer(type) && grower.choices().chance(1, 3) ? DataType::f32 : type;
}

/// Exchanges the channels with a dimension that is made as large, and scales the channels behind: whether parameters
/// follow the permutation shows only where they would fit both ways.
bool add_exchanged_channels(CaseGrower& grower) {
    TensorId data = *grower.current();
    const Shape shape = grower.shape(data);
    const auto other =
        static_cast<std::size_t>(grower.choices().integer(2, static_cast<std::int64_t>(shape.size()) - 1));
    const std::int64_t size = std::min(shape[1], shape[other]);
    if (size < 2) {
        return false;
    }
    if (shape[1] != shape[other]) {
        graph::Slice crop{Shape(shape.size(), 0), shape, Shape(shape.size(), 1)};
        crop.end[1] = crop.end[other] = size;
        data = grower.node("slice", crop, {data}, grower.type(data));
    }
    std::vector<std::int64_t> order(shape.size());
    std::iota(order.begin(), order.end(), 0);
    std::swap(order[1], order[other]);
    data = grower.node("permute", graph::Permute{order}, {data}, grower.type(data));
    const TensorId scale = grower.parameter(grower.factors(1.0, size, false), shape.size());
    grower.node("scale", graph::Binary{graph::BinaryAlgorithm::multiply}, {data, scale}, DataType::f32);
    return true;
}

}  // namespace

bool add_permute(CaseGrower& grower) {
    const TensorId data = *grower.current();
    if (grower.shape(data).size() > 2 && grower.choices().chance(1, 3)) {
        return add_exchanged_channels(grower);
    }
    const std::size_t rank = grower.shape(data).size();
    if (rank < 2) {
        return false;
    }
    std::vector<std::int64_t> order(rank);
    std::iota(order.begin(), order.end(), 0);
    for (std::size_t i = rank - 1; i > 0; --i) {
        std::swap(order[i], order[static_cast<std::size_t>(grower.choices().integer(0, static_cast<std::int64_t>(i)))]);
    }
    grower.node("permute", graph::Permute{order}, {data}, grower.type(data));
    return true;
}

bool add_reshape(CaseGrower& grower) {
    const TensorId data = *grower.current();
    Shape shape = grower.shape(data);
    if (shape.size() < 2) {
        return false;
    }
    const auto at = static_cast<std::size_t>(grower.choices().integer(1, static_cast<std::int64_t>(shape.size()) - 1));
    switch (grower.choices().weighted({2, 2, 1})) {
        case 0:  // two dimensions become one
            shape[at - 1] *= shape[at];
            shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(at));
            break;
        case 1:  // one becomes two
            if (shape.size() >= 5 || shape[at] % 2 != 0) {
                return false;
            }
            shape[at] /= 2;
            shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(at) + 1, 2);
            break;
        default: std::swap(shape[at - 1], shape[at]); break;
    }
    if (shape.size() < 2) {
        return false;
    }
    grower.node("reshape", graph::Reshape{shape}, {data}, grower.type(data));
    return true;
}

bool add_slice(CaseGrower& grower) {
    const TensorId data = *grower.current();
    const Shape& shape = grower.shape(data);
    graph::Slice op;
    for (const std::int64_t size : shape) {
        const bool cut = grower.choices().chance(1, 2);
        op.begin.push_back(cut ? grower.choices().integer(0, size - 1) : 0);
        op.end.push_back(cut ? grower.choices().integer(op.begin.back() + 1, size) : size);
        op.step.push_back(cut && grower.choices().chance(1, 4) ? 2 : 1);
    }
    grower.node("slice", op, {data}, grower.type(data));
    return true;
}

bool add_concat(CaseGrower& grower) {
    ChoiceSource& choices = grower.choices();
    const TensorId data = *grower.current();
    const Shape shape = grower.shape(data);
    if (shape.size() < 2) {
        return false;
    }
    const std::size_t axis =
        choices.chance(2, 3)
            ? 1
            : static_cast<std::size_t>(choices.integer(0, static_cast<std::int64_t>(shape.size()) - 1));
    std::vector<TensorId> inputs{data};
    const std::int64_t others = choices.integer(1, 3);
    for (std::int64_t i = 0; i < others; ++i) {
        Shape other = shape;
        other[axis] = size_near_blocks(choices, 17);
        const double magnitude = grower.range(data).largest();
        inputs.push_back(choices.chance(1, 8)
                             ? data
                             : grower.input("part", drawn_data(grower, grower.type(data), other, magnitude)));
    }
    std::rotate(inputs.begin(), inputs.begin() + choices.integer(0, others), inputs.end());
    grower.node("concat", graph::Concat{static_cast<std::int64_t>(axis)}, inputs, grower.type(data));
    return true;
}

bool add_reorder(CaseGrower& grower) {
    using graph::Layout;
    const TensorId data = *grower.current();
    if (grower.shape(data).size() < 2) {
        return false;
    }
    const Layout layout = grower.choices().one_of({Layout::plain, Layout::channels_last, Layout::channels_last,
                                                   Layout::channels_blocked_4, Layout::channels_blocked_8,
                                                   Layout::channels_blocked_16, Layout::channels_blocked_32});
    grower.node("reorder", graph::Reorder{layout}, {data}, grower.type(data));
    return true;
}

bool add_pooling(CaseGrower& grower) {
    using graph::PoolingAlgorithm;
    ChoiceSource& choices = grower.choices();
    const TensorId data = *grower.current();
    const Shape& shape = grower.shape(data);
    if (!is_image(shape)) {
        return false;
    }
    graph::Pooling op;
    op.algorithm = choices.one_of({PoolingAlgorithm::maximum, PoolingAlgorithm::average_include_padding,
                                   PoolingAlgorithm::average_exclude_padding});
    for (std::size_t d = 2; d < shape.size(); ++d) {
        const std::int64_t size = shape[d];
        const bool global = choices.chance(1, 8);
        const std::int64_t kernel = global ? size : choices.integer(1, 4);
        const std::int64_t dilation = choices.chance(1, 10) && size >= 2 ? 2 : 1;
        const std::int64_t reach = (kernel - 1) * dilation;
        const std::int64_t stride = choices.one_of<std::int64_t>({1, 2, 2, 3});
        std::int64_t begin = choices.chance(1, 2) ? 0 : choices.integer(0, reach);
        std::int64_t end = choices.chance(1, 2) ? begin : choices.integer(0, reach);
        end += std::max<std::int64_t>(0, reach + 1 - size - begin - end);
        // The last window holds data: cut what padding is left over behind it.
        const std::int64_t windows = (size + begin + end - reach - 1) / stride + 1;
        if ((windows - 1) * stride - begin >= size || (begin > 0 && dilation > size) || begin > reach) {
            return false;
        }
        op.kernel.push_back(kernel);
        op.dilations.push_back(dilation);
        op.strides.push_back(stride);
        op.pads_begin.push_back(begin);
        op.pads_end.push_back(end);
    }
    const bool maximum = op.algorithm == PoolingAlgorithm::maximum;
    grower.node("pool", op, {data}, maximum ? grower.type(data) : average_type(grower, grower.type(data)));
    return true;
}

bool add_resampling(CaseGrower& grower) {
    using graph::ResamplingAlgorithm;
    ChoiceSource& choices = grower.choices();
    const TensorId data = *grower.current();
    const Shape& shape = grower.shape(data);
    if (!is_image(shape)) {
        return false;
    }
    graph::Resampling op;
    op.algorithm = choices.chance(1, 2) ? ResamplingAlgorithm::nearest : ResamplingAlgorithm::linear;
    for (std::size_t d = 2; d < shape.size(); ++d) {
        op.sizes.push_back(choices.chance(1, 2) ? shape[d] * 2 : choices.integer(1, 2 * shape[d] + 1));
    }
    const bool nearest = op.algorithm == ResamplingAlgorithm::nearest;
    grower.node("resample", op, {data}, nearest ? grower.type(data) : average_type(grower, grower.type(data)));
    return true;
}

bool add_reduction(CaseGrower& grower) {
    using graph::ReductionAlgorithm;
    ChoiceSource& choices = grower.choices();
    const TensorId data = *grower.current();
    const Shape& shape = grower.shape(data);
    graph::Reduction op;
    op.algorithm = choices.one_of(
        {ReductionAlgorithm::sum, ReductionAlgorithm::mean, ReductionAlgorithm::maximum, ReductionAlgorithm::minimum});
    for (std::size_t d = 0; d < shape.size(); ++d) {
        if (choices.chance(d < 2 ? 1 : 2, 4)) {
            op.axes.push_back(static_cast<std::int64_t>(d));
        }
    }
    if (op.axes.empty()) {
        return false;
    }
    const DataType type = grower.type(data);
    const bool mean = op.algorithm == ReductionAlgorithm::mean;
    const bool widens = op.algorithm == ReductionAlgorithm::sum && graph::is_integer(type);
    grower.node("reduce", op, {data}, widens ? DataType::s32 : mean ? average_type(grower, type) : type);
    return true;
}

/// Of anything but an s32 or a half: these are converted first. The result is often quantized by a power of two, as
/// in an attention, since it lies between 0 and 1.
bool add_softmax(CaseGrower& grower) {
    using graph::SoftmaxAlgorithm;
    ChoiceSource& choices = grower.choices();
    TensorId data = *grower.current();
    const Shape& shape = grower.shape(data);
    if (shape.empty()) {
        return false;
    }
    const auto last = static_cast<std::int64_t>(shape.size()) - 1;
    graph::Softmax op;
    op.algorithm = choices.chance(3, 4) ? SoftmaxAlgorithm::share : SoftmaxAlgorithm::logarithm;
    op.axis = choices.chance(1, 2) ? std::min<std::int64_t>(1, last) : choices.integer(0, last);
    const DataType type = grower.type(data);
    if (type != DataType::s8 && type != DataType::u8 && type != DataType::f32) {
        data = grower.node("convert", graph::Convert{}, {data}, DataType::f32);
    }
    data = grower.node("softmax", op, {data}, DataType::f32);
    if (op.algorithm == SoftmaxAlgorithm::share && choices.chance(1, 2)) {
        const TensorId scale = grower.constant(
            "scale", graph::TensorData(DataType::f32, {}, {choices.one_of({127.0, 255.0, 256.0, 100.0})}));
        data = grower.node("scale", graph::Binary{graph::BinaryAlgorithm::multiply}, {data, scale}, DataType::f32);
        grower.node("convert", graph::Convert{}, {data}, choices.chance(1, 2) ? DataType::u8 : DataType::s8);
    }
    return true;
}

}  // namespace difftest::harness
