#include "harness/campaign/campaign_configuration.hpp"

#include "harness/campaign/input_error.hpp"
#include "harness/campaign/json_object_reader.hpp"

#include <fmt/format.h>

#include <limits>

namespace difftest::harness {
namespace {

std::filesystem::path find_configuration(const Corpora& corpora, std::string_view name_or_file) {
    const std::filesystem::path given(name_or_file);
    std::error_code ignored;
    if (given.has_parent_path() || given.extension() == ".json" || std::filesystem::is_regular_file(given, ignored)) {
        if (!std::filesystem::is_regular_file(given, ignored)) {
            throw InputError(fmt::format("{}: no such file", given.string()));
        }
        return given;
    }
    const std::filesystem::path file = corpora.configurations() / (given.string() + ".json");
    if (given.empty() || !std::filesystem::is_regular_file(file, ignored)) {
        throw InputError(fmt::format("--config {}: no file and no configuration of that name in {}", name_or_file,
                                     corpora.configurations().string()));
    }
    return file;
}

GeneratorLimits read_generator(const JsonObjectReader& reader) {
    GeneratorLimits limits;
    reader.allow_only({"most_channels", "most_spatial", "longest_chain", "zero_points", "exclude_sloppiness"});
    limits.most_channels = reader.integer("most_channels", 1, 4096, limits.most_channels);
    limits.most_spatial = reader.integer("most_spatial", 1, 1024, limits.most_spatial);
    limits.longest_chain = reader.integer("longest_chain", 0, 32, limits.longest_chain);
    limits.zero_points = reader.boolean("zero_points", limits.zero_points);
    limits.exclude_sloppiness = reader.boolean("exclude_sloppiness", limits.exclude_sloppiness);
    return limits;
}

}  // namespace

CampaignConfiguration read_configuration(const Corpora& corpora, std::string_view name_or_file) {
    const std::filesystem::path file = find_configuration(corpora, name_or_file);
    const nlohmann::json document = parse_json_file(file);
    const JsonObjectReader reader(document, file.string(), "");
    reader.allow_only({"format", "version", "name", "about", "seed", "generator", "backends", "isas", "threads"});
    if (reader.text("format") != "difftest-configuration") {
        reader.fail("format", "must be \"difftest-configuration\"");
    }
    if (reader.integer("version", 1, 1, 0) != 1) {
        reader.fail("version", "must be 1");
    }
    CampaignConfiguration configuration;
    configuration.name = reader.text("name");
    configuration.seed =
        static_cast<std::uint64_t>(reader.integer("seed", 0, std::numeric_limits<std::int64_t>::max(), 1));
    if (reader.has("generator")) {
        configuration.generator = read_generator(reader.object("generator"));
    }
    configuration.backends = reader.texts("backends");
    configuration.isas = reader.texts("isas");
    if (reader.has("threads")) {
        configuration.threads = static_cast<int>(reader.integer("threads", 1, 4096, 1));
    }
    configuration.text = document.dump();
    return configuration;
}

}  // namespace difftest::harness
