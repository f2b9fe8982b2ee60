#include "reference/oracle/narrow_products.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <utility>

namespace difftest::oracle {
namespace {

std::int64_t largest_magnitude(std::span<const std::int32_t> values) {
    std::int64_t largest = 0;
    for (const std::int32_t value : values) {
        largest = std::max(largest, std::abs(std::int64_t{value}));
    }
    return largest;
}

std::int32_t dot(const std::int16_t* a, const std::int16_t* b, std::int64_t count) {
    std::int32_t sum = 0;
    for (std::int64_t i = 0; i < count; ++i) {
        sum += std::int32_t{a[i]} * b[i];
    }
    return sum;
}

/// Which input each tap of each position reads: [position][kernel element], -1 where the tap is not connected.
std::vector<std::int64_t> connections(const Accumulation& shape) {
    const Window& window = shape.window;
    const std::int64_t kernel = window.kernel_size();
    std::vector<std::int64_t> result(static_cast<std::size_t>(shape.output_size() * kernel), -1);
    for (std::int64_t k = 0; k < kernel; ++k) {
        for_each_row(window, k, [&](const Row& row) {
            for (std::int64_t j = 0; j < row.count; ++j) {
                const std::int64_t small = row.small + j;
                const std::int64_t large = row.large + j * window.stride[2];
                const std::int64_t position = shape.transposed ? large : small;
                result[static_cast<std::size_t>(position * kernel + k)] = shape.transposed ? small : large;
            }
        });
    }
    return result;
}

/// The weights in 16 bits, in the order in which `connections` counts the kernel's elements.
std::vector<std::int16_t> narrow_weights(const Accumulation& shape, std::span<const std::int32_t> w) {
    std::vector<std::int16_t> result(w.size());
    std::transform(w.begin(), w.end(), result.begin(), [](std::int32_t v) { return static_cast<std::int16_t>(v); });
    if (shape.flip_kernel) {
        const std::int64_t kernel = shape.window.kernel_size();
        for (auto at = result.begin(); at != result.end(); at += kernel) {
            std::reverse(at, at + kernel);
        }
    }
    return result;
}

/// One batch entry and group at one position.
struct Place {
    std::int64_t slab;
    std::int64_t n;
    std::int64_t group;
    std::int64_t position;
};

class Sums {
public:
    Sums(const Contraction& contraction, std::span<const std::int32_t> x, std::span<const std::int32_t> w)
        : contraction_(contraction),
          shape_(contraction.shape),
          x_(x),
          w_(narrow_weights(shape_, w)),
          connections_(connections(shape_)),
          gathered_(static_cast<std::size_t>(shape_.taps())),
          result_(contraction.slabs.size() *
                  static_cast<std::size_t>(shape_.batch * shape_.output_channels() * shape_.output_size())) {}

    std::vector<std::int64_t> run() {
        for (std::size_t slab = 0; slab < contraction_.slabs.size(); ++slab) {
            for (std::int64_t n = 0; n < shape_.batch; ++n) {
                for (std::int64_t group = 0; group < shape_.groups; ++group) {
                    for (std::int64_t position = 0; position < shape_.output_size(); ++position) {
                        const Place place{static_cast<std::int64_t>(slab), n, group, position};
                        gather(place);
                        multiply(place);
                    }
                }
            }
        }
        return std::move(result_);
    }

private:
    void gather(const Place& place) {
        const std::int64_t kernel = shape_.window.kernel_size();
        const std::int64_t* connected = connections_.data() + place.position * kernel;
        const std::int64_t channel = place.n * shape_.input_channels() + place.group * shape_.inputs_per_group;
        const std::int32_t* plane =
            x_.data() + contraction_.slabs[static_cast<std::size_t>(place.slab)].x + channel * shape_.input_size();
        std::int16_t* to = gathered_.data();
        for (std::int64_t i = 0; i < shape_.inputs_per_group; ++i, plane += shape_.input_size()) {
            for (std::int64_t k = 0; k < kernel; ++k) {
                *to++ = connected[k] < 0 ? std::int16_t{0} : static_cast<std::int16_t>(plane[connected[k]]);
            }
        }
    }

    void multiply(const Place& place) {
        const std::int64_t taps = shape_.taps();
        const std::int64_t first = place.group * shape_.outputs_per_group;
        const std::int16_t* weights =
            w_.data() + contraction_.slabs[static_cast<std::size_t>(place.slab)].w + first * taps;
        for (std::int64_t o = 0; o < shape_.outputs_per_group; ++o, weights += taps) {
            result_[index_of(place, first + o)] = dot(gathered_.data(), weights, taps);
        }
    }

    std::size_t index_of(const Place& place, std::int64_t channel) const {
        const std::int64_t index =
            contraction_.matrix
                ? (place.slab * shape_.output_size() + place.position) * shape_.output_channels() + channel
                : (place.n * shape_.output_channels() + channel) * shape_.output_size() + place.position;
        return static_cast<std::size_t>(index);
    }

    const Contraction& contraction_;
    const Accumulation& shape_;
    std::span<const std::int32_t> x_;
    std::vector<std::int16_t> w_;
    std::vector<std::int64_t> connections_;
    std::vector<std::int16_t> gathered_;
    std::vector<std::int64_t> result_;
};

}  // namespace

bool are_narrow(const Contraction& contraction, std::span<const std::int32_t> x, std::span<const std::int32_t> w) {
    const std::int64_t largest_x = largest_magnitude(x);
    const std::int64_t largest_w = largest_magnitude(w);
    return contraction.shape.outputs_per_group > 1 && largest_x <= std::numeric_limits<std::int16_t>::max() &&
           largest_w <= std::numeric_limits<std::int16_t>::max() &&
           contraction.shape.taps() * largest_x * largest_w <= std::numeric_limits<std::int32_t>::max();
}

std::vector<std::int64_t> sum_narrow_products(const Contraction& contraction, std::span<const std::int32_t> x,
                                              std::span<const std::int32_t> w) {
    return Sums(contraction, x, w).run();
}

}  // namespace difftest::oracle
