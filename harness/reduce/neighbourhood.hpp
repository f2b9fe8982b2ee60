#pragma once

#include "harness/reduce/reducer.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace difftest::harness {

/// For which values of one number of the case the bug shows, everything else being the minimal case.
struct Condition {
    std::string what;  ///< "convolution.strides[0]", "data: axis 2"
    std::int64_t own = 0;
    std::vector<std::int64_t> fails;
    std::vector<std::int64_t> passes;
    std::vector<std::int64_t> others;  ///< it fails in another way, or is not supported

    /// "fails for 2..9, passes for 1"; values that cannot be tried are left out.
    std::string text() const;

    /// Whether the number decides: it fails for some values and passes for others.
    bool decides() const { return !fails.empty() && !passes.empty(); }
};

enum class Effect : std::uint8_t { fails, passes, something_else };

/// A property of the case that is not a number of it, and what becomes of the bug with others in its place
/// (switches.hpp).
struct Switched {
    std::string property;                               ///< "fake_quantize.levels"
    std::string own;                                    ///< "256"
    std::map<Effect, std::vector<std::string>> others;  ///< "255" passes

    /// Whether the property decides: with another value it passes.
    bool decides() const { return others.contains(Effect::passes); }
    /// "fails for 256, 16, passes for 255"
    std::string text() const;
};

/// What is around a minimal failing case.
struct Neighbourhood {
    std::vector<Condition> conditions;
    std::vector<Switched> switches;
    std::optional<PassingStep> passing;  ///< the largest passing case one step away, with what is different
};

/// Tries every size, stride, padding, ... of the minimal case with other values, and everything else that can be
/// exchanged. `bug` is what counts as failing; `passing` the passing case that is known already.
Neighbourhood explore(const graph::Case& minimal, const Signature& bug, std::optional<PassingStep> passing,
                      const std::function<Observation(const graph::Case&)>& observe,
                      const std::vector<std::string>& isa_ladder);

}  // namespace difftest::harness
