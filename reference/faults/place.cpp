#include "reference/faults/place.hpp"

#include "reference/oracle/broken_values.hpp"

namespace difftest::faults {

bool Place::is_mid_chain() const {
    return !value_.graph.is_output(node_.output) && !value_.graph.consumers_of(node_.output).empty();
}

const graph::Node* Place::only_reader() const {
    const std::vector<graph::NodeId> readers = value_.graph.consumers_of(node_.output);
    return readers.size() == 1 && !value_.graph.is_output(node_.output) ? &value_.graph.node(readers.front()) : nullptr;
}

bool Place::any(std::size_t slot, const std::function<bool(double)>& kind) const {
    if (!is_constant(slot)) {
        return false;
    }
    const graph::TensorData& data = value_.data_of(node_.inputs[slot]);
    for (std::int64_t i = 0; i < data.size(); ++i) {
        if (kind(data.at(i))) {
            return true;
        }
    }
    return false;
}

bool Place::may_have(std::size_t slot, const std::function<bool(double)>& kind) const {
    if (!has(slot)) {
        return false;
    }
    if (tensor(slot).role == graph::TensorRole::intermediate) {
        return true;
    }
    const graph::TensorData& data = value_.data_of(node_.inputs[slot]);
    for (std::int64_t i = 0; i < data.size(); ++i) {
        if (kind(data.at(i))) {
            return true;
        }
    }
    return false;
}

std::optional<double> Place::scalar(std::size_t slot) const {
    if (!is_constant(slot) || value_.data_of(node_.inputs[slot]).size() != 1) {
        return std::nullopt;
    }
    return value_.data_of(node_.inputs[slot]).at(0);
}

bool Place::is_parameter(std::size_t slot) const {
    return slot > 0 && is_constant(slot) && !graph::is_contraction(node_.operation) && is<graph::Concat>() == nullptr &&
           is<graph::Select>() == nullptr;
}

bool Place::any_parameter(const std::function<bool(std::size_t)>& kind) const {
    for (std::size_t slot = 1; slot < slots(); ++slot) {
        if (is_parameter(slot) && kind(slot)) {
            return true;
        }
    }
    return false;
}

std::optional<std::size_t> Place::axis_of(std::size_t slot) const {
    return oracle::varying_axis(shape(slot), output().shape);
}

}  // namespace difftest::faults
