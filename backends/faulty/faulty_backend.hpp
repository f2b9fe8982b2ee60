#pragma once

#include "backends/backend.hpp"
#include "reference/faults/dictionary.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace difftest::backends {

/// What the worker is asked to break: "NAME" at every node at which the rule plays a part, "NAME@NODE" at one, several
/// separated by commas. "none" is the reference itself.
struct FaultRequest {
    faults::Fault fault;
    std::optional<std::string> node;
};

/// Throws BackendError naming what is unknown.
std::vector<FaultRequest> parse_fault_requests(const std::string& text);

/// The reference with rules switched off, behind the same interface as any library: its bugs are known by construction.
std::unique_ptr<Backend> make_faulty_backend(std::vector<FaultRequest> requests);

}  // namespace difftest::backends
