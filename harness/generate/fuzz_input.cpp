#include "harness/generate/fuzz_input.hpp"

#include "harness/generate/benchdnn_import.hpp"
#include "harness/generate/choice_source.hpp"
#include "harness/generate/random_case.hpp"
#include "reference/graph/case_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace difftest::harness {
namespace {

enum class Meaning { decisions, case_file, imported_line };

struct Target {
    std::string_view name;
    Meaning meaning;
};

constexpr std::array<Target, 6> kTargets{{{"fuzz_case_onednn", Meaning::decisions},
                                          {"fuzz_case_opencl", Meaning::decisions},
                                          {"fuzz_oracle_consistency", Meaning::decisions},
                                          {"fuzz_reduce", Meaning::decisions},
                                          {"fuzz_case_file", Meaning::case_file},
                                          {"fuzz_benchdnn_import", Meaning::imported_line}}};

constexpr std::array<std::string_view, kTargets.size()> kNames = [] {
    std::array<std::string_view, kTargets.size()> names;
    std::transform(kTargets.begin(), kTargets.end(), names.begin(), [](const Target& each) { return each.name; });
    return names;
}();

graph::Case imported(std::string_view text, const std::string& name) {
    // A log has lines of many kinds; a line of benchdnn never looks like one of the library's.
    return is_verbose_execution(text) ? case_from_verbose(text, name) : case_from_benchdnn(text, name);
}

}  // namespace

GeneratorLimits fuzz_limits() {
    GeneratorLimits limits;
    limits.most_elements = 2048;
    limits.most_products = 1 << 16;
    return limits;
}

graph::Case case_from_decisions(std::span<const std::uint8_t> bytes, const std::string& name) {
    ByteChoices choices(bytes);
    return random_case(choices, fuzz_limits(), name);
}

std::span<const std::string_view> fuzz_targets_with_cases() {
    return kNames;
}

graph::Case case_from_fuzz_input(std::string_view target, std::span<const std::uint8_t> bytes,
                                 const std::string& name) {
    const auto found =
        std::find_if(kTargets.begin(), kTargets.end(), [&](const Target& each) { return each.name == target; });
    if (found == kTargets.end()) {
        throw FuzzInputError(
            fmt::format("no fuzzer \"{}\" whose inputs hold a case (there are: {})", target, fmt::join(kNames, ", ")));
    }
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    try {
        switch (found->meaning) {
            case Meaning::decisions: return case_from_decisions(bytes, name);
            case Meaning::case_file: {
                graph::Case value = graph::parse_case(text, "input");
                value.name = name;
                return value;
            }
            case Meaning::imported_line: return imported(text, name);
        }
    } catch (const graph::CaseError& error) {
        throw FuzzInputError(error.what());
    } catch (const std::invalid_argument& error) {
        throw FuzzInputError(error.what());
    }
    throw FuzzInputError("no such meaning");
}

}  // namespace difftest::harness
