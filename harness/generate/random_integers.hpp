#pragma once

#include "harness/generate/counter_random.hpp"
#include "reference/graph/tensor_data.hpp"

#include <cstdint>

namespace difftest::harness {

/// A tensor of integers from lo to hi; each element depends on seed, stream and its own number only.
inline graph::TensorData random_integers(std::uint64_t seed, graph::DataType type, const graph::Shape& shape,
                                         std::int64_t lo, std::int64_t hi, std::uint64_t stream) {
    graph::TensorData data(type, shape);
    const CounterRandom random(seed, stream);
    for (std::int64_t i = 0; i < data.size(); ++i) {
        data.set(i, static_cast<double>(random.integer_at(static_cast<std::uint64_t>(i), lo, hi)));
    }
    return data;
}

}  // namespace difftest::harness
