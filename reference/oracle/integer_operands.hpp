#pragma once

#include "reference/oracle/contraction.hpp"
#include "reference/oracle/plane_products.hpp"

#include <cstdint>
#include <vector>

namespace difftest::oracle {

/// The integers that the accumulators of one node depend on, in the order of the contraction. Slots of the node: data,
/// weights, bias, zero point of the data, zero point of the weights.
struct IntegerOperands {
    const Context& context;
    graph::NodeId id;
    const graph::Node& node;
    Contraction contraction;
    std::vector<std::int32_t> x;  ///< without zero point
    std::vector<std::int32_t> w;  ///< without zero point

    IntegerOperands(const Context& in, graph::NodeId node_id);

    std::int32_t x_zero_point(std::int64_t channel) const;
    std::int64_t bias(std::int64_t result_index) const;
    /// The bias of every output channel.
    std::vector<std::int64_t> biases() const;
    bool signed_source() const { return context.tensor(node.inputs[0]).type == graph::DataType::s8; }

    /// The exact sums, without bias, in 64 bits.
    std::vector<std::int64_t> accumulate() const { return accumulate(x, w, narrow_); }

    /// The sums of |x * w|, when one of them may exceed what an s32 holds; empty otherwise.
    std::vector<std::int64_t> magnitudes() const;

    /// What a constant input of that value per channel of x would give.
    template <class ChannelValue>
    std::vector<std::int64_t> accumulate_constant(const ChannelValue& value) const {
        std::vector<std::int32_t> constant(x.size());
        for (std::size_t i = 0; i < x.size(); ++i) {
            constant[i] = value(contraction.x_channel(static_cast<std::int64_t>(i)));
        }
        return accumulate(constant, w, are_narrow(contraction, constant, w));
    }

private:
    std::vector<std::int64_t> accumulate(const std::vector<std::int32_t>& values,
                                         const std::vector<std::int32_t>& weights, bool narrow) const;

    bool narrow_;  ///< are_narrow
};

/// The value of an optional per-channel s32 tensor; a scalar serves all channels, an absent one is 0.
std::int32_t channel_value(const Context& context, graph::TensorId id, std::int64_t channel);

inline constexpr std::int64_t kLargestS32 = 2147483647;

}  // namespace difftest::oracle
