#pragma once

#include "reference/graph/case.hpp"

#include <vector>

namespace difftest::harness {

/// The cases of corpora/named/, built anew. The files are what the program runs; this is where they come from.
std::vector<graph::Case> named_cases();

}  // namespace difftest::harness
