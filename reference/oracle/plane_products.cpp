#include "reference/oracle/plane_products.hpp"

#include "reference/oracle/plane_layout.hpp"
#include "reference/oracle/shifted_sums.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace difftest::oracle {
namespace {

std::int64_t largest_magnitude(std::span<const std::int32_t> values) {
    std::int32_t least = 0;
    std::int32_t greatest = 0;
    for (const std::int32_t value : values) {
        least = std::min(least, value);
        greatest = std::max(greatest, value);
    }
    return std::max(-std::int64_t{least}, std::int64_t{greatest});
}

/// Where an element of an operand or of the result stands: channels and positions have a distance each.
struct Distances {
    std::int64_t channel;
    std::int64_t position;
};

/// Neighbouring rows of outputs that are computed as one.
struct Runs {
    PlaneLayout::Extents number;  ///< how often in each dimension a run begins
    PlaneLayout::Extents extent;  ///< the outputs of one run
    std::int64_t length;          ///< with what lies between the rows
};

/// As many rows in a run as cost least: what lies between them is computed in vain, and so are incomplete vectors.
Runs cheapest_runs(const PlaneLayout& layout, const PlaneLayout::Outputs& outputs) {
    const PlaneLayout::Extents& count = outputs.count;
    const PlaneLayout::Extents& grid = layout.inputs.grid;
    const Runs all{{1, 1, 1}, count, ((count[0] - 1) * grid[1] + count[1] - 1) * grid[2] + count[2]};
    const Runs planes{{count[0], 1, 1}, {1, count[1], count[2]}, (count[1] - 1) * grid[2] + count[2]};
    const Runs rows{{count[0], count[1], 1}, {1, 1, count[2]}, count[2]};
    const auto cost = [](const Runs& runs) {
        return runs.number[0] * runs.number[1] * ((runs.length + ShiftedSums::kLanes - 1) / ShiftedSums::kLanes);
    };
    return std::min({all, planes, rows}, [&](const Runs& a, const Runs& b) { return cost(a) < cost(b); });
}

/// The sums of one convolution in planes: weights of one group and planes of one batch entry at a time.
class PlaneSums {
public:
    explicit PlaneSums(const Accumulation& shape) : shape_(shape), layout_(shape) {
        std::int64_t longest = 0;
        for (const PlaneLayout::Outputs& outputs : layout_.outputs) {
            Part part{cheapest_runs(layout_, outputs), {}, {}};
            for (std::int64_t pair = 0; pair < pairs(); ++pair) {
                for (const PlaneLayout::Shift& shift : outputs.shifts) {
                    part.shifts.push_back(pair * layout_.channel_size() + shift.start);
                }
            }
            longest = std::max(longest, part.runs.length);
            parts_.push_back(std::move(part));
        }
        pitch_ = (longest + ShiftedSums::kLanes - 1) / ShiftedSums::kLanes * ShiftedSums::kLanes;
        planes_.resize(static_cast<std::size_t>(2 * (pairs() * layout_.channel_size() + pitch_)));
        sums_.resize(static_cast<std::size_t>(ShiftedSums::kMostRows * pitch_));
    }

    /// `first` is the weight of the group's first output channel and first input channel.
    void load_weights(const std::int32_t* first, std::int64_t output_distance, Distances inputs) {
        for (std::size_t p = 0; p < parts_.size(); ++p) {
            parts_[p].weights.resize(static_cast<std::size_t>(2 * shape_.outputs_per_group) * parts_[p].shifts.size());
            std::int16_t* to = parts_[p].weights.data();
            for (std::int64_t o = 0; o < shape_.outputs_per_group; o += ShiftedSums::kMostRows) {
                const std::int64_t rows = rows_from(o);
                for (std::int64_t i = 0; i < shape_.inputs_per_group; i += 2) {
                    const std::int32_t* channel = first + o * output_distance + i * inputs.channel;
                    const bool odd = i + 1 == shape_.inputs_per_group;
                    for (const PlaneLayout::Shift& shift : layout_.outputs[p].shifts) {
                        const std::int32_t* weight = channel + kernel_index(shift) * inputs.position;
                        for (std::int64_t r = 0; r < rows; ++r, weight += output_distance) {
                            *to++ = static_cast<std::int16_t>(*weight);
                            *to++ = odd ? std::int16_t{0} : static_cast<std::int16_t>(weight[inputs.channel]);
                        }
                    }
                }
            }
        }
    }

