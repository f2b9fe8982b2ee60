#pragma once

#include "reference/oracle/context.hpp"

#include <optional>

namespace difftest::oracle {

/// The last step of an operation that computes a real number and may have an integer output: round half to even (F11:
/// or away from zero), then saturate (F14: an s32 at the largest f32 below 2^31). Its variants are numbered from 0.
class IntegerStore {
public:
    /// For the output of a node, with the node's deviations of rounding.
    IntegerStore(const Context& context, graph::NodeId id);

    int variants() const { return (away_from_zero_ ? 2 : 1) * (saturate_in_float_ ? 2 : 1); }

    /// What is stored of an f32 result; the value itself for floating types, and for NaN.
    double operator()(int variant, double value) const;

private:
    graph::DataType type_;
    std::optional<graph::Rounding> deviation_;
    bool away_from_zero_;
    bool saturate_in_float_;
};

}  // namespace difftest::oracle
