#include "harness/generate/data_mode.hpp"

#include "reference/graph/half.hpp"

#include <algorithm>
#include <cmath>

namespace difftest::harness {

std::string_view name_of(DataMode mode) {
    switch (mode) {
        case DataMode::full_range: return "full range";
        case DataMode::small: return "small";
        case DataMode::extremes: return "extremes";
        case DataMode::one_hot: return "one-hot";
        case DataMode::constant: return "constant";
        case DataMode::ramp: return "ramp";
        case DataMode::sparse: return "sparse";
    }
    return "?";
}

DataMode draw_data_mode(ChoiceSource& choices) {
    return static_cast<DataMode>(choices.weighted({8, 4, 3, 1, 1, 2, 2}));
}

graph::TensorData integer_tensor(ChoiceSource& choices, graph::DataType type, const graph::Shape& shape, DataMode mode,
                                 std::int64_t lo, std::int64_t hi) {
    graph::TensorData data(type, shape);
    const CounterRandom random(static_cast<std::uint64_t>(choices.integer(0, (std::int64_t{1} << 32) - 1)), 0);
    const std::int64_t fixed = choices.integer(lo, hi);
    const std::int64_t hot = choices.integer(0, std::max<std::int64_t>(data.size() - 1, 0));
    const std::int64_t near = std::clamp<std::int64_t>(0, lo, hi);
    for (std::int64_t i = 0; i < data.size(); ++i) {
        const auto counter = static_cast<std::uint64_t>(2 * i);
        std::int64_t value = random.integer_at(counter, lo, hi);
        switch (mode) {
            case DataMode::full_range: break;
            case DataMode::small:
                value = random.integer_at(counter, std::max(lo, near - 3), std::min(hi, near + 3));
                break;
            case DataMode::extremes: value = random.at(counter) % 2 == 0 ? lo : hi; break;
            case DataMode::one_hot: value = i == hot ? fixed : near; break;
            case DataMode::constant: value = fixed; break;
            case DataMode::ramp: value = lo + i % (hi - lo + 1); break;
            case DataMode::sparse: value = random.integer_at(counter + 1, 0, 4) == 0 ? value : near; break;
        }
        data.set(i, static_cast<double>(value));
    }
    return data;
}

graph::TensorData float_tensor(ChoiceSource& choices, graph::DataType type, const graph::Shape& shape, DataMode mode,
                               double magnitude) {
    constexpr std::int64_t kSteps = 1 << 20;
    constexpr std::int64_t kCoarseSteps = 64;
    const bool coarse = choices.chance(1, 2);
    const std::int64_t steps = coarse ? kCoarseSteps : kSteps;
    const double unit = coarse ? std::exp2(std::floor(std::log2(magnitude)) - 6) : magnitude / kSteps;
    const graph::TensorData whole = integer_tensor(choices, graph::DataType::s32, shape, mode, -steps, steps);
    graph::TensorData data(type, shape);
    for (std::int64_t i = 0; i < data.size(); ++i) {
        const auto value = static_cast<float>(whole.at(i) * unit);
        data.set(i, type == graph::DataType::f16    ? graph::from_f16(graph::to_f16(value))
                    : type == graph::DataType::bf16 ? graph::from_bf16(graph::to_bf16(value))
                                                    : value);
    }
    return data;
}

}  // namespace difftest::harness
