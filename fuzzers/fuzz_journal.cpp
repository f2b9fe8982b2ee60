// Any line is either a record of a campaign or one error, a record survives being written and read again, and records
// can be added up.
#include "fuzzers/require.hpp"
#include "fuzzers/target.hpp"
#include "harness/campaign/case_record.hpp"

#include <stdexcept>
#include <string_view>

namespace harness = difftest::harness;

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view line(reinterpret_cast<const char*>(data), size);
    try {
        const harness::CaseRecord record = harness::parse_record(line);
        difftest::fuzzers::require(harness::parse_record(harness::format_record(record)) == record,
                                   "a record survives being written and read");
    } catch (const std::invalid_argument&) {
        return 0;
    }
    return 0;
}