    /// `first` is the first element of the group's first channel.
    void load_planes(const std::int32_t* first, Distances distances) {
        for (std::int64_t i = 0; i < shape_.inputs_per_group; ++i) {
            layout_.fill(first + i * distances.channel, distances.position,
                         planes_.data() + 2 * (i / 2 * layout_.channel_size()) + i % 2);
        }
    }

    /// Writes the sums; `first` is that of the group's first output channel and first position.
    void write_sums(std::int64_t* first, Distances distances) {
        for (std::size_t p = 0; p < parts_.size(); ++p) {
            for (std::int64_t o = 0; o < shape_.outputs_per_group; o += ShiftedSums::kMostRows) {
                for (std::int64_t z = 0; z < parts_[p].runs.number[0]; ++z) {
                    for (std::int64_t y = 0; y < parts_[p].runs.number[1]; ++y) {
                        sum_run(parts_[p], o, z, y);
                        write_run(p, o, {z, y, 0}, first + o * distances.channel, distances);
                    }
                }
            }
        }
    }

private:
    struct Part {
        Runs runs;
        std::vector<std::int64_t> shifts;   ///< of every tap, pairs of input channels outermost
        std::vector<std::int16_t> weights;  ///< [blocks of output channels][taps][output channels of the block][pair]
    };

    /// Of input channels; the last may have one.
    std::int64_t pairs() const { return (shape_.inputs_per_group + 1) / 2; }

    std::int64_t kernel_index(const PlaneLayout::Shift& shift) const {
        return shape_.flip_kernel ? shape_.window.kernel_size() - 1 - shift.kernel : shift.kernel;
    }

    std::int64_t rows_from(std::int64_t channel) const {
        return std::min(ShiftedSums::kMostRows, shape_.outputs_per_group - channel);
    }

    void sum_run(const Part& part, std::int64_t channel, std::int64_t z, std::int64_t y) {
        const PlaneLayout::Extents& grid = layout_.inputs.grid;
        ShiftedSums job;
        job.values = planes_.data() + 2 * (z * grid[1] + y) * grid[2];
        job.shifts = part.shifts;
        job.weights = part.weights.data() + 2 * channel * static_cast<std::int64_t>(part.shifts.size());
        job.rows = rows_from(channel);
        job.count = part.runs.length;
        job.sums = sums_.data();
        job.pitch = pitch_;
        compute(job);
    }

    void write_run(std::size_t p, std::int64_t channel, const PlaneLayout::Extents& begin, std::int64_t* first,
                   Distances distances) const {
        const PlaneLayout::Outputs& outputs = layout_.outputs[p];
        const PlaneLayout::Extents& extent = parts_[p].runs.extent;
        const PlaneLayout::Extents& grid = layout_.inputs.grid;
        const PlaneLayout::Extents& large = shape_.transposed ? shape_.window.large : shape_.window.small;
        for (std::int64_t r = 0; r < rows_from(channel); ++r) {
            for (std::int64_t z = 0; z < extent[0]; ++z) {
                for (std::int64_t y = 0; y < extent[1]; ++y) {
                    const std::int64_t row = (outputs.first[0] + (begin[0] + z) * outputs.step[0]) * large[1] +
                                             outputs.first[1] + (begin[1] + y) * outputs.step[1];
                    const std::int32_t* from = sums_.data() + r * pitch_ + (z * grid[1] + y) * grid[2];
                    std::int64_t* to =
                        first + r * distances.channel + (row * large[2] + outputs.first[2]) * distances.position;
                    const std::int64_t step = outputs.step[2] * distances.position;
                    for (std::int64_t x = 0; x < extent[2]; ++x) {
                        to[x * step] = from[x];
                    }
                }
            }
        }
    }

