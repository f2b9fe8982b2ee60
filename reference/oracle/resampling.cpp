#include "reference/oracle/elementwise.hpp"
#include "reference/oracle/integer_store.hpp"
#include "reference/oracle/interpolation.hpp"
#include "reference/oracle/window.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <variant>
#include <vector>

// Resampling over the spatial dimensions with half-pixel centres (oneDNN developer guide, resampling): position p of O
// lies at
//
//   s = (p + 1/2) * I / O - 1/2     in f32, from left to right
//
// of the I elements of the data. Nearest takes the element at s rounded half away from zero; linear weighs the two
// neighbours of s with 1 - w and w = s - floor(s), in each dimension. Beyond the border the outermost element repeats.

namespace difftest::oracle {
namespace {

using contract::Freedom;

constexpr std::size_t kDims = Window::kDims;

/// Where a position of the result may lie in one dimension of the data, for every granted evaluation of s.
std::vector<Interval> coordinates(const Context& context, std::int64_t position, std::int64_t from, std::int64_t to) {
    const float x = static_cast<float>(position) + 0.5F;
    const auto size = static_cast<float>(from);
    const auto count = static_cast<float>(to);
    const float ratio = size / count;
    const float reciprocal = 1.0F / count;
    const bool fuse = context.grants(Freedom::fused_multiply_add);
    std::vector<Interval> found;
    const auto add = [&](float s) { found.push_back({s, s}); };
    add(x * size / count - 0.5F);
    if (context.grants(Freedom::reciprocal_division)) {
        add(x * size * reciprocal - 0.5F);
        add(fuse ? std::fmaf(x * size, reciprocal, -0.5F) : static_cast<float>(found.back().lo));
    }
    if (context.grants(Freedom::scale_association)) {
        add(x * ratio - 0.5F);
        add(fuse ? std::fmaf(x, ratio, -0.5F) : static_cast<float>(found.back().lo));
    }
    if (context.grants(Freedom::opencl_ulp)) {
        const Interval quotient = within_ulps(x * size / count, 2.5);
        found.push_back({static_cast<float>(quotient.lo) - 0.5F, static_cast<float>(quotient.hi) - 0.5F});
    }
    return found;
}

std::int64_t nearest_element(double s, std::int64_t size) {
    return std::clamp<std::int64_t>(std::lround(s), 0, size - 1);
}

/// Before the first element both neighbours are that element. It then does not matter for the definition which of them
/// has the weight s - floor(s); kernels differ (oneDNN 2.6: the reference has the right one, the JIT kernels take the
/// distance from the element), and f32 rounds 1 - w otherwise.
void add_neighbours(double at, std::int64_t size, std::vector<Neighbours>& found) {
    const auto s = static_cast<float>(at);
    const std::int64_t left = std::clamp<std::int64_t>(static_cast<std::int64_t>(std::floor(s)), 0, size - 1);
    const std::int64_t right = std::clamp<std::int64_t>(static_cast<std::int64_t>(std::ceil(s)), 0, size - 1);
    const float weight = s - std::floor(s);
    found.push_back({left, right, 1.0F - weight, weight});
    if (s < 0) {
        found.push_back({left, right, 1.0F + s, -s});
    }
}

/// 1-D and 2-D padded to three dimensions; for every position of the result in a dimension what it may be made of.
struct Axis {
    std::int64_t size = 1;
    std::vector<std::vector<std::int64_t>> nearest{{0}};
    std::vector<std::vector<Neighbours>> linear{{{0, 0, 1, 0}}};
    bool interval = false;  ///< some coordinate is only known up to an error
};

Axis axis_of(const Context& context, std::int64_t from, std::int64_t to) {
    Axis axis{from, {}, {}, context.grants(Freedom::opencl_ulp)};
    for (std::int64_t position = 0; position < to; ++position) {
        std::vector<std::int64_t> elements;
        std::vector<Neighbours> pairs;
        for (const Interval& s : coordinates(context, position, from, to)) {
            for (std::int64_t i = nearest_element(s.lo, from); i <= nearest_element(s.hi, from); ++i) {
                elements.push_back(i);
            }
            add_neighbours(s.lo, from, pairs);
            if (s.lo != s.hi) {
                for (double knot = std::floor(s.lo) + 1; knot < s.hi; ++knot) {  // where the neighbours change
                    add_neighbours(knot, from, pairs);
                }
                add_neighbours(s.hi, from, pairs);
            }
        }
        std::sort(elements.begin(), elements.end());
        elements.erase(std::unique(elements.begin(), elements.end()), elements.end());
        std::sort(pairs.begin(), pairs.end());
        pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
        axis.nearest.push_back(std::move(elements));
        axis.linear.push_back(std::move(pairs));
    }
    return axis;
}

using Axes = std::array<Axis, kDims>;

/// Calls visit(index, plane, z, y, x) for every element of the result; `plane` is the channel's first element.
template <class Visit>
void for_each_position(const Axes& axes, std::int64_t channels, const Visit& visit) {
    std::int64_t index = 0;
    for (std::int64_t channel = 0; channel < channels; ++channel) {
        const std::int64_t plane = channel * axes[0].size * axes[1].size * axes[2].size;
        for (std::size_t z = 0; z < axes[0].nearest.size(); ++z) {
            for (std::size_t y = 0; y < axes[1].nearest.size(); ++y) {
                for (std::size_t x = 0; x < axes[2].nearest.size(); ++x) {
                    visit(index++, plane, z, y, x);
                }
            }
        }
    }
}

AllowedTensor resample_nearest(const Context& context, const graph::Node& node, const Axes& axes, RealView& real_view) {
    const graph::Tensor& output = context.tensor(node.output);
    const AllowedTensor& data = context.set_of(node.inputs[0]);
    const RealView& view = context.real_views[static_cast<std::size_t>(node.inputs[0])];
    AllowedTensor result(output.type, output.shape);
    std::vector<std::int64_t> sources;
    for_each_position(axes, data.shape()[0] * data.shape()[1], [&](auto index, auto plane, auto z, auto y, auto x) {
        sources.clear();
        for (const std::int64_t iz : axes[0].nearest[z]) {
            for (const std::int64_t iy : axes[1].nearest[y]) {
                for (const std::int64_t ix : axes[2].nearest[x]) {
                    sources.push_back(plane + (iz * axes[1].size + iy) * axes[2].size + ix);
                }
            }
        }
        if (sources.size() == 1 && data.is_point(sources[0]) && view.empty()) {
            result.set_point(index, data.point(sources[0]));
            return;
        }
        SetBuilder sets;
        SetBuilder views;
        bool seen = false;
        for (const std::int64_t source : sources) {
            sets.add(data.at(source));
            const auto found = view.find(source);
            seen = seen || found != view.end();
            views.add(found != view.end() ? found->second : data.at(source));
        }
        bool widened = false;
        result.set(index, sets.build(widened));
        if (seen) {
            real_view.insert_or_assign(index, views.build(widened));
        }
        context.metrics.widened += widened ? 1 : 0;
    });
    return result;
}

/// The f32 result in the output's type.
struct StoreOp {
    IntegerStore store;
    int variants() const { return store.variants(); }
    Interval operator()(int variant, const std::array<double, 1>& arguments) const {
        const double y = store(variant, arguments[0]);
        return {y, y};
    }
};

AllowedTensor resample_linear(const Context& context, graph::NodeId id, const Axes& axes, std::size_t spatial) {
    const graph::Node& node = context.node(id);
    const graph::Tensor& output = context.tensor(node.output);
    const graph::Shape& data = context.tensor(node.inputs[0]).shape;
    Interpolation interpolation(context, node.inputs[0], spatial, axes[kDims - 1].interval);
    AllowedTensor real(graph::DataType::f32, output.shape);
    for_each_position(axes, data[0] * data[1], [&](auto index, auto plane, auto z, auto y, auto x) {
        interpolation.restart();
        for (const Neighbours& nz : axes[0].linear[z]) {
            for (const Neighbours& ny : axes[1].linear[y]) {
                for (const Neighbours& nx : axes[2].linear[x]) {
                    interpolation.add(plane, {axes[0].size, axes[1].size, axes[2].size}, {nz, ny, nx});
                }
            }
        }
        interpolation.store(real, index);
    });
    const Argument self{&real, nullptr, graph::row_major_strides(output.shape)};
    return evaluate_elementwise<1>(context, output.type, output.shape, {self}, StoreOp{IntegerStore(context, id)});
}

}  // namespace

AllowedTensor evaluate_resampling(const Context& context, graph::NodeId id, RealView& real_view) {
    const graph::Node& node = context.node(id);
    const auto& op = std::get<graph::Resampling>(node.operation);
    const graph::Shape& data = context.tensor(node.inputs[0]).shape;
    const std::size_t spatial = op.sizes.size();
    Axes axes;
    for (std::size_t i = 0; i < spatial; ++i) {
        axes[kDims - spatial + i] = axis_of(context, data[2 + i], op.sizes[i]);
    }
    return op.algorithm == graph::ResamplingAlgorithm::nearest ? resample_nearest(context, node, axes, real_view)
                                                               : resample_linear(context, id, axes, spatial);
}

}  // namespace difftest::oracle
