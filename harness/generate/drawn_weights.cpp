#include "harness/generate/drawn_weights.hpp"

#include "harness/generate/data_mode.hpp"

#include <cmath>

namespace difftest::harness {

graph::TensorData drawn_weights(CaseGrower& grower, graph::DataType data, const graph::Shape& shape) {
    ChoiceSource& choices = grower.choices();
    if (!graph::is_integer(data)) {
        const double magnitude = choices.one_of({0.25, 2.0});
        return float_tensor(choices, data, shape, draw_data_mode(choices), magnitude);
    }
    const bool tame = grower.limits().exclude_sloppiness && !choices.chance(1, 16);
    graph::TensorData weights = integer_tensor(choices, graph::DataType::s8, shape, draw_data_mode(choices),
                                               tame ? -64 : -128, tame ? 64 : 127);
    for (std::int64_t i = 0; tame && data == graph::DataType::s8 && i < weights.size(); ++i) {
        weights.set(i, 2 * std::trunc(weights.at(i) / 2));
    }
    return weights;
}

}  // namespace difftest::harness
