#include "backends/onednn/scaled_reorder.hpp"

#include "backends/onednn/api_version.hpp"
#include "backends/onednn/blocked_layouts.hpp"
#include "backends/onednn/library_types.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>

namespace difftest::backends::onednn {

using dnnl::memory;
using graph::Node;
using graph::TensorId;

namespace {

/// What the node's parameters are to the reorder.
struct Parts {
    TensorId factor = graph::kAbsent;
    TensorId zero_point = graph::kAbsent;
    bool divides = false;          ///< by the factor
    bool shifts_result = true;     ///< the zero point belongs to the destination, else to the source
    bool shifts_integers = false;  ///< the destination's zero point is added behind the rounding
};

std::optional<Parts> parts_of(const Node& node) {
    const TensorId zero_point = graph::input_at(node, "zero_point");
    const auto is_behind = [](graph::ZeroPointSite site) { return site == graph::ZeroPointSite::after_rounding; };
    if (const auto* quantize = std::get_if<graph::Quantize>(&node.operation)) {
        return Parts{graph::input_at(node, "scale"), zero_point, true, true, is_behind(quantize->zero_point_site)};
    }
    if (const auto* requantize = std::get_if<graph::Requantize>(&node.operation)) {
        return Parts{graph::input_at(node, "multiplier"), zero_point, false, true,
                     is_behind(requantize->zero_point_site)};
    }
    if (std::holds_alternative<graph::Dequantize>(node.operation)) {
        return Parts{graph::input_at(node, "scale"), zero_point, false, false, false};
    }
    return std::nullopt;
}

/// The dimensions along which the parameter differs. Throws Unsupported for a parameter that is no part of the result's
/// shape.
int mask_of(const graph::Shape& parameter, const graph::Shape& result) {
    int mask = 0;
    const std::size_t missing = result.size() - parameter.size();
    for (std::size_t dimension = 0; dimension < parameter.size(); ++dimension) {
        if (parameter[dimension] != 1) {
            mask |= 1 << (missing + dimension);
        }
    }
    return mask;
}

template <typename Value>
std::vector<Value> constant_values(Program& program, TensorId tensor) {
    const std::span<const std::byte> bytes = program.values_of(tensor);
    std::vector<Value> values(bytes.size() / sizeof(Value));
    std::memcpy(values.data(), bytes.data(), values.size() * sizeof(Value));
    return values;
}

/// One reorder in the making.
class ScaledReorder {
public:
    ScaledReorder(Program& program, const PlannedPartition& partition)
        : program_(program),
          node_(program.graph().node(partition.nodes.front())),
          source_(partition.source),
          output_(partition.output),
          result_(program.graph().tensor(output_)),
          parts_(*parts_of(node_)) {}

    ImplementationName add() {
        add_factor();
        add_zero_point();
        const memory::dims extents = dimensions(result_.shape);
        const memory plain = program_.plain_memory(output_, extents);
        if (const auto layout = program_.options().layout) {
            const memory::desc asked = memory_layout(*layout, extents, result_.type);
            if (asked != plain.get_desc()) {
                try {
                    const memory::desc source = plain_layout(extents, program_.graph().tensor(source_).type);
                    descriptor_of(source, asked);
                    const memory direct = program_.new_memory(asked);
                    ImplementationName name = add_to(direct);
                    program_.add_store(direct, plain);
                    program_.took(Deviation::layout);
                    return name;
                } catch (const dnnl::error& failure) {
                    if (failure.status != dnnl_unimplemented) {
                        throw;
                    }
                }
            }
        }
        return add_to(plain);
    }

private:
    dnnl::reorder::primitive_desc descriptor_of(const memory::desc& from, const memory::desc& to) const {
        return {program_.engine(), from, program_.engine(), to, attributes_};
    }

    ImplementationName add_to(const memory& to) {
        const memory from = program_.plain_memory(source_, dimensions(result_.shape));
        const dnnl::reorder::primitive_desc descriptor = descriptor_of(from.get_desc(), to.get_desc());
        Arguments arguments = arguments_;
        arguments[DNNL_ARG_FROM] = from;
        arguments[DNNL_ARG_TO] = to;
        program_.add(Phase::execute, descriptor, std::move(arguments));
        program_.took(Deviation::scaled_reorder);
        return descriptor.impl_info_str();
    }

