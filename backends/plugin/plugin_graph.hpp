#pragma once

#include "backends/backend.hpp"
#include "backends/plugin/plugin_abi.h"

#include <deque>
#include <string>
#include <vector>

namespace difftest::backends {

/// The graph of a case as a plug-in sees it, with what its pointers point to. The case must outlive it.
class PluginGraph {
public:
    /// Inputs, constants and outputs of the graph get the memory of `buffers`; empty spans are NULL.
    PluginGraph(const graph::Graph& graph, const Buffers& buffers);
    PluginGraph(const PluginGraph&) = delete;
    PluginGraph& operator=(const PluginGraph&) = delete;

    const difftest_graph& view() const { return view_; }

private:
    void add_node(const graph::Node& node);
    const char* keep(std::string_view text);

    const graph::Graph& graph_;
    std::deque<std::string> texts_;
    std::deque<std::vector<double>> values_;
    std::deque<std::vector<difftest_slot>> slots_;
    std::deque<std::vector<difftest_attribute>> attributes_;
    std::vector<difftest_tensor> tensors_;
    std::vector<difftest_node> nodes_;
    std::vector<std::size_t> outputs_;
    difftest_graph view_{};
};

}  // namespace difftest::backends
