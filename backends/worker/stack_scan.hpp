#pragma once

#include <cstddef>
#include <span>

namespace difftest::backends {

/// Addresses on the stack that look like return addresses: they lie in a loaded module and a call stands before them.
/// A guess, for when generated code cannot be unwound; innermost first. Allocates nothing and survives any
/// `stack_pointer`. Returns how many of `found` were filled. Empty on other processors than x86-64.
std::size_t scan_stack(const void* stack_pointer, std::span<const void*> found);

}  // namespace difftest::backends
