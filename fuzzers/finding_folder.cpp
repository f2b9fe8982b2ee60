#include "fuzzers/finding_folder.hpp"

#include "harness/compare/verdict.hpp"
#include "reference/graph/case_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace difftest::fuzzers {

std::string name_of_signature(const harness::FailureSignature& signature) {
    std::string name = fmt::format("{}_{}_{}_{}_{}", harness::name_of(signature.verdict), signature.operation,
                                   signature.grouping, signature.implementation, signature.pattern);
    std::replace_if(
        name.begin(), name.end(), [](unsigned char each) { return std::isalnum(each) == 0; }, '_');
    constexpr std::size_t kLongest = 120;
    return name.substr(0, kLongest);
}

FindingFolder FindingFolder::from_environment() {
    const char* const folder = std::getenv("DIFFTEST_FUZZ_FINDINGS");
    return FindingFolder(folder == nullptr ? "" : folder);
}

void FindingFolder::keep(const std::string& name, const std::string& reason, const graph::Case& value,
                         std::span<const std::uint8_t> input) const {
    if (folder_.empty()) {
        std::fprintf(stderr, "finding %s: %s\n", name.c_str(), reason.c_str());
        std::abort();
    }
    const std::filesystem::path file = folder_ / (name + ".input");
    if (std::filesystem::exists(file)) {
        return;
    }
    std::filesystem::create_directories(folder_);
    graph::Case named = value;
    named.name = name;
    graph::write_case(named, folder_ / (name + ".case.json"));
    std::ofstream(folder_ / (name + ".txt")) << reason << '\n';
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(input.data()), static_cast<std::streamsize>(input.size()));
    std::fprintf(stderr, "finding %s: %s\n", name.c_str(), reason.c_str());
}

}  // namespace difftest::fuzzers
