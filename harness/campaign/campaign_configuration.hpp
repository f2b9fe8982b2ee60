#pragma once

#include "harness/campaign/corpora.hpp"
#include "harness/generate/random_case.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace difftest::harness {

/// What a campaign consists of. Files: corpora/configurations/NAME.json; keys: corpora/configurations/README.md.
struct CampaignConfiguration {
    std::string name;
    std::uint64_t seed = 1;
    GeneratorLimits generator;
    std::vector<std::string> backends;  ///< as --backend; empty: every library that is here
    std::vector<std::string> isas;      ///< empty: all rungs
    std::optional<int> threads;         ///< of the library
    /// The file's canonical text, by which two campaigns are compared.
    std::string text;
};

/// Reads a configuration by its name or from a file. Throws InputError with the file and the place.
CampaignConfiguration read_configuration(const Corpora& corpora, std::string_view name_or_file);

}  // namespace difftest::harness
