#include "harness/campaign/corpora.hpp"

#include "harness/campaign/input_error.hpp"
#include "harness/generate/catalogue.hpp"
#include "reference/contract/contract.hpp"
#include "reference/graph/case_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <set>

namespace difftest::harness {
namespace {

/// The case file knows nothing of contracts, so that it cannot check the name itself.
void check_contract(const graph::Case& value, const std::filesystem::path& file) {
    if (value.execution.contract && !contract::Contract::parse(*value.execution.contract)) {
        throw InputError(fmt::format("{}: /execution/contract: unknown contract '{}' (see: difftest list contracts)",
                                     file.string(), *value.execution.contract));
    }
}

constexpr std::string_view kCatalogue = "catalogue:";

/// The rows of the fusion catalogue that `catalogue:WHICH` means. Those without a form in the model are left out of
/// "all".
std::vector<CatalogueRow> catalogue_rows(std::string_view which) {
    std::vector<CatalogueRow> rows;
    std::string why_not;
    for (const CatalogueRow& row : catalogue()) {
        if (which == "all" || which == row.name || which == std::to_string(row.number)) {
            if (!row.chain.empty()) {
                rows.push_back(row);
            }
            why_not = row.why_not;
        }
    }
    if (rows.empty()) {
        throw InputError(fmt::format("{}{}: {}", kCatalogue, which,
                                     why_not.empty() ? "no such row: all, a number or a name as in "
                                                       "harness/generate/catalogue_rows.cpp"
                                                     : "cannot be said in the model: " + why_not));
    }
    return rows;
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
    std::set<std::string> known;
    std::vector<graph::Case> cases;
    for (const std::string& name : names_or_files) {
        if (name.starts_with(kCatalogue)) {
            for (const CatalogueRow& row : catalogue_rows(std::string_view(name).substr(kCatalogue.size()))) {
                if (known.insert(fmt::format("{}{}", kCatalogue, row.name)).second) {
                    cases.push_back(catalogue_case(row));
                }
            }
            continue;
        }
        const std::filesystem::path file = corpora.find_case(name);
        if (known.insert(file.string()).second) {
            cases.push_back(graph::read_case(file));
            check_contract(cases.back(), file);
        }
    }
    return cases;
}

}  // namespace difftest::harness
