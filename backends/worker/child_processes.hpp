#pragma once

namespace difftest::backends {

/// Whether this process has a child that it has not waited for, running or ended.
bool has_children();

}  // namespace difftest::backends
