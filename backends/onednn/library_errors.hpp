#pragma once

#include <oneapi/dnnl/dnnl.hpp>

#include <string>

namespace difftest::backends::onednn {

/// The library's error as one of ours: Unsupported where it says that it does not offer what it was asked for,
/// BackendError otherwise. `creating`: while something is created invalid arguments say so, too: sizes, types and
/// attributes that it takes for no implementation at all.
[[noreturn]] void rethrow(const dnnl::error& failure, const std::string& what, bool creating = false);

}  // namespace difftest::backends::onednn
