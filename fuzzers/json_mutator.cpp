// What libFuzzer calls to change an input of a target that reads JSON.
#include "fuzzers/text_mutation.hpp"

#include <algorithm>

namespace {

std::size_t put(const std::string& text, std::uint8_t* out, std::size_t most) {
    const std::size_t size = std::min(text.size(), most);
    std::copy_n(text.begin(), size, out);
    return size;
}

std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

}  // namespace

// NOLINTBEGIN(readability-identifier-naming): the names that libFuzzer calls
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                               unsigned int seed) {
    return put(difftest::fuzzers::mutated_json(text_of(data, size), seed), data, most);
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* a, std::size_t a_size, const std::uint8_t* b,
                                                 std::size_t b_size, std::uint8_t* out, std::size_t most,
                                                 unsigned int seed) {
    return put(difftest::fuzzers::crossed_json(text_of(a, a_size), text_of(b, b_size), seed), out, most);
}
// NOLINTEND(readability-identifier-naming)
