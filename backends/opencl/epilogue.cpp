#include "backends/opencl/epilogue.hpp"

#include "backends/opencl/function_library.hpp"
#include "reference/graph/enumeration_names.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <initializer_list>
#include <utility>
#include <variant>

namespace difftest::backends::opencl {

using graph::DataType;
using graph::Node;
using graph::TensorId;

namespace {

int bits_of(DataType type) {
    return static_cast<int>(graph::size_of(type)) * 8;
}

std::string bounds(DataType type) {
    // The lowest s32 is no literal: 2147483648 is a long.
    const std::string lowest = type == DataType::s32 ? "(-2147483647 - 1)" : fmt::format("{}", graph::lowest_of(type));
    return fmt::format("{}, {}", lowest, graph::highest_of(type));
}

bool is_eight_bit(DataType type) {
    return type == DataType::s8 || type == DataType::u8;
}

/// The expression of one node's result, and whether that is an integer of the output's type already.
struct Expression {
    std::string text;
    bool is_integer = false;
};

class NodeExpression {
public:
    NodeExpression(Epilogue& epilogue, const KernelWriter& writer, const Node& node, unsigned lanes, bool is_last)
        : epilogue_(epilogue), writer_(writer), node_(node), lanes_(lanes), is_last_(is_last) {}

    Expression operator()(const graph::Eltwise& op) const {
        if (op.algorithm == graph::EltwiseAlgorithm::square && is_half_throughout({"data"})) {
            return {fmt::format("half_multiply_{0}({1}, {1})", lanes_, real("data"))};
        }
        return {fmt::format("{}_{}({}, {}, {})", graph::name_of_value(op.algorithm), lanes_, real("data"),
                            literal(op.alpha), literal(op.beta))};
    }

    Expression operator()(const graph::Binary& op) const {
        const bool has_half = op.algorithm == graph::BinaryAlgorithm::add ||
                              op.algorithm == graph::BinaryAlgorithm::subtract ||
                              op.algorithm == graph::BinaryAlgorithm::multiply;
        const char* const half = has_half && is_half_throughout({"a", "b"}) ? "half_" : "";
        return {fmt::format("{}{}_{}({}, {})", half, graph::name_of_value(op.algorithm), lanes_, real("a"), real("b"))};
    }

    Expression operator()(const graph::Select& /*op*/) const {
        if (graph::is_integer(type())) {
            return {fmt::format("select_integer_{}({}, {}, {})", lanes_, real("condition"), integer("a"), integer("b")),
                    true};
        }
        return {fmt::format("select_real_{}({}, {}, {})", lanes_, real("condition"), real("a"), real("b"))};
    }

    Expression operator()(const graph::Prelu& /*op*/) const {
        return {fmt::format("prelu_{}({}, {})", lanes_, real("data"), real("slope"))};
    }

    Expression operator()(const graph::Sum& op) const {
        std::string previous = real("previous");
        if (op.reinterpretation != graph::Reinterpretation::none) {
            const std::string_view as = op.reinterpretation == graph::Reinterpretation::s8 ? "s8" : "u8";
            previous = as_real(fmt::format("as_{}_{}({})", as, lanes_, integer("previous")));
        }
        return {fmt::format("sum_{}({}, {}, {}, {})", lanes_, real("data"), previous, literal(op.scale),
                            literal(static_cast<float>(op.zero_point)))};
    }

    Expression operator()(const graph::FakeQuantize& op) const {
        const bool wrong = writer_.specification().clamp_optimisation && op.levels == 256 && is_eight_bit(type());
        const std::string arguments =
            fmt::format("{}({}, {}, {}, {}, {}, {})", "", real("data"), real("input_low"), real("input_high"),
                        real("output_low"), real("output_high"), literal(static_cast<float>(op.levels - 1)));
        if (wrong) {
            const std::string unclamped = fmt::format("unclamped_quantize_{}{}", lanes_, arguments);
            return {fmt::format("to_{}_{}({})", is_last_ ? graph::name_of(type()) : "s32", lanes_, unclamped), true};
        }
        const bool scaled = op.form == graph::FakeQuantizeForm::scale_shift;
        return {fmt::format("{}_quantize_{}{}", scaled ? "scaled" : "fake", lanes_, arguments)};
    }

    Expression operator()(const graph::Quantize& op) const {
        return quantized(fmt::format("divide_{}({}, {})", lanes_, real("data"), real("scale")), op);
    }

    Expression operator()(const graph::Requantize& op) const {
        return quantized(fmt::format("multiply_{}({}, {})", lanes_, real("data"), real("multiplier")), op);
    }

    Expression operator()(const graph::Dequantize& /*op*/) const {
        if (graph::input_at(node_, "zero_point") == graph::kAbsent) {
            return {fmt::format("multiply_{}({}, {})", lanes_, real("data"), real("scale"))};
        }
        return {
            fmt::format("dequantize_{}({}, {}, {})", lanes_, integer("data"), real("scale"), integer("zero_point"))};
    }

    Expression operator()(const graph::Convert& op) const {
        if (!graph::is_integer(type())) {
            return {real("data")};
        }
        const int wraps = op.overflow == graph::Overflow::wrap ? 1 : 0;
        if (graph::is_integer(type_of("data"))) {
            const std::string wide = fmt::format("convert_long{}({})", vector(), integer("data"));
            return {fmt::format("narrowed_{}({}, {}, {}, {})", lanes_, wide, wraps, bits_of(type()), bounds(type())),
                    true};
        }
        if (wraps == 0 && op.rounding == graph::Rounding::half_to_even) {
            return {real("data")};
        }
        return {fmt::format("converted_{}({}, {}, {}, {}, {})", lanes_, real("data"), static_cast<int>(op.rounding),
                            wraps, bits_of(type()), bounds(type())),
                true};
    }

