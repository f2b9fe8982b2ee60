#pragma once

// oneDNN 2 has no Graph API, and nothing of this file.
#if __has_include(<oneapi/dnnl/dnnl_graph.hpp>)
#include <oneapi/dnnl/dnnl_graph.hpp>

#include <string_view>

namespace difftest::backends::onednn {

/// The library's constant for an operation's or attribute's name. Throws Unsupported for one that is not in its list.
dnnl::graph::op::kind graph_kind(std::string_view name);
dnnl::graph::op::attr graph_attribute(std::string_view name);

}  // namespace difftest::backends::onednn
#endif
