#pragma once

#include "harness/campaign/corpora.hpp"
#include "harness/campaign/json_object_reader.hpp"
#include "harness/campaign/steering.hpp"
#include "harness/generate/gated_case.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace difftest::harness {

/// What a campaign consists of. Files: corpora/configurations/NAME.json; keys: corpora/configurations/README.md.
struct CampaignConfiguration {
    std::string name;
    GeneratorSetup generator;
    std::vector<std::string> backends;      ///< as --backend; empty: every library that is here
    std::vector<std::string> isas;          ///< empty: all rungs
    std::vector<std::string> plans;         ///< empty: what a backend offers by itself
    std::optional<int> threads;             ///< of the library
    std::optional<SteeringSetup> steering;  ///< nothing: every index is drawn for itself
    /// The file's canonical text, by which two campaigns are compared.
    std::string text;
};

/// Reads a configuration by its name or from a file. Throws InputError with the file and the place.
CampaignConfiguration read_configuration(const Corpora& corpora, std::string_view name_or_file);

/// The same from a JSON object that was read already; `text` is its canonical text.
CampaignConfiguration configuration_from(const JsonObjectReader& reader, std::string text);

}  // namespace difftest::harness