    Expression operator()(const graph::Reorder& /*op*/) const {
        return graph::is_integer(type()) ? Expression{integer("data"), true} : Expression{real("data")};
    }

    Expression operator()(const graph::RequantizeFixedPoint& op) const {
        const bool shifted = graph::input_at(node_, "zero_point") != graph::kAbsent;
        return {fmt::format("requantize_fixed_point_{}({}, {}, {}, {}, {}, {}, {})", lanes_, integer("data"),
                            integer("multiplier"), integer("shift"), shifted ? integer("zero_point") : zero(),
                            static_cast<int>(op.rounding), integer_literal(op.lowest), integer_literal(op.highest)),
                true};
    }

    Expression operator()(const graph::ShiftRound& op) const {
        return {fmt::format("shift_round_{}({}, {})", lanes_, integer("data"), op.shift), true};
    }

    /// Nothing else is elementwise.
    template <typename Other>
    Expression operator()(const Other& /*op*/) const {
        return {};
    }

private:
    DataType type() const { return writer_.tensor(node_.output).type; }
    DataType type_of(std::string_view slot) const { return writer_.tensor(graph::input_at(node_, slot)).type; }
    /// Operands and result are f16, and the plan calculates in half what comes out the same (plan_refusal.cpp).
    bool is_half_throughout(std::initializer_list<std::string_view> slots) const {
        return writer_.specification().native_half && type() == DataType::f16 &&
               std::all_of(slots.begin(), slots.end(),
                           [this](std::string_view slot) { return type_of(slot) == DataType::f16; });
    }
    std::string real(std::string_view slot) const { return epilogue_.real(graph::input_at(node_, slot)); }
    std::string integer(std::string_view slot) const { return epilogue_.integer(graph::input_at(node_, slot)); }
    std::string vector() const { return lanes_ == 1 ? "" : std::to_string(lanes_); }
    std::string zero() const { return fmt::format("({})(0)", vector_type("int", lanes_)); }
    std::string as_real(const std::string& expression) const {
        return fmt::format("convert_float{}({})", vector(), expression);
    }

    static std::string integer_literal(std::int64_t value) {
        return value == graph::lowest_of(DataType::s32) ? "(-2147483647 - 1)" : std::to_string(value);
    }

    /// Zero point, rounding and saturation of a scaled value.
    template <typename Op>
    Expression quantized(const std::string& scaled, const Op& op) const {
        const TensorId zero_point = graph::input_at(node_, "zero_point");
        if (zero_point == graph::kAbsent && op.rounding == graph::Rounding::half_to_even) {
            return {scaled};
        }
        const int before = op.zero_point_site == graph::ZeroPointSite::before_rounding ? 1 : 0;
        return {fmt::format("quantized_{}({}, {}, {}, {}, {})", lanes_, scaled,
                            zero_point == graph::kAbsent ? zero() : integer("zero_point"),
                            static_cast<int>(op.rounding), before, bounds(type())),
                true};
    }

    Epilogue& epilogue_;
    const KernelWriter& writer_;
    const Node& node_;
    unsigned lanes_;
    bool is_last_;
};

}  // namespace

std::string variable(TensorId id) {
    return fmt::format("v{}", id);
}

Epilogue::Epilogue(KernelWriter& writer, const graph::Shape& shape, std::vector<std::string> coordinates,
                   unsigned lanes)
    : writer_(writer), shape_(shape), coordinates_(std::move(coordinates)), lanes_(lanes) {}

std::string Epilogue::declaration(TensorId id) const {
    const bool integer = graph::is_integer(writer_.tensor(id).type);
    return fmt::format("{} {}", vector_type(integer ? "int" : "float", lanes_), variable(id));
}

std::string Epilogue::value(TensorId id) {
    const graph::Tensor& tensor = writer_.tensor(id);
    if (std::find(known_.begin(), known_.end(), id) != known_.end()) {
        return variable(id);
    }
    if (tensor.role == graph::TensorRole::constant && graph::element_count(tensor.shape) == 1) {
        const double constant = writer_.value().data_of(id).at(0);
        if (graph::is_integer(tensor.type)) {
            const auto number = static_cast<std::int64_t>(constant);
            const bool lowest = number == graph::lowest_of(DataType::s32);
            return fmt::format("({})({})", vector_type("int", lanes_),
                               lowest ? "-2147483647 - 1" : std::to_string(number));
        }
        return fmt::format("({})({})", vector_type("float", lanes_), literal(static_cast<float>(constant)));
    }
    text_ += fmt::format("    const {} = {};\n", declaration(id),
                         writer_.load(id, writer_.map_onto(id, shape_), coordinates_, lanes_));
    known_.push_back(id);
    return variable(id);
}

std::string Epilogue::real(TensorId id) {
    const bool integer = graph::is_integer(writer_.tensor(id).type);
    return integer ? fmt::format("convert_float{}({})", lanes_ == 1 ? "" : std::to_string(lanes_), value(id))
                   : value(id);
}

std::string Epilogue::integer(TensorId id) {
    return value(id);
}

void Epilogue::add(const Node& node, bool is_last) {
    Expression expression = std::visit(NodeExpression(*this, writer_, node, lanes_, is_last), node.operation);
    const DataType type = writer_.tensor(node.output).type;
    if (!expression.is_integer && type != DataType::f32) {
        expression.text = fmt::format("to_{}_{}({})", graph::name_of(type), lanes_, expression.text);
    }
    text_ += fmt::format("    const {} = {};\n", declaration(node.output), expression.text);
    known_.push_back(node.output);
}

void Epilogue::store(TensorId id) {
    text_ += "    " + writer_.store(id, coordinates_, lanes_, variable(id));
}

}  // namespace difftest::backends::opencl
