// What libFuzzer calls to change an input of a target whose bytes are decisions.
#include "fuzzers/decision_mutation.hpp"

#include <algorithm>

using difftest::fuzzers::Bytes;

// NOLINTBEGIN(readability-identifier-naming): the names that libFuzzer calls
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                               unsigned int seed) {
    const Bytes result = difftest::fuzzers::mutated_decisions({data, size}, seed, most);
    std::copy(result.begin(), result.end(), data);
    return result.size();
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* a, std::size_t a_size, const std::uint8_t* b,
                                                 std::size_t b_size, std::uint8_t* out, std::size_t most,
                                                 unsigned int seed) {
    const Bytes result = difftest::fuzzers::crossed_decisions({a, a_size}, {b, b_size}, seed, most);
    std::copy(result.begin(), result.end(), out);
    return result.size();
}
// NOLINTEND(readability-identifier-naming)
