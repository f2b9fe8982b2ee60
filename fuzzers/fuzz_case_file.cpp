// Any text is either a valid case or one CaseError, and a case that was read survives being written and read again.
#include "reference/graph/case_file.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        const difftest::graph::Case value = difftest::graph::parse_case(text, "input");
        if (!(difftest::graph::parse_case(difftest::graph::format_case(value), "written") == value)) {
            std::abort();
        }
    } catch (const difftest::graph::CaseError&) {
        return 0;
    }
    return 0;
}
