#pragma once

#include <string>
#include <utility>
#include <vector>

namespace difftest::harness {

/// Variables with which a program of the GNU C library checks its heap at every call of malloc and free, and is aborted
/// by the case that wrote where it must not ("free(): invalid pointer"); without them it may die many cases later, or
/// give wrong values. Empty where the library has no such heap, and in sanitized builds, which have their own. What the
/// variables held before stays in force.
std::vector<std::pair<std::string, std::string>> checked_heap_environment();

}  // namespace difftest::harness
