#include "harness/campaign/night_changes.hpp"

#include "harness/report/tolerance_document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

namespace difftest::harness {
namespace {

class Changes {
public:
    void add(std::string_view what, const std::set<std::string>& texts) {
        for (const std::string& text : texts) {
            changes_.push_back({std::string(what), text});
        }
    }

    /// `come` and `gone`: what to call those that only one of the two has.
    void compare(std::string_view come, std::string_view gone, const std::set<std::string>& before,
                 const std::set<std::string>& after) {
        add(come, without(after, before));
        add(gone, without(before, after));
    }

    void compare(std::string_view what, std::int64_t before, std::int64_t after) {
        if (before != after) {
            changes_.push_back({std::string(what), fmt::format("{} -> {}", before, after)});
        }
    }

    std::vector<NightChange> take() { return std::move(changes_); }

private:
    static std::set<std::string> without(const std::set<std::string>& all, const std::set<std::string>& some) {
        std::set<std::string> rest;
        std::set_difference(all.begin(), all.end(), some.begin(), some.end(), std::inserter(rest, rest.end()));
        return rest;
    }

    std::vector<NightChange> changes_;
};

std::set<std::string> names(const std::map<std::string, std::int64_t>& counts) {
    std::set<std::string> result;
    for (const auto& [name, count] : counts) {
        result.insert(readable_identity(name));
    }
    return result;
}

}  // namespace

std::vector<NightChange> changes_between(const Night& before, const Night& after) {
    Changes changes;
    changes.compare("finding not in the night before", "finding not seen any more", names(before.findings),
                    names(after.findings));
    changes.compare("library", "library not there any more", before.libraries, after.libraries);
    if (before.is_detailed && after.is_detailed) {
        changes.compare("machine", "machine not there any more", before.machines, after.machines);
        changes.compare("known issue shows", "known issue does not show any more", names(before.known_issues),
                        names(after.known_issues));
        changes.compare("fault would be caught", "fault would not be caught any more", before.faults, after.faults);
        changes.compare("rung not run", "rung runs again", before.rungs_not_run, after.rungs_not_run);
        changes.compare("implementation reached", "implementation not reached any more", before.implementations,
                        after.implementations);
    }
    changes.compare("cases", before.summary.cases, after.summary.cases);
    changes.compare("elements judged", before.summary.judged, after.summary.judged);
    changes.compare("pairs of attributes judged", before.summary.pairs, after.summary.pairs);
    return changes.take();
}

}  // namespace difftest::harness