    const Accumulation shape_;
    const PlaneLayout layout_;
    std::vector<Part> parts_;
    std::int64_t pitch_ = 0;
    std::vector<std::int16_t> planes_;
    std::vector<std::int32_t> sums_;
};

void sum_convolution(const Accumulation& shape, const std::int32_t* x, const std::int32_t* w, std::int64_t* result) {
    PlaneSums sums(shape);
    const std::int64_t kernel = shape.window.kernel_size();
    for (std::int64_t group = 0; group < shape.groups; ++group) {
        const std::int64_t output = group * shape.outputs_per_group;
        sums.load_weights(w + output * shape.taps(), shape.taps(), {kernel, 1});
        for (std::int64_t n = 0; n < shape.batch; ++n) {
            const std::int64_t input = n * shape.input_channels() + group * shape.inputs_per_group;
            sums.load_planes(x + input * shape.input_size(), {shape.input_size(), 1});
            sums.write_sums(result + (n * shape.output_channels() + output) * shape.output_size(),
                            {shape.output_size(), 1});
        }
    }
}

/// x: [K, rows], w: [columns, K], result: [rows, columns]. The longer side takes the part of the positions.
void sum_matrices(const Contraction& contraction, const std::int32_t* x, const std::int32_t* w, std::int64_t* result) {
    const std::int64_t rows = contraction.shape.output_size();
    const std::int64_t columns = contraction.shape.output_channels();
    const std::int64_t inner = contraction.shape.inputs_per_group;
    const bool wide = columns > rows;
    Accumulation shape = contraction.shape;
    shape.outputs_per_group = wide ? rows : columns;
    shape.window.small[2] = wide ? columns : rows;
    shape.window.large[2] = shape.window.small[2];
    PlaneSums sums(shape);
    for (const Contraction::Slab& slab : contraction.slabs) {
        if (wide) {
            sums.load_weights(x + slab.x, 1, {rows, 0});
            sums.load_planes(w + slab.w, {1, inner});
            sums.write_sums(result, {columns, 1});
        } else {
            sums.load_weights(w + slab.w, inner, {1, 0});
            sums.load_planes(x + slab.x, {rows, 1});
            sums.write_sums(result, {1, columns});
        }
        result += rows * columns;
    }
}

}  // namespace

bool are_narrow(const Contraction& contraction, std::span<const std::int32_t> x, std::span<const std::int32_t> w) {
    constexpr std::int64_t kLargestFactor = std::numeric_limits<std::int16_t>::max();
    constexpr std::int64_t kLargestSum = std::numeric_limits<std::int32_t>::max();
    const std::int64_t a = largest_magnitude(x);
    const std::int64_t b = largest_magnitude(w);
    return a <= kLargestFactor && b <= kLargestFactor &&
           (a * b == 0 || contraction.shape.taps() <= kLargestSum / (a * b));
}

std::vector<std::int64_t> sum_plane_products(const Contraction& contraction, std::span<const std::int32_t> x,
                                             std::span<const std::int32_t> w) {
    const Accumulation& shape = contraction.shape;
    std::vector<std::int64_t> result(
        contraction.slabs.size() *
        static_cast<std::size_t>(shape.batch * shape.output_channels() * shape.output_size()));
    if (!result.empty() && shape.taps() > 0) {
        if (contraction.matrix) {
            sum_matrices(contraction, x.data(), w.data(), result.data());
        } else {
            sum_convolution(shape, x.data(), w.data(), result.data());
        }
    }
    return result;
}

}  // namespace difftest::oracle
