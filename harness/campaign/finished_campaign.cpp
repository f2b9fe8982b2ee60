#include "harness/campaign/finished_campaign.hpp"

#include "harness/campaign/judged_case.hpp"
#include "reference/graph/case_file.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

namespace difftest::harness {
namespace {

constexpr std::int64_t kRare = 1000;  ///< an implementation that ran in fewer than one of so many cases is rare

std::string file_of(const ImplementationCount& each) {
    return cluster_file_name(fmt::format("{} {} {}", each.backend, each.operation, each.implementation));
}

/// The smallest case of each implementation that is seldom reached: worth running again.
void write_rare_cases(const CampaignReport& report, const CampaignConfiguration& configuration,
                      const std::filesystem::path& folder) {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    for (const ImplementationCount& each : report.implementations) {
        if (!each.implementation.empty() && each.cases * kRare < report.cases) {
            graph::write_case(recorded_case(configuration, each.smallest_index, each.smallest_draw),
                              folder / file_of(each));
        }
    }
}

/// The cases with the largest errors, for whoever wants to see them: largest/lsb.json and largest/ulp.json.
void write_largest(const CampaignReport& report, const CampaignConfiguration& configuration,
                   const std::filesystem::path& folder) {
    std::filesystem::remove_all(folder);
    const ElementCount all = elements_in_all(report);
    for (const auto& [name, errors] : {std::pair("lsb.json", &all.lsb), std::pair("ulp.json", &all.ulp)}) {
        if (errors->largest) {
            std::filesystem::create_directories(folder);
            graph::write_case(recorded_case(configuration, errors->largest->index, errors->largest->draw),
                              folder / name);
        }
    }
}

}  // namespace

CampaignReport finished_campaign(const CampaignFold& fold, const CampaignFolder& folder,
                                 const std::vector<KnownIssue>& known_issues, std::vector<std::string> complaints) {
    CampaignReport report = fold.report(known_issues);
    const CampaignConfiguration configuration = folder.configuration();
    report.configuration = configuration.name;
    report.faults = fold.fault_coverage().examine(configuration);
    report.complaints = std::move(complaints);
    folder.read_backends(report.backends, report.not_run);
    for (const Cluster& cluster : report.clusters) {
        graph::write_case(recorded_case(configuration, cluster.smallest_index, cluster.smallest_draw),
                          folder.path() / cluster.smallest_file);
    }
    write_rare_cases(report, configuration, folder.rare());
    write_largest(report, configuration, folder.path() / "largest");
    return report;
}

}  // namespace difftest::harness
