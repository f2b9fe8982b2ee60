#pragma once

#include "harness/report/campaign_report.hpp"
#include "harness/report/lifecycle_report.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What `difftest report` has to say of a campaign's folder, as values. Texts that other rooms wrote (finding.json,
/// ...) are kept as they stand in the folder.
namespace difftest::harness {

/// One reproducer of a finding: finding.json's folder, `repro/KIND/`.
struct ReportedReproducer {
    std::string kind;      ///< "cpp", "benchdnn", ...
    std::string status;    ///< "verified", "written", "not_expressible", "not_reproduced"
    std::string why;       ///< where it is not verified
    std::string command;   ///< that runs it
    std::string observed;  ///< what it printed
    struct File {
        std::string name;
        std::string text;
    };
    std::vector<File> files;
};

/// A cluster of failing runs with what is known of it.
struct ReportedFinding {
    std::string id;        ///< of the section: the cluster's file name
    std::string identity;  ///< what tells it apart over nights
    Cluster cluster;
    FindingState state = FindingState::fresh;
    std::string since;          ///< the night it was first seen in; empty: no nights are kept
    std::string since_library;  ///< the libraries of that night
    bool seen_before = false;   ///< in an earlier night
    std::string folder;         ///< relative to the campaign's; empty when it was not reduced
    std::string finding;        ///< finding.json
    std::string observation;    ///< observation.json
    std::string minimal;        ///< minimal.json
    std::string passing;        ///< passing.json
    std::string issue_text;     ///< finding.md
    std::string graph_drawing;  ///< SVG of the minimal case
    std::string not_reduced;    ///< why
    std::vector<ReportedReproducer> reproducers;
};

/// "new" or "regressed" where somebody has to look; "open" where it was seen in an earlier night and nothing explains
/// it.
std::string_view state_label(const ReportedFinding& finding);

/// A finding of an earlier night that this one does not show.
struct AbsentFinding {
    std::string identity;
    FindingState state = FindingState::incubating;
    std::string since;
    std::string last_seen;
    std::string last_library;  ///< the libraries of the night in which it was last seen
};

/// What one night amounts to; the last one is this campaign's.
struct NightSummary {
    std::string night;
    std::string libraries;
    std::int64_t cases = 0;
    std::int64_t judged = 0;  ///< elements
    std::int64_t problems = 0;
    std::int64_t known_runs = 0;
    std::int64_t pairs = 0;  ///< of attributes that were judged; of several shards, by the one with most
};

/// One thing that is not as in the night before.
struct NightChange {
    std::string what;  ///< "new finding", "library", "fault not caught any more", ...
    std::string text;
    friend bool operator==(const NightChange&, const NightChange&) = default;
};

/// The machine that the campaign ran on; empty texts where its folder does not say.
struct CampaignEnvironment {
    std::string cpu;
    int cpus = 0;
    std::string system;
    std::string compiler;
    std::string difftest_version;
};

/// One process that worked on the campaign. What it says of time differs from one run to the next; nothing else of a
/// report does.
struct CampaignSession {
    CampaignEnvironment machine;
    int jobs = 1;
    std::int64_t cases = 0;
    double seconds = 0;
    double processor_seconds = 0;  ///< its workers' too
    /// Its share of the indices: of so many lanes (index % lanes) those that are `shard` modulo `shards`.
    std::uint64_t lanes = 1;
    std::uint64_t shard = 0;
    std::uint64_t shards = 1;
    std::string began;  ///< "2026-11-26T20:10:03Z"
    std::string ended;  ///< "all is judged", or which budget was spent; empty: it was killed, or still runs
};

struct ToleranceReport {
    CampaignReport campaign;
    CampaignEnvironment environment;
    std::vector<CampaignSession> sessions;
    std::vector<ReportedFinding> findings;  ///< as the campaign's clusters
    std::vector<AbsentFinding> absent;
    std::vector<NightSummary> nights;   ///< ascending
    std::string previous_night;         ///< empty: there is none
    std::vector<NightChange> changes;   ///< since then, what matters most first
    std::vector<std::string> warnings;  ///< what is missing or could not be read; each is shown
};

/// How fast the sessions were, as far as they are known: a process that was killed says less than it did.
struct Throughput {
    std::int64_t cases = 0;           ///< of the sessions
    std::int64_t campaign_cases = 0;  ///< in the journal
    std::int64_t elements = 0;        ///< judged, of the campaign
    double processor_seconds = 0;

    double cases_per_processor_second() const {
        return processor_seconds > 0 ? static_cast<double>(cases) / processor_seconds : 0;
    }
    /// As many of the campaign's elements as the sessions have of its cases.
    double elements_per_processor_second() const {
        return campaign_cases > 0
                   ? cases_per_processor_second() * static_cast<double>(elements) / static_cast<double>(campaign_cases)
                   : 0;
    }
};

Throughput throughput_of(const ToleranceReport& report);

/// 1 a new or regressed finding; 3 nothing was judged; 4 harness errors, or a report that cannot be complete.
ExitCode exit_code_of(const ToleranceReport& report);

enum class ReportFormat { json, junit, sarif, markdown, html };

struct ReportFormatName {
    ReportFormat format;
    std::string_view name;  ///< on the command line
    std::string_view file;  ///< in the folder that is written to
};

/// All formats.
std::span<const ReportFormatName> report_formats();

/// The report as a text of that format. JSON: reports/schema/report.schema.json.
std::string render_report(const ToleranceReport& report, ReportFormat format);

}  // namespace difftest::harness
