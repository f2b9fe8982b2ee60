// Any text is either a valid case or one CaseError, and a case that was read survives being written and read again.
#include "fuzzers/require.hpp"
#include "fuzzers/target.hpp"
#include "reference/graph/case_file.hpp"

#include <string_view>

namespace graph = difftest::graph;

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        const graph::Case value = graph::parse_case(text, "input");
        difftest::fuzzers::require(graph::parse_case(graph::format_case(value), "written") == value,
                                   "a case survives being written and read");
    } catch (const graph::CaseError& error) {
        difftest::fuzzers::require(std::string_view(error.what()).find('\n') == std::string_view::npos,
                                   "an error is one line");
    }
    return 0;
}
