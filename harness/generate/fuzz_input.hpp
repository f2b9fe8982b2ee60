#pragma once

#include "harness/generate/generator_limits.hpp"
#include "reference/graph/case.hpp"

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// What the inputs of the fuzzers (fuzzers/) mean, so that a finding of a fuzzer can become a case file.
namespace difftest::harness {

/// An input that holds no case; the message is one line.
class FuzzInputError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// What a case of a fuzzer that runs it may contain: smaller than in a campaign, since coverage wants many cases.
GeneratorLimits fuzz_limits();

/// The case that bytes of decisions (ByteChoices) stand for: every byte string is a valid one.
graph::Case case_from_decisions(std::span<const std::uint8_t> bytes, const std::string& name);

/// The fuzzers whose inputs hold a case.
std::span<const std::string_view> fuzz_targets_with_cases();

/// The case in an input of the fuzzer `target` ("fuzz_case_onednn"). Throws FuzzInputError: an unknown target, one
/// whose inputs are no cases, or bytes that are none.
graph::Case case_from_fuzz_input(std::string_view target, std::span<const std::uint8_t> bytes, const std::string& name);

}  // namespace difftest::harness
