#include "reference/faults/applicability.hpp"
#include "reference/quantize/rounding.hpp"

#include <algorithm>
#include <cmath>

namespace difftest::faults {
namespace {

using graph::Binary;
using graph::BinaryAlgorithm;
using oracle::Deviation;

bool is_binary(const Place& place, BinaryAlgorithm algorithm) {
    const auto* binary = place.is<Binary>();
    return binary != nullptr && binary->algorithm == algorithm;
}

bool is_addition(const Place& place) {
    return is_binary(place, BinaryAlgorithm::add) || place.is<graph::Sum>() != nullptr;
}

/// A constant factor other than 1.
bool scales(const Place& place) {
    return is_binary(place, BinaryAlgorithm::multiply) && place.any(1, [](double scale) { return scale != 1; });
}

bool is_relu(const graph::Node* node) {
    const auto* eltwise = node == nullptr ? nullptr : std::get_if<graph::Eltwise>(&node->operation);
    return eltwise != nullptr && eltwise->algorithm == graph::EltwiseAlgorithm::relu;
}

/// A second operand of the shape of the result, with at least three dimensions.
bool has_full_operand(const Place& place) {
    return (place.is<Binary>() != nullptr || place.is<graph::Sum>() != nullptr) && place.has(1) &&
           place.output().shape.size() > 2 && place.shape(1) == place.output().shape;
}

bool repeats_an_algorithm(const Place& place) {
    const auto* own = place.is<graph::Eltwise>();
    const graph::Graph& graph = place.value().graph;
    graph::TensorId at = own == nullptr ? graph::kAbsent : place.node().inputs[0];
    while (at != graph::kAbsent && graph.tensor(at).producer >= 0) {
        const graph::Node& before = graph.node(graph.tensor(at).producer);
        const auto* other = std::get_if<graph::Eltwise>(&before.operation);
        if (other != nullptr && other->algorithm == own->algorithm && !(*other == *own)) {
            return true;
        }
        at = before.inputs[0];
    }
    return false;
}

/// A sum behind another one, each with an addend of its own of the same shape.
bool is_second_sum(const Place& place) {
    const graph::Node* first = is_binary(place, BinaryAlgorithm::add) ? place.producer_of<Binary>(0) : nullptr;
    return first != nullptr && std::get<Binary>(first->operation).algorithm == BinaryAlgorithm::add &&
           first->inputs[1] != place.node().inputs[1] &&
           place.value().graph.tensor(first->inputs[1]).shape == place.shape(1);
}

/// The 8-bit type in which the result of a clip ends, as in the oracle's broken_attributes.
std::optional<graph::DataType> narrow_type(const Place& place) {
    const graph::Graph& graph = place.value().graph;
    for (const graph::NodeId reader : graph.consumers_of(place.node().output)) {
        const graph::Tensor& result = graph.tensor(graph.node(reader).output);
        if (place.is_eight_bit(result)) {
            return result.type;
        }
    }
    return place.is_eight_bit(place.tensor(0)) ? std::optional(place.tensor(0).type) : std::nullopt;
}

bool has_bounds_that_wrap(const Place& place) {
    const auto* eltwise = place.is<graph::Eltwise>();
    const bool clips = eltwise != nullptr && (eltwise->algorithm == graph::EltwiseAlgorithm::clip ||
                                              eltwise->algorithm == graph::EltwiseAlgorithm::clip_v2);
    const auto type = clips ? narrow_type(place) : std::nullopt;
    const auto wraps = [&](float bound) {
        return std::fabs(bound) < 0x1p62F && quantize::wrap(std::trunc(bound), *type) != bound;
    };
    return type && (wraps(eltwise->alpha) || wraps(eltwise->beta));
}

bool is_activation_before_store(const Place& place) {
    const graph::Node* reader = place.is<graph::Eltwise>() != nullptr ? place.only_reader() : nullptr;
    return reader != nullptr && place.tensor(0).type == graph::DataType::f32 &&
           place.is_eight_bit(place.value().graph.tensor(reader->output)) &&
           (std::holds_alternative<graph::Convert>(reader->operation) ||
            std::holds_alternative<graph::Quantize>(reader->operation));
}

bool compares_at_a_boundary(const Place& place) {
    return is_binary(place, BinaryAlgorithm::greater) || is_binary(place, BinaryAlgorithm::greater_equal) ||
           is_binary(place, BinaryAlgorithm::less) || is_binary(place, BinaryAlgorithm::less_equal);
}

}  // namespace

std::optional<bool> chain_rule_applies(Deviation rule, const Place& place) {
    const auto* sum = place.is<graph::Sum>();
    switch (rule) {
        case Deviation::scale_before_quantize:
            return is_binary(place, BinaryAlgorithm::multiply) && place.is_constant(1) &&
                   place.producer_of<graph::FakeQuantize>(0) != nullptr && place.shape(0) == place.output().shape;
        case Deviation::scale_before_relu: return scales(place) && is_relu(place.producer_of<graph::Eltwise>(0));
        case Deviation::scale_of_addend_only: {
            const graph::Node* before = scales(place) ? place.producer_of<Binary>(0) : nullptr;
            return before != nullptr && std::get<Binary>(before->operation).algorithm == BinaryAlgorithm::add;
        }
        case Deviation::activation_behind_conversion: return is_activation_before_store(place);
        case Deviation::result_in_type_of_first_operand:
            return place.is<Binary>() != nullptr && place.is_eight_bit(place.tensor(0)) &&
                   place.output().type == graph::DataType::f32;
        case Deviation::half_intermediate: return place.output().type == graph::DataType::f32 && place.is_mid_chain();
        case Deviation::clip_bounds_wrapped: return has_bounds_that_wrap(place);
        case Deviation::repeated_eltwise_uses_first_parameters: return repeats_an_algorithm(place);
        case Deviation::comparison_boundary_exchanged: return compares_at_a_boundary(place);
        case Deviation::addend_in_other_layout:
            return has_full_operand(place) && place.shape(1)[1] > 1 &&
                   graph::element_count(place.shape(1)).value_or(0) > place.shape(1)[0] * place.shape(1)[1];
        case Deviation::addend_of_first_image: return has_full_operand(place) && place.shape(1)[0] > 1;
        case Deviation::addend_reinterpreted:
            return is_addition(place) && place.has(1) && place.is_eight_bit(place.tensor(1)) &&
                   (sum == nullptr || sum->reinterpretation == graph::Reinterpretation::none);
        case Deviation::addend_accumulates:
            return is_binary(place, BinaryAlgorithm::add) && place.shape(1) == place.output().shape &&
                   place.tensor(1).role != graph::TensorRole::intermediate;
        case Deviation::second_addend_is_first: return is_second_sum(place);
        case Deviation::addend_zero_point_ignored: return sum != nullptr && sum->zero_point != 0;
        case Deviation::addend_scale_ignored: return sum != nullptr && sum->scale != 1;
        default: return std::nullopt;
    }
}

}  // namespace difftest::faults
