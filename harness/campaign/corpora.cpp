#include "harness/campaign/corpora.hpp"

#include "harness/campaign/input_error.hpp"
#include "reference/contract/contract.hpp"
#include "reference/graph/case_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace difftest::harness {
namespace {

/// The case file knows nothing of contracts, so that it cannot check the name itself.
void check_contract(const graph::Case& value, const std::filesystem::path& file) {
    if (value.execution.contract && !contract::Contract::parse(*value.execution.contract)) {
        throw InputError(fmt::format("{}: /execution/contract: unknown contract '{}' (see: difftest list contracts)",
                                     file.string(), *value.execution.contract));
    }
}

}  // namespace

Corpora Corpora::locate(std::string_view requested) {
    const char* variable = std::getenv("DIFFTEST_CORPORA");
    std::filesystem::path directory = DIFFTEST_DEFAULT_CORPORA;
    if (!requested.empty()) {
        directory = requested;
    } else if (variable != nullptr && *variable != '\0') {
        directory = variable;
    }
    std::error_code ignored;
    if (!std::filesystem::is_directory(directory, ignored)) {
        throw InputError(
            fmt::format("{}: no such directory of corpora (set --corpora or DIFFTEST_CORPORA)", directory.string()));
    }
    return Corpora(directory);
}

std::vector<std::filesystem::path> Corpora::named_cases() const {
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(named(), error)) {
        if (entry.path().extension() == ".json") {
            files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

std::filesystem::path Corpora::find_case(std::string_view name_or_file) const {
    const std::filesystem::path given(name_or_file);
    std::error_code ignored;
    const bool looks_like_file = given.has_parent_path() || given.extension() == ".json";
    if (looks_like_file || std::filesystem::is_regular_file(given, ignored)) {
        if (!std::filesystem::exists(given, ignored)) {
            throw InputError(fmt::format("{}: no such file", given.string()));
        }
        if (!std::filesystem::is_regular_file(given, ignored)) {
            throw InputError(fmt::format("{}: not a file", given.string()));
        }
        return given;
    }
    const std::filesystem::path file = named() / (given.string() + ".json");
    if (given.empty() || !std::filesystem::is_regular_file(file, ignored)) {
        throw InputError(
            fmt::format("{}: no file and no named case of that name (see: difftest list cases)", name_or_file));
    }
    return file;
}

std::vector<graph::Case> load_cases(const Corpora& corpora, const std::vector<std::string>& names_or_files) {
    std::vector<std::filesystem::path> files;
    for (const std::string& name_or_file : names_or_files) {
        const std::filesystem::path file = corpora.find_case(name_or_file);
        if (std::find(files.begin(), files.end(), file) == files.end()) {
            files.push_back(file);
        }
    }
    std::vector<graph::Case> cases;
    cases.reserve(files.size());
    for (const std::filesystem::path& file : files) {
        cases.push_back(graph::read_case(file));
        check_contract(cases.back(), file);
    }
    return cases;
}

}  // namespace difftest::harness
