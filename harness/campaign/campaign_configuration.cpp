#include "harness/campaign/campaign_configuration.hpp"

#include "harness/campaign/input_error.hpp"
#include "harness/campaign/json_object_reader.hpp"

#include <fmt/format.h>

#include <array>
#include <limits>
#include <utility>

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

/// {"scale": 3, ...}: all steps that are not named have the weight 0.
std::array<std::int64_t, kStepCount> read_weights(const JsonObjectReader& reader) {
    std::array<std::int64_t, kStepCount> weights{};
    std::int64_t all = 0;
    for (const std::string& name : reader.members()) {
        const auto step = step_from(name);
        if (!step) {
            reader.fail(name, "unknown step");
        }
        weights[static_cast<std::size_t>(*step)] = reader.integer(name, 0, 1000000, 0);
        all += weights[static_cast<std::size_t>(*step)];
    }
    if (all == 0) {
        reader.fail("", "the weights sum to 0");
    }
    return weights;
}

std::array<std::int64_t, 3> read_topologies(const JsonObjectReader& reader) {
    reader.allow_only({"free", "template", "mutated_template"});
    const std::array<std::int64_t, 3> parts{reader.integer("free", 0, 1000, 0), reader.integer("template", 0, 1000, 0),
                                            reader.integer("mutated_template", 0, 1000, 0)};
    if (parts[0] + parts[1] + parts[2] == 0) {
        reader.fail("", "the weights sum to 0");
    }
    return parts;
}

GeneratorLimits read_generator(const JsonObjectReader& reader) {
    GeneratorLimits limits;
    reader.allow_only({"most_channels", "most_spatial", "longest_chain", "most_elements", "most_products",
                       "zero_points", "half_types", "exclude_sloppiness", "deep_part", "exact_part", "first_steps",
                       "steps", "topologies"});
    limits.most_channels = reader.integer("most_channels", 1, 4096, limits.most_channels);
    limits.most_spatial = reader.integer("most_spatial", 1, 1024, limits.most_spatial);
    limits.longest_chain = reader.integer("longest_chain", 0, 32, limits.longest_chain);
    limits.most_elements = reader.integer("most_elements", 1, 1 << 24, limits.most_elements);
    limits.most_products = reader.integer("most_products", 1, std::int64_t{1} << 32, limits.most_products);
    limits.zero_points = reader.boolean("zero_points", limits.zero_points);
    limits.half_types = reader.boolean("half_types", limits.half_types);
    limits.exclude_sloppiness = reader.boolean("exclude_sloppiness", limits.exclude_sloppiness);
    limits.deep_part = reader.integer("deep_part", 0, 1000, limits.deep_part);
    limits.exact_part = reader.integer("exact_part", 0, 1000, limits.exact_part);
    if (reader.has("first_steps")) {
        limits.first_weights = read_weights(reader.object("first_steps"));
    }
    if (reader.has("steps")) {
        limits.weights = read_weights(reader.object("steps"));
    }
    if (reader.has("topologies")) {
        limits.topologies = read_topologies(reader.object("topologies"));
    }
    return limits;
}

void read_gate(const JsonObjectReader& reader, GeneratorSetup& generator) {
    reader.allow_only({"contract", "most_draws"});
    if (reader.has("contract")) {
        const auto contract = contract::Contract::parse(reader.text("contract"));
        if (!contract) {
            reader.fail("contract", "unknown contract (see: difftest list contracts)");
        }
        generator.contract = *contract;
    }
    generator.most_draws = static_cast<int>(reader.integer("most_draws", 1, 1000, generator.most_draws));
}

SteeringSetup read_steering(const JsonObjectReader& reader) {
    SteeringSetup steering;
    reader.allow_only({"lanes", "block", "full", "least_matched", "probe", "candidates", "tries"});
    const auto number = [&reader](const std::string& name, std::uint64_t most, std::uint64_t otherwise) {
        return static_cast<std::uint64_t>(
            reader.integer(name, 1, static_cast<std::int64_t>(most), static_cast<std::int64_t>(otherwise)));
    };
    steering.lanes = number("lanes", 4096, steering.lanes);
    steering.block = number("block", 4096, steering.block);
    steering.full = reader.integer("full", 1, 1000000, steering.full);
    steering.least_matched = reader.integer("least_matched", 1, 1000000, steering.least_matched);
    steering.probe = number("probe", 1000000, steering.probe);
    steering.candidates = static_cast<int>(reader.integer("candidates", 1, 16, steering.candidates));
    steering.tries = reader.integer("tries", 1, 1000000, steering.tries);
    return steering;
}

}  // namespace

CampaignConfiguration read_configuration(const Corpora& corpora, std::string_view name_or_file) {
    const std::filesystem::path file = find_configuration(corpora, name_or_file);
    const nlohmann::json document = parse_json_file(file);
    return configuration_from(JsonObjectReader(document, file.string(), ""), document.dump());
}

CampaignConfiguration configuration_from(const JsonObjectReader& reader, std::string text) {
    reader.allow_only({"format", "version", "name", "about", "seed", "generator", "gate", "steering", "backends",
                       "isas", "plans", "threads"});
    if (reader.text("format") != "difftest-configuration") {
        reader.fail("format", "must be \"difftest-configuration\"");
    }
    if (reader.integer("version", 1, 1, 0) != 1) {
        reader.fail("version", "must be 1");
    }
    CampaignConfiguration configuration;
    configuration.name = reader.text("name");
    GeneratorSetup& generator = configuration.generator;
    generator.seed = static_cast<std::uint64_t>(reader.integer("seed", 0, std::numeric_limits<std::int64_t>::max(), 1));
    if (reader.has("generator")) {
        generator.limits = read_generator(reader.object("generator"));
    }
    if (reader.has("gate")) {
        read_gate(reader.object("gate"), generator);
    }
    if (reader.has("steering")) {
        configuration.steering = read_steering(reader.object("steering"));
    }
    configuration.plans = reader.texts("plans");
    configuration.backends = reader.texts("backends");
    configuration.isas = reader.texts("isas");
    if (reader.has("threads")) {
        configuration.threads = static_cast<int>(reader.integer("threads", 1, 4096, 1));
    }
    configuration.text = std::move(text);
    return configuration;
}

}  // namespace difftest::harness
