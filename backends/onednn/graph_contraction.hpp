#pragma once

#include "backends/onednn/graph_builder.hpp"

#include <set>

namespace difftest::backends::onednn {

/// Constant values of a parameter: one, or one for each element of a dimension of the data.
struct ChannelValues {
    std::vector<double> values;
    std::optional<std::int64_t> axis;  ///< of the data; absent for one value
};

/// Nothing where the tensor is no constant or varies along more than one dimension.
std::optional<ChannelValues> channel_values(const graph::Case& value, graph::TensorId parameter,
                                            const graph::Shape& data);

/// Sums of products in the Graph API: over integers, both operands are dequantized in front of an f32 operation.
class ContractionLowering {
public:
    explicit ContractionLowering(GraphBuilder& builder) : builder_(builder) {}

    void add(const graph::Convolution& op, const graph::Node& node, bool folds_scales);
    void add(const graph::Deconvolution& op, const graph::Node& node, bool folds_scales);
    void add(const graph::Matmul& op, const graph::Node& node, bool folds_scales);
    void add(const graph::InnerProduct& op, const graph::Node& node, bool folds_scales);

    /// Whether the first step behind the tensor is part of it already.
    bool has_folded(graph::TensorId tensor) const { return folded_.contains(tensor); }

private:
    struct Operation {
        const char* kind;
        std::vector<std::pair<std::string, GraphAttribute>> attributes;
        std::optional<std::int64_t> channels;      ///< dimension of the weights that is the result's channels
        std::optional<graph::TensorData> weights;  ///< in the order that the operation wants, where that is another
        std::int64_t terms = 0;                    ///< of each sum
    };
    void add(const graph::Node& node, Operation operation, bool folds_scales);
    GraphValueId dequantized(graph::TensorId tensor, GraphValueId integers, graph::TensorId zero_point,
                             std::optional<std::int64_t> axis, const std::vector<float>& scales);
    std::vector<float> leading_factors(const graph::Node& node, bool per_channel) const;

    GraphBuilder& builder_;
    std::set<graph::TensorId> folded_;
};

}  // namespace difftest::backends::onednn
