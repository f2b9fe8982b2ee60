#include "harness/diagnose/variants.hpp"

#include "reference/graph/half.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>
#include <variant>
#include <vector>

namespace difftest::harness {
namespace {

using Engine = std::mt19937_64;

/// In [0, count): the standard's own distributions differ between libraries.
std::uint64_t below(Engine& engine, std::uint64_t count) {
    return engine() % count;
}

double representable(graph::DataType type, double value) {
    if (type == graph::DataType::f16) {
        return graph::from_f16(graph::to_f16(static_cast<float>(value)));
    }
    if (type == graph::DataType::bf16) {
        return graph::from_bf16(graph::to_bf16(static_cast<float>(value)));
    }
    if (graph::is_integer(type)) {
        return std::clamp(std::nearbyint(value), static_cast<double>(graph::lowest_of(type)),
                          static_cast<double>(graph::highest_of(type)));
    }
    return static_cast<float>(value);
}

double drawn_integer(graph::DataType type, double old, Engine& engine, std::uint64_t mode) {
    const bool wide = type == graph::DataType::s32;
    if (wide && below(engine, 3) == 0) {  // beside a power of two: what f32 holds, and what it does not
        const double power = std::ldexp(1.0, static_cast<int>(below(engine, 31)));
        return (below(engine, 2) == 0 ? power : -power) + static_cast<double>(below(engine, 7)) - 3;
    }
    const double lowest = wide ? -4096 : static_cast<double>(graph::lowest_of(type));
    const double highest = wide ? 4096 : static_cast<double>(graph::highest_of(type));
    switch (mode) {
        case 0: return lowest + static_cast<double>(below(engine, static_cast<std::uint64_t>(highest - lowest) + 1));
        case 1: return old + static_cast<double>(below(engine, 7)) - 3;
        case 2: return below(engine, 2) == 0 ? lowest : highest;
        default: return static_cast<double>(below(engine, 9)) - 4;
    }
}

double drawn_float(double old, Engine& engine, std::uint64_t mode) {
    const double unit = static_cast<double>(below(engine, 2001)) / 1000 - 1;
    switch (mode) {
        case 0: return old * 2 * unit;
        case 1: return old + unit;
        case 2: return std::nearbyint(unit * 600) / 2;                                 // halves: ties
        case 3: return old * static_cast<double>(2 * below(engine, 9)) / 3 - old * 3;  // a tie's multiples are ties
        default: return unit * 400;
    }
}

void draw_operand(graph::TensorData& data, Engine& engine) {
    const std::uint64_t mode = below(engine, 5);
    for (std::int64_t i = 0; i < data.size(); ++i) {
        const double old = data.at(i);
        const double value = graph::is_integer(data.type()) ? drawn_integer(data.type(), old, engine, mode)
                                                            : drawn_float(old, engine, mode);
        data.set(i, representable(data.type(), value));
    }
}

double drawn_factor(Engine& engine) {
    constexpr double kFactors[] = {1, 1, 0.5, 2, -1, 0.75, 1.25, 3};  // NOLINT(modernize-avoid-c-arrays)
    return kFactors[below(engine, 8)];
}

/// Scales, ranges and other parameters: near what they were, since the chain lives by them. A factor leaves 0 as it is,
/// so at times they are moved, too.
void draw_parameter(graph::TensorData& data, Engine& engine) {
    const double factor = drawn_factor(engine);
    const bool each = below(engine, 3) == 0;
    const double magnitude = below(engine, 8) == 0 ? std::ldexp(1.0, static_cast<int>(below(engine, 5)) * 36 - 72) : 1;
    const double step = below(engine, 4) == 0 ? (static_cast<double>(below(engine, 9)) - 4) / 2 : 0;
    for (std::int64_t i = 0; i < data.size(); ++i) {
        const double own = each ? drawn_factor(engine) : factor;
        const double moved = graph::is_integer(data.type()) ? data.at(i) + std::nearbyint(3 * (own - 1))
                                                            : data.at(i) * own * magnitude + step;
        data.set(i, representable(data.type(), moved));
    }
}

/// The shape of a parameter of the node that has several values; else that of one for each channel.
graph::Shape shape_of_parameters(const graph::Case& variant, const graph::Node& node) {
    for (std::size_t slot = 1; slot < node.inputs.size(); ++slot) {
        const graph::TensorId id = node.inputs[slot];
        if (id != graph::kAbsent && variant.graph.tensor(id).role == graph::TensorRole::constant &&
            graph::element_count(variant.graph.tensor(id).shape).value_or(0) > 1) {
            return variant.graph.tensor(id).shape;
        }
    }
    const graph::Shape& output = variant.graph.tensor(node.output).shape;
    graph::Shape shape(output.size(), 1);
    if (output.size() > 1) {
        shape[1] = output[1];
    }
    return shape;
}

/// A parameter with one value gets several.
void spread(graph::Case& variant, const graph::Node& node, std::size_t slot, Engine& engine) {
    const graph::TensorId id = node.inputs[slot];
    graph::Tensor& tensor = variant.graph.tensors[static_cast<std::size_t>(id)];
    if (tensor.role != graph::TensorRole::constant || graph::element_count(tensor.shape) != 1 ||
        variant.graph.consumers_of(id).size() > 1) {
        return;
    }
    tensor.shape = shape_of_parameters(variant, node);
    graph::TensorData& data = variant.data[static_cast<std::size_t>(id)];
    graph::TensorData spread(tensor.type, tensor.shape);
    for (std::int64_t i = 0; i < spread.size(); ++i) {
        spread.set(i, representable(tensor.type, data.at(0) * drawn_factor(engine)));
    }
    data = std::move(spread);
}

/// The numbers of an activation, and at times two parameters of one node that could stand for each other: the ends of a
/// range.
void move_parameters_of(graph::Node& node, graph::Case& variant, Engine& engine) {
    if (auto* eltwise = std::get_if<graph::Eltwise>(&node.operation)) {
        eltwise->alpha = static_cast<float>(eltwise->alpha * drawn_factor(engine));
        eltwise->beta = static_cast<float>(eltwise->beta * drawn_factor(engine));
    }
    if (graph::is_contraction(node.operation)) {
        return;
    }
    for (std::size_t slot = 1; slot < node.inputs.size(); ++slot) {
        if (node.inputs[slot] != graph::kAbsent && below(engine, 6) == 0) {
            spread(variant, node, slot, engine);
        }
    }
    if (node.inputs.size() < 3 || below(engine, 4) != 0) {
        return;
    }
    const std::size_t slot = 1 + below(engine, node.inputs.size() - 2);
    const graph::TensorId a = node.inputs[slot];
    const graph::TensorId b = node.inputs[slot + 1];
    if (a != graph::kAbsent && b != graph::kAbsent && variant.graph.tensor(a).role == graph::TensorRole::constant &&
        variant.graph.tensor(b).role == graph::TensorRole::constant &&
        variant.graph.tensor(a).type == variant.graph.tensor(b).type &&
        variant.graph.tensor(a).shape == variant.graph.tensor(b).shape) {
        std::swap(variant.data[static_cast<std::size_t>(a)], variant.data[static_cast<std::size_t>(b)]);
    }
}

/// Whether the tensor is data of the network, not a parameter of an operation on it.
bool is_operand(const graph::Graph& graph, graph::TensorId id) {
    if (graph.tensor(id).role == graph::TensorRole::input) {
        return true;
    }
    for (const graph::NodeId reader : graph.consumers_of(id)) {
        const graph::Node& node = graph.node(reader);
        if (graph::is_contraction(node.operation) &&
            (node.inputs[0] == id || node.inputs[1] == id || node.inputs[2] == id)) {
            return true;
        }
    }
    return false;
}

}  // namespace

graph::Case variant_of(const graph::Case& value, std::uint64_t number) {
    graph::Case variant = value;
    Engine engine(number * 0x9E3779B97F4A7C15U + 1);
    const bool parameters = number % 2 == 1;
    for (std::size_t i = 0; i < variant.data.size(); ++i) {
        const auto id = static_cast<graph::TensorId>(i);
        if (variant.graph.tensors[i].role == graph::TensorRole::intermediate) {
            continue;
        }
        if (is_operand(variant.graph, id)) {
            draw_operand(variant.data[i], engine);
        } else if (parameters) {
            draw_parameter(variant.data[i], engine);
        }
    }
    for (std::size_t i = 0; parameters && i < variant.graph.nodes.size(); ++i) {
        move_parameters_of(variant.graph.nodes[i], variant, engine);
    }
    return variant;
}

}  // namespace difftest::harness
