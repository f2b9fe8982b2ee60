#include "harness/campaign/reduce_clusters.hpp"

#include "harness/campaign/campaign_folder.hpp"
#include "harness/campaign/input_error.hpp"
#include "harness/campaign/reduce_case.hpp"
#include "reference/graph/case_file.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace difftest::harness {
namespace {

/// What tells a finding folder that is done from one that is not.
std::string sentence(const FindingReport& report) {
    return fmt::format("{}: {} nodes, {} elements in; {}", report.signature, report.minimal.nodes,
                       report.minimal.elements_in, report.certificate);
}

}  // namespace

std::vector<std::string> reduce_clusters(const CampaignReport& report, const RunSelection& selection,
                                         const std::filesystem::path& folder, const ClusterReduction& options) {
    std::vector<std::string> written;
    for (const Cluster& cluster : report.clusters) {
        const auto backend =
            std::find_if(selection.backends.begin(), selection.backends.end(),
                         [&cluster](const BackendSelection& each) { return each.name == cluster.signature.backend; });
        if (backend == selection.backends.end() || cluster.smallest_file.empty()) {
            continue;
        }
        ReduceRequest request;
        request.value = graph::read_case(folder / cluster.smallest_file);
        request.backend = *backend;
        request.wanted_isa = cluster.smallest_isa;
        request.wanted_isas = cluster.isas;
        request.wanted_plan = cluster.smallest_plan;
        request.wanted_implementation = cluster.signature.implementation;
        request.known_issues = selection.known_issues;
        request.limits = selection.limits;
        request.time = options.time;
        request.jobs = options.jobs;
        const std::string name = std::filesystem::path(cluster.smallest_file).stem().string();
        // By the case as well: a cluster's smallest case changes while the campaign goes on.
        request.folder = folder / "findings" / fmt::format("{}_{}", name, cluster.smallest_index);
        std::string line = name + ": ";
        try {
            line += sentence(reduce_case(request));
            written.push_back(request.folder.filename().string());
        } catch (const InputError& error) {
            line += error.what();
            write_text(fmt::format("Not reduced: {}\n", error.what()), request.folder / "not_reduced.txt");
        }
        if (options.progress) {
            options.progress(line);
        }
    }
    return written;
}

}  // namespace difftest::harness
