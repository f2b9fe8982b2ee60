#pragma once

#include "reference/graph/graph.hpp"

#include <string_view>

namespace difftest::backends::onednn {

/// For tests that run in one process: the known issue (corpora/known_issues) of oneDNN 3.7 that a plan of this graph is
/// sure or likely to meet, by the same trigger; empty if none. That it is still detected is asserted by the test of its
/// minimal case.
std::string_view registered_error(const graph::Graph& graph, std::string_view plan);

}  // namespace difftest::backends::onednn
