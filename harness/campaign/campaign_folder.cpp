#include "harness/campaign/campaign_folder.hpp"

#include "harness/campaign/build_fingerprint.hpp"
#include "harness/campaign/input_error.hpp"
#include "harness/campaign/json_object_reader.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <random>
#include <set>
#include <stdexcept>
#include <system_error>

namespace difftest::harness {
namespace {

nlohmann::json identity_of(const CampaignConfiguration& configuration, const RunSelection& selection,
                           std::uint64_t first) {
    nlohmann::json backends = nlohmann::json::array();
    for (const BackendSelection& backend : selection.backends) {
        backends.push_back(backend.name);
    }
    nlohmann::json identity{{"format", "difftest-campaign"},
                            {"version", kCampaignVersion},
                            {"configuration", nlohmann::json::parse(configuration.text)},
                            {"backends", std::move(backends)},
                            {"isas", selection.isas},
                            {"plans", selection.plans}};
    const BuildFingerprint build = fingerprint_of(configuration);
    identity["generator"] = build.generator;
    identity["oracle"] = build.oracle;
    if (configuration.steering) {
        identity["first"] = first;  // what an index is steered away from depends on where its lane begins
    }
    return identity;
}

nlohmann::json document_of(const std::vector<BackendUsed>& backends, const std::vector<RungNotRun>& not_run) {
    nlohmann::json document{{"backends", nlohmann::json::array()}, {"not_run", nlohmann::json::array()}};
    for (const BackendUsed& each : backends) {
        document["backends"].push_back({{"name", each.name},
                                        {"library", each.library},
                                        {"library_version", each.library_version},
                                        {"library_path", each.library_path},
                                        {"runtime", each.runtime}});
    }
    for (const RungNotRun& each : not_run) {
        document["not_run"].push_back({{"backend", each.backend}, {"isa", each.isa}, {"reason", each.reason}});
    }
    return document;
}

/// What belongs to a campaign lies in its folder. A link in a folder that came from somewhere else would make this
/// program read, or write, what its author cannot.
void refuse_links(const std::filesystem::path& folder) {
    std::error_code error;
    for (const char* name : {"campaign.json", "backends.json", "origin.json", "environment.json", "journal.jsonl",
                             "clusters", "rare", "largest", "sessions", "findings", "report"}) {
        if (std::filesystem::is_symlink(folder / name, error)) {
            throw InputError(fmt::format("{}: is a link", (folder / name).string()));
        }
    }
}

/// A list of a document, or an InputError.
const nlohmann::json& list_in(const nlohmann::json& document, const char* name, const std::filesystem::path& file) {
    const auto found = document.find(name);
    if (found == document.end() || !found->is_array()) {
        throw InputError(fmt::format("{}: /{}: must be a list", file.string(), name));
    }
    return *found;
}

}  // namespace

CampaignFolder::CampaignFolder(std::filesystem::path folder, const CampaignConfiguration& configuration,
                               const RunSelection& selection, std::uint64_t first)
    : folder_(std::move(folder)) {
    create(identity_of(configuration, selection, first));
}

void CampaignFolder::create(const nlohmann::json& identity) const {
    std::error_code error;
    refuse_links(folder_);
    const bool is_there = std::filesystem::exists(this->identity(), error);
    if (is_there && parse_json_file(this->identity()) != identity) {
        throw InputError(
            fmt::format("--out {}: belongs to another campaign ({})", folder_.string(), difference(identity)));
    }
    if (!is_there && std::filesystem::exists(journal(), error)) {
        throw InputError(fmt::format("--out {}: holds a journal but no campaign.json", folder_.string()));
    }
    std::filesystem::create_directories(clusters(), error);
    if (error) {
        throw InputError(fmt::format("--out {}: {}", folder_.string(), error.message()));
    }
    if (!is_there) {
        write_text(identity.dump(2) + "\n", this->identity());
        write_text(nlohmann::json{{"id", unique_name()}}.dump() + "\n", origin_file());
    }
}

/// What is not as in the folder.
std::string CampaignFolder::difference(const nlohmann::json& identity) const {
    const nlohmann::json there = parse_json_file(this->identity());
    for (const auto& [member, what] : {std::pair{"version", "of another version of difftest"},
                                       {"configuration", "another configuration"},
                                       {"backends", "other backends"},
                                       {"isas", "other ISAs"},
                                       {"plans", "other plans"},
                                       {"generator", "the generator of this build makes other cases"},
                                       {"oracle", "the oracle of this build allows other values"},
                                       {"first", "another first index: its cases are steered"}}) {
        if (there.is_object() && there.value(member, nlohmann::json()) != identity.value(member, nlohmann::json())) {
            return what;
        }
    }
    return "campaign.json is none";
}

CampaignFolder CampaignFolder::existing(std::filesystem::path folder) {
    CampaignFolder result(std::move(folder));
    std::error_code error;
    refuse_links(result.folder_);
    for (const auto& file : {result.identity(), result.backends(), result.journal()}) {
        if (!std::filesystem::is_regular_file(file, error)) {
            throw InputError(fmt::format("{}: not a campaign's folder, or it has not begun ({} is missing)",
                                         result.folder_.string(), file.filename().string()));
        }
    }
    return result;
}

CampaignFolder CampaignFolder::like(std::filesystem::path folder, const CampaignFolder& shard) {
    CampaignFolder result(std::move(folder));
    result.create(parse_json_file(shard.identity()));
    return result;
}

void CampaignFolder::keep_backends(const std::vector<BackendUsed>& backends,
                                   const std::vector<RungNotRun>& not_run) const {
    const nlohmann::json document = document_of(backends, not_run);
    std::error_code error;
    if (!std::filesystem::exists(this->backends(), error)) {
        write_text(document.dump(2) + "\n", this->backends());
    } else if (parse_json_file(this->backends()) != document) {
        throw InputError(fmt::format("{}: was begun on another library or machine (see {})", folder_.string(),
                                     this->backends().string()));
    }
}

void CampaignFolder::keep_environment(const std::string& text) const {
    std::error_code error;
    if (!std::filesystem::exists(environment(), error)) {
        write_text(text, environment());
    }
}

void CampaignFolder::read_backends(std::vector<BackendUsed>& backends, std::vector<RungNotRun>& not_run) const {
    const nlohmann::json document = parse_json_file(this->backends());
    const JsonObjectReader reader(document, this->backends().string(), "");
    reader.allow_only({"backends", "not_run"});
    for (const nlohmann::json& each : list_in(document, "backends", this->backends())) {
        const JsonObjectReader entry(each, this->backends().string(), "/backends");
        BackendUsed used;
        used.name = entry.text("name");
        used.library = entry.text("library", false);
        used.library_version = entry.text("library_version", false);
        used.library_path = entry.text("library_path", false);
        used.runtime = entry.text("runtime", false);
        backends.push_back(std::move(used));
    }
    for (const nlohmann::json& each : list_in(document, "not_run", this->backends())) {
        const JsonObjectReader entry(each, this->backends().string(), "/not_run");
        not_run.push_back({entry.text("backend"), entry.text("isa", false), entry.text("reason")});
    }
}

std::string CampaignFolder::origin() const {
    std::error_code error;
    if (!std::filesystem::exists(origin_file(), error)) {
        return "";
    }
    const nlohmann::json document = parse_json_file(origin_file());
    return JsonObjectReader(document, origin_file().string(), "").text("id");
}

std::vector<std::string> CampaignFolder::merged_from() const {
    std::error_code error;
    if (!std::filesystem::exists(origin_file(), error)) {
        return {};
    }
    const nlohmann::json document = parse_json_file(origin_file());
    return JsonObjectReader(document, origin_file().string(), "").texts("merged_from");
}

void CampaignFolder::keep_shards(const std::vector<CampaignFolder>& shards) const {
    std::set<std::string> origins;
    std::filesystem::create_directories(folder_ / "sessions");
    for (const CampaignFolder& shard : shards) {
        origins.insert(shard.origin());
        const std::vector<std::string> inner = shard.merged_from();
        origins.insert(inner.begin(), inner.end());
        std::error_code error;
        for (const auto& entry : std::filesystem::directory_iterator(shard.path() / "sessions", error)) {
            if (entry.is_symlink() || !entry.is_regular_file()) {
                continue;
            }
            std::filesystem::copy_file(entry.path(), folder_ / "sessions" / entry.path().filename(),
                                       std::filesystem::copy_options::overwrite_existing);
        }
    }
    write_text(nlohmann::json{{"id", origin()}, {"merged_from", origins}}.dump() + "\n", origin_file());
}

CampaignConfiguration CampaignFolder::configuration() const {
    const nlohmann::json document = parse_json_file(identity());
    const JsonObjectReader reader(document, identity().string(), "");
    const JsonObjectReader configuration = reader.object("configuration");
    return configuration_from(configuration, document.at("configuration").dump());
}

std::string unique_name() {
    std::random_device device;
    return fmt::format("{:08x}{:08x}", device(), device());
}

void write_text(const std::string& text, const std::filesystem::path& file) {
    // Of this process: two that write the same file at the same time must not tear each other's.
    const std::filesystem::path temporary = fmt::format("{}.{}.part", file.string(), ::getpid());
    std::error_code error;
    {
        errno = 0;
        std::ofstream stream(temporary, std::ios::binary);
        stream << text;
        stream.close();
        if (!stream) {
            const int reason = errno;
            std::filesystem::remove(temporary, error);  // on a full disk it would take what is left
            throw std::runtime_error(fmt::format("{}: cannot be written{}{}", file.string(), reason == 0 ? "" : ": ",
                                                 reason == 0 ? "" : std::strerror(reason)));
        }
    }
    std::filesystem::rename(temporary, file, error);
    if (error) {
        throw std::runtime_error(fmt::format("{}: {}", file.string(), error.message()));
    }
}

}  // namespace difftest::harness
