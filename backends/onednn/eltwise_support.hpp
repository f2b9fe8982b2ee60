#pragma once

#include "backends/onednn/step.hpp"

#include <optional>
#include <string>

namespace difftest::backends::onednn::api {

/// Why this version of the library cannot compute the step as the graph defines it; nothing when it can.
std::optional<std::string> why_not(const EltwiseStep& step);

/// Whether the library has the select algorithm among the binary ones.
bool has_select();

/// Whether it can be a post-op.
bool has_select_post_op();

}  // namespace difftest::backends::onednn::api
