#pragma once

#include "backends/onednn/api_version.hpp"
#include "reference/graph/graph.hpp"

/// A contraction of the graph in the library's terms.
namespace difftest::backends::onednn {

struct ContractionLayout {
    dnnl::memory::desc source;               ///< where the tensor of the graph has its values
    dnnl::memory::desc weights;              ///< likewise
    std::optional<dnnl::memory::desc> bias;  ///< likewise
    dnnl::memory::dims destination;
    dnnl::memory::desc requested_source;   ///< as the library is asked for it
    dnnl::memory::desc requested_weights;  ///< likewise
    int source_channel_mask = 0;           ///< of zero points for each channel of the source
    int weights_channel_mask = 0;          ///< of zero points for each output channel
};

/// Throws Unsupported for what the library cannot express.
ContractionLayout contraction_layout(const graph::Graph& graph, const graph::Node& node);

/// Dilations that start at 1 as the library counts them.
dnnl::memory::dims zero_based(const std::vector<std::int64_t>& dilations);

/// Strides, dilations and paddings of a convolution or deconvolution. Throws Unsupported.
api::Geometry geometry_of(const graph::Node& node);

}  // namespace difftest::backends::onednn
