#include "backends/onednn/library_graph.hpp"

/// oneDNN 2.x as released has no Graph API.
namespace difftest::backends::onednn {

GraphPartitioning graph_partitioning(const graph::Case& /*value*/) {
    throw Unsupported("oneDNN 2.x has no Graph API");
}

std::unique_ptr<Executable> graph_executable(const dnnl::engine& /*engine*/, const graph::Case& /*value*/,
                                             const Buffers& /*buffers*/) {
    throw Unsupported("oneDNN 2.x has no Graph API");
}

}  // namespace difftest::backends::onednn
