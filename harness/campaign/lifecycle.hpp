#pragma once

#include "harness/report/lifecycle_report.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <tuple>

namespace difftest::harness {

/// How often in a row something that failed must pass until it is called fixed, where earlier checks are remembered.
inline constexpr std::int64_t kPassesUntilFixed = 3;

/// What one check has seen of a finding.
struct FindingCheck {
    bool is_known_issue = false;
    bool judged = false;         ///< some run of it was
    bool failing = false;        ///< in a way that is this finding's
    bool explained = false;      ///< by a known issue of this release
    bool declared_gone = false;  ///< the release is said to be without it
};

/// The state after a check, and how often in a row it passed; `before` is not_run when it was never checked.
std::pair<FindingState, std::int64_t> next_state(FindingState before, std::int64_t passes, const FindingCheck& seen,
                                                 std::int64_t passes_until_fixed);

/// What is remembered of every finding between two checks, for each backend and release by itself. A JSON file:
/// {"format": "difftest-ledger", "version": 1, "findings": [...]}.
class Ledger {
public:
    struct Entry {
        FindingState state = FindingState::not_run;
        std::int64_t passes = 0;
    };

    /// An empty one.
    Ledger() = default;

    /// From a file; a file that is not there is an empty ledger. Throws InputError with the file and the place.
    static Ledger read(const std::filesystem::path& file);

    /// Puts what was set into the file and leaves the rest of it as it is by now, so that checks that go on at the same
    /// time keep each other's. The lock of its folder lets one write after the other. Throws InputError.
    void write(const std::filesystem::path& file) const;

    Entry of(const std::string& id, const std::string& backend, const std::string& library_version) const;
    void set(const std::string& id, const std::string& backend, const std::string& library_version, Entry entry);

private:
    std::map<std::tuple<std::string, std::string, std::string>, Entry> entries_;
    std::set<std::tuple<std::string, std::string, std::string>> set_;
};

}  // namespace difftest::harness
