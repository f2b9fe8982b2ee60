#include "backends/opencl/shared_words.hpp"

#include "backends/opencl/shared_program.hpp"

#include <algorithm>
#include <cstring>
#include <variant>

namespace difftest::backends::opencl {
namespace {

/// The operations of run_step in shared_steps_text.cpp.
enum Operation : int {
    eltwise,
    binary,
    select,
    prelu,
    sum,
    fake_quantize,
    scaled,
    dequantize,
    real,
    narrowed,
    converted,
    whole,
    fixed_point,
    shift_round
};

struct StepWords {
    int operation = real;
    std::vector<std::int32_t> attributes;
    std::vector<std::string_view> slots;  ///< in the order of the operands
};

std::int32_t bits_of(float number) {
    return std::bit_cast<std::int32_t>(number);
}

/// What run_step needs to know of an operation.
struct StepOf {
    const graph::Graph& graph;
    const graph::Node& node;

    bool is_integer(std::string_view slot) const {
        return graph::is_integer(graph.tensor(graph::input_at(node, slot)).type);
    }
    bool gives_integer() const { return graph::is_integer(graph.tensor(node.output).type); }

    StepWords operator()(const graph::Eltwise& op) const {
        return {eltwise, {bits_of(op.alpha), bits_of(op.beta), static_cast<int>(op.algorithm)}, {"data"}};
    }
    StepWords operator()(const graph::Binary& op) const {
        return {binary, {static_cast<int>(op.algorithm)}, {"a", "b"}};
    }
    StepWords operator()(const graph::Select& /*op*/) const { return {select, {}, {"condition", "a", "b"}}; }
    StepWords operator()(const graph::Prelu& /*op*/) const { return {prelu, {}, {"data", "slope"}}; }
    StepWords operator()(const graph::Sum& op) const {
        const int as = op.reinterpretation == graph::Reinterpretation::none
                           ? 0
                           : (op.reinterpretation == graph::Reinterpretation::s8 ? 1 : 2);
        return {sum, {bits_of(op.scale), bits_of(static_cast<float>(op.zero_point)), as}, {"data", "previous"}};
    }
    StepWords operator()(const graph::FakeQuantize& op) const {
        return {fake_quantize,
                {op.form == graph::FakeQuantizeForm::scale_shift ? 1 : 0, bits_of(static_cast<float>(op.levels - 1))},
                {"data", "input_low", "input_high", "output_low", "output_high"}};
    }
    StepWords operator()(const graph::Quantize& op) const { return scaled_by(op, "scale", 0); }
    StepWords operator()(const graph::Requantize& op) const { return scaled_by(op, "multiplier", 1); }
    StepWords operator()(const graph::Dequantize& /*op*/) const {
        return {dequantize, {}, {"data", "scale", "zero_point"}};
    }
    StepWords operator()(const graph::Convert& op) const {
        if (!gives_integer()) {
            return {real, {}, {"data"}};
        }
        const int wraps = op.overflow == graph::Overflow::wrap ? 1 : 0;
        return is_integer("data") ? StepWords{narrowed, {wraps}, {"data"}}
                                  : StepWords{converted, {static_cast<int>(op.rounding), wraps}, {"data"}};
    }
    StepWords operator()(const graph::Reorder& /*op*/) const { return {gives_integer() ? whole : real, {}, {"data"}}; }
    StepWords operator()(const graph::RequantizeFixedPoint& op) const {
        return {fixed_point,
                {static_cast<int>(op.rounding), static_cast<std::int32_t>(op.lowest),
                 static_cast<std::int32_t>(op.highest)},
                {"data", "multiplier", "shift", "zero_point"}};
    }
    StepWords operator()(const graph::ShiftRound& op) const {
        return {shift_round, {static_cast<std::int32_t>(op.shift)}, {"data"}};
    }
    /// Nothing else is elementwise.
    template <typename Other>
    StepWords operator()(const Other& /*op*/) const {
        return {};
    }

private:
    template <typename Op>
    StepWords scaled_by(const Op& op, std::string_view factor, int multiplies) const {
        const bool plain =
            graph::input_at(node, "zero_point") == graph::kAbsent && op.rounding == graph::Rounding::half_to_even;
        const int before = op.zero_point_site == graph::ZeroPointSite::before_rounding ? 1 : 0;
        return {
            scaled, {static_cast<int>(op.rounding), before, multiplies, plain ? 0 : 1}, {"data", factor, "zero_point"}};
    }
};

}  // namespace

void SharedWords::bytes(std::span<const std::byte> packed) {
    const std::size_t at = code_.words.size();
    code_.words.resize(at + packed.size() / sizeof(std::int32_t));
    if (!packed.empty()) {
        std::memcpy(code_.words.data() + at, packed.data(), packed.size());
    }
}

void SharedWords::place(graph::TensorId id) {
    if (id != graph::kAbsent) {
        code_.places.emplace_back(size(), id);
    }
    word(-1);
}

void SharedWords::parameter(graph::TensorId id) {
    place(id);
    word(id == graph::kAbsent ? 0 : static_cast<std::int64_t>(tensor(id).type));
    word(id != graph::kAbsent && graph::element_count(tensor(id).shape) == 1 ? 1 : 0);
}

void SharedWords::terms(const AddressMap& map) {
    for (const AddressTerm& term : map) {
        word(term.block);
        word(term.outer);
        word(term.inner);
    }
}

AddressMap SharedWords::own_map(graph::TensorId id) const {
    return address_map(tensor(id).shape, layout_of(tensor(id), specification_));
}

AddressMap SharedWords::map_onto(graph::TensorId id, const graph::Shape& target) const {
    return broadcast_map(tensor(id).shape, layout_of(tensor(id), specification_), target);
}

void write_step(SharedWords& words, const graph::Node& node, const graph::Shape& shape,
                const std::vector<graph::TensorId>& registers) {
    StepWords step = std::visit(StepOf{words.value().graph, node}, node.operation);
    step.attributes.resize(shared_words::kAttributes, 0);
    words.word(step.operation);
    words.type(node.output);
    for (const std::int32_t attribute : step.attributes) {
        words.word(attribute);
    }
    for (std::size_t operand = 0; operand < shared_words::kOperands; ++operand) {
        const graph::TensorId id =
            operand < step.slots.size() ? graph::input_at(node, step.slots[operand]) : graph::kAbsent;
        const auto in_register = std::find(registers.begin(), registers.end(), id);
        if (id == graph::kAbsent) {
            words.word(shared_words::absent);
            words.word(0);
            words.word(0);
            words.terms(AddressMap(shape.size()));
            continue;
        }
        if (in_register != registers.end()) {
            words.word(shared_words::in_register);
            words.word(in_register - registers.begin());
        } else {
            words.word(shared_words::in_memory);
            words.place(id);
        }
        words.type(id);
        words.terms(words.map_onto(id, shape));
    }
}

}  // namespace difftest::backends::opencl
