#pragma once

#include "backends/process/message.hpp"
#include "reference/contract/contract.hpp"

#include <string>
#include <vector>

namespace difftest::backends {

/// What an engine says of itself in its answer "engine".
struct EngineDescription {
    struct Plan {
        std::string name;
        contract::Contract contract;
    };
    std::string name;
    std::string version;
    std::vector<Plan> plans;  ///< at least one
};

/// Without "plans" there is one, "fused", under the contract "strict". Throws BackendError, in one line: another kind
/// of message, no name, a contract that there is not, a plan that stands twice.
EngineDescription engine_description(const ProcessMessage& message);

/// The name of the implementation that a "supported" tells; the engine's own name where it tells none. Throws
/// BackendError.
std::string implementation_of(const ProcessMessage& message, const EngineDescription& engine);

}  // namespace difftest::backends
