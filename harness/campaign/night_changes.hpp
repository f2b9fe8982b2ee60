#pragma once

#include "harness/campaign/nights.hpp"

#include <vector>

namespace difftest::harness {

/// What is not as it was, what matters most first: findings, libraries and machines, known issues, faults that would be
/// caught, rungs, implementations, then numbers. Of a night that an older build kept only findings, libraries and
/// numbers are known.
std::vector<NightChange> changes_between(const Night& before, const Night& after);

}  // namespace difftest::harness
