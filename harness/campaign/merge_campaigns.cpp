#include "harness/campaign/campaign.hpp"
#include "harness/campaign/finished_campaign.hpp"
#include "harness/campaign/input_error.hpp"
#include "harness/campaign/journal.hpp"
#include "harness/campaign/json_object_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <tuple>

namespace difftest::harness {
namespace {

/// Where the record of an index stands.
struct Place {
    std::uint64_t index = 0;
    std::size_t shard = 0;
    std::int64_t offset = 0;
};

/// All shards of one campaign. Only the places of their records are held in memory.
class Shards {
public:
    explicit Shards(const std::vector<std::filesystem::path>& folders)
        : first_(CampaignFolder::existing(folders.front())) {
        for (const std::filesystem::path& folder : folders) {
            const CampaignFolder source = CampaignFolder::existing(folder);
            check(source);
            const std::size_t shard = journals_.size();
            const JournalContent content =
                read_journal(source.journal(), [this, shard](const CaseRecord& record, std::int64_t offset) {
                    places_.push_back({record.index, shard, offset});
                });
            complaints_.insert(complaints_.end(), content.complaints.begin(), content.complaints.end());
            journals_.push_back(source.journal());
            folders_.push_back(source);
        }
        std::sort(places_.begin(), places_.end(), [](const Place& a, const Place& b) {
            return std::tie(a.index, a.shard, a.offset) < std::tie(b.index, b.shard, b.offset);
        });
        places_.erase(std::unique(places_.begin(), places_.end(),
                                  [](const Place& a, const Place& b) { return a.index == b.index; }),
                      places_.end());
    }

    const CampaignFolder& first() const { return first_; }
    const std::vector<CampaignFolder>& folders() const { return folders_; }
    const std::vector<std::string>& complaints() const { return complaints_; }

    /// Every record once, by index.
    template <typename OnRecord>
    void read(OnRecord on_record) const {
        std::vector<std::ifstream> streams;
        for (const std::filesystem::path& journal : journals_) {
            streams.emplace_back(journal, std::ios::binary);
        }
        std::string line;
        for (const Place& place : places_) {
            std::ifstream& stream = streams[place.shard];
            stream.seekg(place.offset);
            if (!std::getline(stream, line)) {
                throw std::runtime_error(fmt::format("{}: cannot be read again", journals_[place.shard].string()));
            }
            on_record(parse_record(line));
        }
    }

private:
    void check(const CampaignFolder& source) const {
        for (const auto& [a, b] :
             {std::pair{first_.identity(), source.identity()}, {first_.backends(), source.backends()}}) {
            if (parse_json_file(a) != parse_json_file(b)) {
                throw InputError(fmt::format("{}: is of another campaign than {} ({} differs)", source.path().string(),
                                             first_.path().string(), a.filename().string()));
            }
        }
    }

    CampaignFolder first_;
    std::vector<CampaignFolder> folders_;
    std::vector<std::filesystem::path> journals_;
    std::vector<Place> places_;
    std::vector<std::string> complaints_;
};

}  // namespace

CampaignReport merge_campaigns(const std::vector<std::filesystem::path>& shards, const std::filesystem::path& folder,
                               const std::vector<KnownIssue>& known_issues) {
    if (shards.empty()) {
        throw InputError("merge: no folder is given");
    }
    const Shards sources(shards);
    const CampaignFolder merged = CampaignFolder::like(folder, sources.first());
    std::error_code error;
    if (std::filesystem::exists(merged.journal(), error)) {
        throw InputError(fmt::format("--out {}: holds a journal already", folder.string()));
    }
    std::vector<BackendUsed> backends;
    std::vector<RungNotRun> not_run;
    sources.first().read_backends(backends, not_run);
    merged.keep_backends(backends, not_run);
    merged.keep_shards(sources.folders());
    if (std::filesystem::exists(sources.first().environment(), error)) {
        std::filesystem::copy_file(sources.first().environment(), merged.environment(),
                                   std::filesystem::copy_options::overwrite_existing);
    }
    CampaignFold fold;
    Journal journal(merged.journal(), [](const CaseRecord&) {});
    sources.read([&](const CaseRecord& record) {
        journal.append(record);
        fold.add(record);
    });
    return finished_campaign(fold, merged, known_issues, sources.complaints());
}

}  // namespace difftest::harness
