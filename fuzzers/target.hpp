#pragma once

#include <cstddef>
#include <cstdint>

/// The function that each target defines: what must hold for any bytes, or the process ends.
// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
