#pragma once

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <string>

namespace difftest::harness {

/// The text by which a primitive is told of one of its arguments, such as "DNNL_ARG_SRC"; empty where it has none.
using ArgumentText = std::function<std::string(const std::string& argument)>;

/// What the descriptor of a recorded call's operation is made of, in the order of the library's constructor; those that
/// are memories on lines of their own. Throws NotExpressible.
std::string onednn_operation(const nlohmann::ordered_json& call, bool is_v3, const ArgumentText& described);

/// "{1, 2}"
std::string dims_text(const nlohmann::ordered_json& values);

}  // namespace difftest::harness