    bool is_constant(TensorId tensor) const { return program_.phase_of(tensor) == Phase::prepare; }

    /// Where the release can have both, values that are known are part of the primitive.
    bool is_fixed(TensorId tensor) {
        const Parameters asked = program_.options().parameters;
        if (asked != Parameters::usual) {
            program_.took(Deviation::parameters);
        }
        return asked == Parameters::compile_time ||
               (asked == Parameters::usual && is_constant(tensor) && api::has_fixed_parameters());
    }

    void add_factor() {
        const int mask = mask_of(program_.graph().tensor(parts_.factor).shape, result_.shape);
        const bool inverts = parts_.divides && !api::reorder_divides();
        if (!is_constant(parts_.factor) && (inverts || is_fixed(parts_.factor))) {
            throw Unsupported(fmt::format("'{}': its scale is not constant", node_.name));
        }
        const std::int64_t count = graph::element_count(program_.graph().tensor(parts_.factor).shape).value();
        if (!inverts && !is_fixed(parts_.factor)) {
            arguments_[api::set_reorder_scales(attributes_, mask, parts_.divides)] =
                program_.plain_memory(parts_.factor, {count});
            return;
        }
        std::vector<float> factors = constant_values<float>(program_, parts_.factor);
        if (inverts) {
            std::transform(factors.begin(), factors.end(), factors.begin(), [](float scale) { return 1.0F / scale; });
        }
        if (is_fixed(parts_.factor)) {
            api::set_fixed_reorder_scales(attributes_, mask, factors);
            return;
        }
        const memory given = program_.new_memory(plain_layout({count}, graph::DataType::f32), Phase::prepare);
        std::memcpy(given.get_data_handle(), factors.data(), factors.size() * sizeof(float));
        arguments_[api::set_reorder_scales(attributes_, mask, parts_.divides)] = given;
    }

    void add_zero_point() {
        const TensorId zero_point = parts_.zero_point;
        if (zero_point == graph::kAbsent) {
            return;
        }
        if (parts_.shifts_integers && !is_zero(zero_point)) {
            throw Unsupported(fmt::format("'{}': a reorder adds its zero point before it rounds", node_.name));
        }
        const int argument = parts_.shifts_result ? DNNL_ARG_TO : DNNL_ARG_FROM;
        const int mask = mask_of(program_.graph().tensor(zero_point).shape, result_.shape);
        if (is_fixed(zero_point)) {
            if (!is_constant(zero_point)) {
                throw Unsupported(fmt::format("'{}': its zero point is not constant", node_.name));
            }
            api::set_fixed_zero_points(attributes_, argument, mask,
                                       constant_values<std::int32_t>(program_, zero_point));
            return;
        }
        const std::int64_t count = graph::element_count(program_.graph().tensor(zero_point).shape).value();
        api::set_zero_points(attributes_, argument, mask);
        arguments_[DNNL_ARG_ATTR_ZERO_POINTS | argument] = program_.plain_memory(zero_point, {count});
    }

    bool is_zero(TensorId zero_point) {
        const std::vector<std::int32_t> values = constant_values<std::int32_t>(program_, zero_point);
        return is_constant(zero_point) &&
               std::all_of(values.begin(), values.end(), [](std::int32_t each) { return each == 0; });
    }

    Program& program_;
    const Node& node_;
    TensorId source_;
    TensorId output_;
    const graph::Tensor& result_;
    Parts parts_;
    dnnl::primitive_attr attributes_;
    Arguments arguments_;
};

}  // namespace

bool wants_scaled_reorder(const graph::Graph& graph, const PlannedPartition& partition,
                          const CreationOptions& options) {
    return options.scaled_reorder && partition.nodes.size() == 1 &&
           parts_of(graph.node(partition.nodes.front())).has_value();
}

bool multiplies_by_reciprocal(const graph::Graph& graph, const PlannedPartition& partition,
                              const CreationOptions& options) {
    return wants_scaled_reorder(graph, partition, options) && !api::reorder_divides() &&
           parts_of(graph.node(partition.nodes.front()))->divides;
}

ImplementationName add_scaled_reorder(Program& program, const PlannedPartition& partition) {
    return ScaledReorder(program, partition).add();
}

}  // namespace difftest::backends::onednn
