#pragma once

#include "reference/graph/case.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace difftest::harness {

/// The directory with named/, known_issues/ and the other collections of cases.
class Corpora {
public:
    explicit Corpora(std::filesystem::path directory) : directory_(std::move(directory)) {}

    /// The first that is given: `requested` (the --corpora flag), the environment variable DIFFTEST_CORPORA, the source
    /// tree that this program was built from. Throws InputError when it is no directory.
    static Corpora locate(std::string_view requested);

    const std::filesystem::path& directory() const { return directory_; }
    std::filesystem::path named() const { return directory_ / "named"; }
    std::filesystem::path known_issues() const { return directory_ / "known_issues"; }
    std::filesystem::path configurations() const { return directory_ / "configurations"; }

    /// The named cases in alphabetical order.
    std::vector<std::filesystem::path> named_cases() const;

    /// The file that `--case` means: a path to a file, or a name in named/. Throws InputError.
    std::filesystem::path find_case(std::string_view name_or_file) const;

private:
    std::filesystem::path directory_;
};

/// The cases that `--case` names, each once: files, named cases, and rows of the fusion catalogue (harness/generate):
/// `catalogue:all`, `catalogue:NUMBER`, `catalogue:NAME`. Throws InputError, or graph::CaseError with one line that
/// names the file and the place in it.
std::vector<graph::Case> load_cases(const Corpora& corpora, const std::vector<std::string>& names_or_files);

}  // namespace difftest::harness
