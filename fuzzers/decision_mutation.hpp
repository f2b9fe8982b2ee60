#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// Changes the decisions that a case is made of, not their bytes: the case is drawn again, so that each decision is
/// known with its range and with the step of the graph that it belongs to.
namespace difftest::fuzzers {

using Bytes = std::vector<std::uint8_t>;

/// Another input near this one: a decision is changed, or a step of the graph is left out, doubled, drawn anew or put
/// elsewhere. At most `most` bytes.
Bytes mutated_decisions(std::span<const std::uint8_t> bytes, std::uint32_t seed, std::size_t most);

/// The first with a step of the second in place of one of its own (of the same kind when there is one), or the
/// beginning of one and the end of the other, cut between steps.
Bytes crossed_decisions(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b, std::uint32_t seed,
                        std::size_t most);

}  // namespace difftest::fuzzers
