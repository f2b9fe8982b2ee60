// Any bytes are a case that onednn computes as the oracle allows: library_target.hpp.
#include "fuzzers/library_target.hpp"
#include "fuzzers/target.hpp"

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    difftest::fuzzers::run_on_library("onednn", {data, size});
    return 0;
}
