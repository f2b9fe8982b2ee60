#pragma once

#include "harness/campaign/corpora.hpp"
#include "harness/report/machine_state.hpp"

#include <string>

namespace difftest::harness {

/// What this machine offers to difftest: starts every backend that is here, on every rung of its ladder.
MachineState inspect_machine(const Corpora& corpora);

}  // namespace difftest::harness
