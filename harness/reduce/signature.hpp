#pragma once

#include "harness/compare/verdict.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace difftest::harness {

/// How far a wrong value is from the nearest allowed one. Only a name for the kind of error; no verdict depends on it.
enum class ErrorSize : std::uint8_t {
    none,
    rounding,  ///< at most 1 for an integer, at most the last eight bits of the value for a floating-point number
    gross      ///< more, or not a number
};

/// What makes two failures the same bug, as far as a run can tell.
struct Signature {
    Verdict verdict = Verdict::exact;
    std::vector<std::string> implementations;  ///< without their ISA: "jit_deconvolution", sorted, each once
    std::vector<std::string> suspected;        ///< of these, that may be to blame; empty: not known
    ErrorSize error = ErrorSize::none;
    ErrorPattern pattern = ErrorPattern::none;
    bool decided = false;                    ///< an outside element has a single allowed value
    bool unconstrained = false;              ///< some elements are outside the contract
    std::vector<std::string> rules;          ///< of the fault dictionary, that explain everything: "D01 clamp_..."
    std::optional<std::string> known_issue;  ///< that explains the run
    std::string crash;                       ///< stage, signal and the innermost function outside libc

    friend bool operator==(const Signature&, const Signature&) = default;
};

/// "jit:avx512_core_vnni" -> "jit": what is left when the ISA is taken off the name of an implementation.
std::string implementation_family(std::string_view implementation);

/// Whether `candidate` shows the bug that `original` shows. Graded: verdicts of one class; implementations among the
/// original's, and one that the original suspects among those to blame; the same known issue or none; the same crash;
/// where rules of the dictionary explain the original, one of them explains the candidate. Where they do not, a gross
/// error stays gross. A decided error stays decided and nothing leaves the contract that was inside.
bool same_bug(const Signature& original, const Signature& candidate);

/// Whether a case next to a failing one stands. It may be vacuous: one element that is right cannot show much, but it
/// shows where the failure ends.
bool stands(const Signature& signature);

/// One line: "violation in jit_deconvolution, D01 clamp_dropped_mid_chain".
std::string signature_text(const Signature& signature);

}  // namespace difftest::harness
