#include "reference/oracle/aggregate.hpp"
#include "reference/oracle/average.hpp"
#include "reference/oracle/window.hpp"

#include <algorithm>
#include <array>
#include <variant>
#include <vector>

// Pooling over the spatial dimensions, channel by channel:
//
//   y[n, c, p] = max / average over the k with 0 <= p*s - pad + k*d < I  of  x[n, c, p*s - pad + k*d]
//
// The average is the sum of these elements divided by the size of the kernel (include padding: the others are 0) or by
// their number. Integers are summed exactly (oneDNN documents s32 as accumulation type), f32 in any order.

namespace difftest::oracle {
namespace {

using graph::PoolingAlgorithm;

constexpr std::size_t kDims = Window::kDims;

/// The elements of the data that one window meets along one dimension: first, first + step, ...
struct Range {
    std::int64_t first;
    std::int64_t count;
};

/// 1-D and 2-D padded to three dimensions.
struct Geometry {
    std::array<std::int64_t, kDims> input{1, 1, 1};
    std::array<std::int64_t, kDims> step{1, 1, 1};
    std::array<std::vector<Range>, kDims> ranges{{{{0, 1}}, {{0, 1}}, {{0, 1}}}};
    double kernel_size = 1;  ///< a kernel that is mostly padding may be beyond 64 bits

    Geometry(const graph::Pooling& op, const graph::Shape& data, const graph::Shape& output) {
        const std::size_t spatial = op.kernel.size();
        for (std::size_t i = 0; i < spatial; ++i) {
            const std::size_t d = kDims - spatial + i;
            input[d] = data[2 + i];
            step[d] = op.dilations[i];
            kernel_size *= static_cast<double>(op.kernel[i]);
            ranges[d].clear();
            for (std::int64_t p = 0; p < output[2 + i]; ++p) {
                const std::int64_t start = p * op.strides[i] - op.pads_begin[i];
                const std::int64_t skipped = start < 0 ? (-start + step[d] - 1) / step[d] : 0;
                const std::int64_t first = start + skipped * step[d];
                const std::int64_t room = (input[d] - 1 - first) / step[d] + 1;
                ranges[d].push_back({first, std::min(op.kernel[i] - skipped, room)});
            }
        }
    }

    template <class Visit>
    void for_each_window(const Visit& visit) const {
        for (const Range& z : ranges[0]) {
            for (const Range& y : ranges[1]) {
                for (const Range& x : ranges[2]) {
                    visit(std::array<Range, kDims>{z, y, x});
                }
            }
        }
    }

    void take_window(Aggregate& aggregate, std::int64_t plane, const std::array<Range, kDims>& window) const {
        for (std::int64_t z = 0; z < window[0].count; ++z) {
            for (std::int64_t y = 0; y < window[1].count; ++y) {
                const std::int64_t row =
                    (plane + (window[0].first + z * step[0]) * input[1] + window[1].first + y * step[1]) * input[2];
                for (std::int64_t x = 0; x < window[2].count; ++x) {
                    aggregate.take(row + window[2].first + x * step[2]);
                }
            }
        }
    }
};

/// The divisors of one channel: they depend on the position only.
AllowedTensor divisors(const graph::Pooling& op, const Geometry& geometry, const graph::Shape& output) {
    AllowedTensor counts(graph::DataType::f32, graph::Shape(output.begin() + 2, output.end()));
    std::int64_t index = 0;
    geometry.for_each_window([&](const std::array<Range, kDims>& window) {
        const auto elements = static_cast<double>(window[0].count * window[1].count * window[2].count);
        const bool all = op.algorithm == PoolingAlgorithm::average_include_padding;
        counts.set_point(index++, static_cast<float>(all ? geometry.kernel_size : elements));
    });
    return counts;
}

}  // namespace

AllowedTensor evaluate_pooling(const Context& context, graph::NodeId id) {
    const graph::Node& node = context.node(id);
    const auto& op = std::get<graph::Pooling>(node.operation);
    const graph::Tensor& data = context.tensor(node.inputs[0]);
    const graph::Tensor& output = context.tensor(node.output);
    const bool maximum = op.algorithm == PoolingAlgorithm::maximum;
    const Geometry geometry(op, data.shape, output.shape);
    const graph::DataType sum_type = graph::is_integer(data.type) ? graph::DataType::s32 : graph::DataType::f32;
    AllowedTensor result(maximum ? output.type : sum_type, output.shape);
    Aggregate aggregate(context, node.inputs[0]);
    std::int64_t index = 0;
    for (std::int64_t channel = 0; channel < data.shape[0] * data.shape[1]; ++channel) {
        const std::int64_t plane = channel * geometry.input[0] * geometry.input[1];
        geometry.for_each_window([&](const std::array<Range, kDims>& window) {
            aggregate.restart();
            geometry.take_window(aggregate, plane, window);
            maximum ? aggregate.store_largest(result, index) : aggregate.store_sum(result, index, id);
            ++index;
        });
    }
    return maximum ? result : divide_sums(context, id, result, divisors(op, geometry, output.shape));
}

}  // namespace difftest::oracle
