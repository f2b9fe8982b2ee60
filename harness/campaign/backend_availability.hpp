#pragma once

#include "harness/campaign/backend_selection.hpp"

#include <optional>
#include <string>

namespace difftest::harness {

/// A backend of this kind as `--backend` names it; one that needs an argument gets the first that there is. Nothing for
/// one that the user brings.
std::optional<std::string> example_name(const BackendKind& kind);

/// Starts the backend and ends it again. Why it cannot be started, in one line: its worker was not built, or its
/// library cannot be loaded; empty when it can, or when the user brings it.
std::string why_unavailable(const BackendKind& kind);

}  // namespace difftest::harness
