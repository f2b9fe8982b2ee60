#pragma once

#include "harness/compare/comparison.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace difftest::harness {

/// What one run of one plan amounts to.
enum class Verdict : std::uint8_t {
    exact,             ///< every element has one allowed value and has it
    allowed,           ///< no element is outside; some have several allowed values or are outside the contract
    violation,         ///< an element is outside its allowed set
    crash,             ///< the worker died
    hang,              ///< the worker did not answer within its limit
    unwritten,         ///< an output element was never written
    overrun,           ///< something besides the outputs was written: an input, memory around a buffer, MXCSR
    nondeterministic,  ///< two executions differ
    unsupported,       ///< the backend refused, with its reason
    vacuous,           ///< the run could not have seen a fault: nothing judged, or nothing that any fault would change
    harness_error,     ///< difftest itself failed
};

std::string_view name_of(Verdict verdict);

/// The inverse of name_of; nothing when the name is unknown.
std::optional<Verdict> verdict_from(std::string_view name);

/// A verdict that says something is wrong with the backend: violation, crash, hang, unwritten, overrun,
/// nondeterministic.
bool is_failure(Verdict verdict);

/// A verdict that says the backend was held against the oracle and stood: exact, allowed.
bool is_pass(Verdict verdict);

/// How many of the applicable faults of the dictionary the case would expose (reference/faults).
struct Sharpness {
    std::int64_t applicable = 0;
    std::int64_t exposed = 0;
};

struct Judgement {
    Verdict verdict = Verdict::harness_error;
    std::string reason;  ///< one line; empty for exact and allowed
};

/// The verdict that the values alone call for: violation, vacuous, allowed or exact, in that order. `comparisons` holds
/// one entry for each tensor that was compared, in the order of the graph; the reason names the first wrong one. An
/// outside element is a violation even where the case is blunt.
///
/// Vacuous means: no element was judged, or every tensor is constant and `sharpness` says that no fault would show.
/// With unknown sharpness a constant tensor is not called vacuous.
Judgement judge_values(std::span<const Comparison> comparisons, const std::optional<Sharpness>& sharpness);

}  // namespace difftest::harness
