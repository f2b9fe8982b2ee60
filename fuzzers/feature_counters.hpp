#pragma once

#include <string_view>

namespace difftest::fuzzers {

/// Tells libFuzzer that the input has reached something that it cannot see in a library without instrumentation: an
/// implementation, a verdict, two attributes in one node. Features of one hash are taken for one.
void note_feature(std::string_view kind, std::string_view what);

}  // namespace difftest::fuzzers
