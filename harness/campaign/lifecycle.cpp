#include "harness/campaign/lifecycle.hpp"

#include "harness/campaign/campaign_folder.hpp"
#include "harness/campaign/input_error.hpp"
#include "harness/campaign/json_object_reader.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <limits>

namespace difftest::harness {
namespace {

FindingState failing_state(FindingState before, const FindingCheck& seen) {
    const bool was_gone = before == FindingState::fixed || before == FindingState::regressed;
    if (seen.explained && !was_gone) {
        return FindingState::known;
    }
    return was_gone || seen.declared_gone ? FindingState::regressed : FindingState::fresh;
}

/// Held by one process (or one holder within it) at a time; given back by the system when the process dies.
class FolderLock {
public:
    explicit FolderLock(const std::filesystem::path& folder)
        : descriptor_(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
        if (descriptor_ < 0 || ::flock(descriptor_, LOCK_EX) != 0) {
            const int reason = errno;
            if (descriptor_ >= 0) {
                ::close(descriptor_);
            }
            throw InputError(fmt::format("{}: cannot be locked: {}", folder.string(), std::strerror(reason)));
        }
    }
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;
    ~FolderLock() { ::close(descriptor_); }

private:
    int descriptor_;
};

}  // namespace

std::pair<FindingState, std::int64_t> next_state(FindingState before, std::int64_t passes, const FindingCheck& seen,
                                                 std::int64_t passes_until_fixed) {
    if (!seen.judged) {
        return {before, passes};
    }
    if (seen.failing) {
        return {failing_state(before, seen), 0};
    }
    const bool fixed = seen.declared_gone || before == FindingState::fixed || passes + 1 >= passes_until_fixed;
    return {fixed ? FindingState::fixed : FindingState::incubating, passes + 1};
}

Ledger Ledger::read(const std::filesystem::path& file) {
    Ledger ledger;
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) {
        return ledger;
    }
    const nlohmann::json document = parse_json_file(file);
    const JsonObjectReader reader(document, file.string(), "");
    reader.allow_only({"format", "version", "findings"});
    if (reader.text("format") != "difftest-ledger") {
        reader.fail("format", "must be \"difftest-ledger\"");
    }
    if (reader.integer("version", 1, 1, 0) != 1) {
        reader.fail("version", "must be 1");
    }
    for (const JsonObjectReader& each : reader.objects("findings")) {
        each.allow_only({"id", "backend", "library_version", "state", "passes"});
        const auto state = finding_state_from(each.text("state"));
        if (!state) {
            each.fail("state", "is no state of a finding");
        }
        ledger.entries_[{each.text("id"), each.text("backend"), each.text("library_version", false)}] = {
            *state, each.integer("passes", 0, std::numeric_limits<std::int64_t>::max(), 0)};
    }
    return ledger;
}

void Ledger::write(const std::filesystem::path& file) const {
    const FolderLock lock(file.parent_path());
    Ledger now = read(file);
    for (const auto& key : set_) {
        now.entries_[key] = entries_.at(key);
    }
    nlohmann::ordered_json document{{"format", "difftest-ledger"}, {"version", 1}};
    document["findings"] = nlohmann::ordered_json::array();
    for (const auto& [key, entry] : now.entries_) {
        document["findings"].push_back({{"id", std::get<0>(key)},
                                        {"backend", std::get<1>(key)},
                                        {"library_version", std::get<2>(key)},
                                        {"state", name_of(entry.state)},
                                        {"passes", entry.passes}});
    }
    write_text(document.dump(2) + "\n", file);
}

Ledger::Entry Ledger::of(const std::string& id, const std::string& backend, const std::string& library_version) const {
    const auto found = entries_.find({id, backend, library_version});
    return found == entries_.end() ? Entry{} : found->second;
}

void Ledger::set(const std::string& id, const std::string& backend, const std::string& library_version, Entry entry) {
    entries_[{id, backend, library_version}] = entry;
    set_.insert({id, backend, library_version});
}

}  // namespace difftest::harness
