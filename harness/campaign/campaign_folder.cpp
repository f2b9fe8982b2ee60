#include "harness/campaign/campaign_folder.hpp"

#include "harness/campaign/input_error.hpp"
#include "harness/campaign/json_object_reader.hpp"

#include <fmt/format.h>

#include <fstream>
#include <stdexcept>
#include <system_error>

namespace difftest::harness {
namespace {

nlohmann::json identity_of(const CampaignConfiguration& configuration, const RunSelection& selection) {
    nlohmann::json backends = nlohmann::json::array();
    for (const BackendSelection& backend : selection.backends) {
        backends.push_back(backend.name);
    }
    return {{"format", "difftest-campaign"},
            {"version", 1},
            {"configuration", nlohmann::json::parse(configuration.text)},
            {"backends", std::move(backends)},
            {"isas", selection.isas},
            {"plans", selection.plans}};
}

}  // namespace

CampaignFolder::CampaignFolder(std::filesystem::path folder, const CampaignConfiguration& configuration,
                               const RunSelection& selection)
    : folder_(std::move(folder)) {
    const std::filesystem::path file = folder_ / "campaign.json";
    const nlohmann::json identity = identity_of(configuration, selection);
    std::error_code error;
    std::filesystem::create_directories(clusters(), error);
    if (error) {
        throw InputError(fmt::format("--out {}: {}", folder_.string(), error.message()));
    }
    if (!std::filesystem::exists(file, error)) {
        if (std::filesystem::exists(journal(), error)) {
            throw InputError(fmt::format("--out {}: holds a journal but no campaign.json", folder_.string()));
        }
        write_text(identity.dump(2) + "\n", file);
    } else if (parse_json_file(file) != identity) {
        throw InputError(fmt::format("--out {}: belongs to another campaign (another configuration, backend or ISA)",
                                     folder_.string()));
    }
}

void write_text(const std::string& text, const std::filesystem::path& file) {
    const std::filesystem::path temporary = file.string() + ".part";
    {
        std::ofstream stream(temporary, std::ios::binary);
        stream << text;
        stream.close();
        if (!stream) {
            throw std::runtime_error(fmt::format("{}: cannot be written", file.string()));
        }
    }
    std::error_code error;
    std::filesystem::rename(temporary, file, error);
    if (error) {
        throw std::runtime_error(fmt::format("{}: {}", file.string(), error.message()));
    }
}

}  // namespace difftest::harness
