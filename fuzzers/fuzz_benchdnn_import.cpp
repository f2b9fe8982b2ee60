// Any line is either a valid case or one std::invalid_argument: a command line of benchdnn, or a line of a verbose log.
#include "fuzzers/require.hpp"
#include "fuzzers/target.hpp"
#include "harness/generate/benchdnn_import.hpp"
#include "reference/graph/validation.hpp"

#include <stdexcept>
#include <string_view>

namespace harness = difftest::harness;

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view line(reinterpret_cast<const char*>(data), size);
    try {
        const bool verbose = harness::is_verbose_execution(line);
        const difftest::graph::Case value =
            verbose ? harness::case_from_verbose(line, "input") : harness::case_from_benchdnn(line, "input");
        const auto problem = difftest::graph::validate_case(value);
        difftest::fuzzers::require(!problem, problem ? problem->place + ": " + problem->message : "");
    } catch (const std::invalid_argument&) {
        return 0;
    }
    return 0;
}
