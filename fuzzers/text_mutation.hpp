#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// Changes the texts that readers are given: JSON as a tree where it is some, then as the bytes that a hostile author
/// could make of it.
namespace difftest::fuzzers {

/// The JSON document with a member removed, doubled, moved, put in place of another, wrapped deeply, or with another
/// value of any kind; bytes that are no JSON as mutated_bytes.
std::string mutated_json(std::string_view text, std::uint32_t seed);

/// A subtree of the second document in place of one of the first.
std::string crossed_json(std::string_view a, std::string_view b, std::uint32_t seed);

/// The text cut, with bytes changed, ranges removed, doubled and moved, or with what readers like least in it: a member
/// twice, NaN, numbers of a thousand digits, bytes that are no UTF-8, a null byte, ten thousand brackets.
std::string mutated_bytes(std::string_view text, std::uint32_t seed);

}  // namespace difftest::fuzzers
