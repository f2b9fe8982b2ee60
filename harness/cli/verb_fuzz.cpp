#include "harness/campaign/campaign.hpp"
#include "harness/campaign/campaign_folder.hpp"
#include "harness/campaign/campaign_request.hpp"
#include "harness/campaign/reduce_clusters.hpp"
#include "harness/cli/answer.hpp"
#include "harness/cli/interruption.hpp"
#include "harness/cli/verb.hpp"
#include "harness/report/campaign_document.hpp"
#include "harness/report/campaign_screen.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>

namespace difftest::harness::cli {
namespace {

struct Flags {
    CampaignFlags campaign;
    std::string corpora;
    double reduce_seconds = 0;
    bool json = false;
};

ExitCode answer(const CampaignReport& report, const std::filesystem::path& folder, bool json) {
    const std::string document = campaign_document(report);
    write_text(document, folder / "report.json");
    write_text(campaign_screen(report, {}), folder / "report.txt");
    write_answer(json ? document : campaign_screen(report, screen_style_for_answer()));
    return exit_code_of(report);
}

ExitCode run(const Flags& flags) {
    const Interruption interruption;
    CampaignRequest request = campaign_request(flags.campaign, Corpora::locate(flags.corpora));
    request.on_progress = progress_printer();
    request.on_stop = [](const std::string& why) {
        std::fprintf(stderr, "stopped: %s; the same command goes on\n", why.c_str());
    };
    request.interrupted = Interruption::reason;
    const CampaignReport report = run_campaign(request);
    const ExitCode code = answer(report, request.folder, flags.json);
    if (Interruption::reason()) {  // it did not do what it was asked for, so that it cannot be clean
        return code == ExitCode::finding ? code : ExitCode::harness_error;
    }
    if (flags.reduce_seconds > 0) {
        ClusterReduction reduction;
        reduction.time = std::chrono::milliseconds(static_cast<std::int64_t>(flags.reduce_seconds * 1000));
        reduction.jobs = static_cast<std::size_t>(request.jobs);
        reduction.progress = [](const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); };
        reduce_clusters(report, request.selection, request.folder, reduction);
    }
    return code;
}

struct MergeFlags {
    std::vector<std::string> folders;
    std::string out;
    std::string corpora;
    bool json = false;
};

ExitCode merge(const MergeFlags& flags) {
    const Corpora corpora = Corpora::locate(flags.corpora);
    const std::vector<std::filesystem::path> folders(flags.folders.begin(), flags.folders.end());
    return answer(merge_campaigns(folders, flags.out, read_known_issues(corpora.known_issues())), flags.out,
                  flags.json);
}

}  // namespace

void add_fuzz(CLI::App& app, Action& action) {
    const auto flags = std::make_shared<Flags>();
    CampaignFlags& campaign = flags->campaign;
    CLI::App* verb = app.add_subcommand("fuzz", "Judge generated cases; the same command again goes on where it ended");
    verb->add_option("--config", campaign.configuration,
                     "A configuration by name, or a file; its backends are started: a kernel=FILE, process:COMMAND or "
                     "plugin:FILE in them is executed")
        ->required();
    verb->add_option("--indices", campaign.indices, "A..B: from A up to, but not including, B")->required();
    verb->add_option("--out", campaign.folder, "The campaign's folder")->required();
    verb->add_option("--jobs", campaign.jobs, "Judges that work side by side")->check(CLI::Range(1, 1024));
    verb->add_option("--shard", campaign.shard, "i/n: only this part of the indices; see merge");
    verb->add_option("--time", campaign.time, "Stop after this long: 90s, 10m, 2h");
    verb->add_option("--disk", campaign.disk, "Stop when the folder is as large: 500M, 2G");
    verb->add_option("--memory", campaign.memory, "Stop when all processes together hold so much: 4G");
    verb->add_option("--backend", campaign.backends, "As of run; default: those of the configuration")
        ->allow_extra_args(false);
    verb->add_option("--isa", campaign.isas, "As of run; default: those of the configuration")->delimiter(',');
    verb->add_option("--reduce", flags->reduce_seconds,
                     "Reduce each cluster's smallest case, for at most so many seconds: findings/ in the folder")
        ->check(CLI::PositiveNumber);
    verb->add_option("--corpora", flags->corpora, "Directory of the corpora (also DIFFTEST_CORPORA)");
    verb->add_flag("--json", flags->json, "One JSON document on stdout: reports/schema/campaign.schema.json");
    verb->callback([flags, &action] { action = [flags] { return run(*flags); }; });
}

void add_merge(CLI::App& app, Action& action) {
    const auto flags = std::make_shared<MergeFlags>();
    CLI::App* verb = app.add_subcommand("merge", "Put the shards of a campaign together");
    verb->add_option("folders", flags->folders, "The folders of the shards")->required();
    verb->add_option("--out", flags->out, "The folder of the whole")->required();
    verb->add_option("--corpora", flags->corpora, "Directory of the corpora (also DIFFTEST_CORPORA)");
    verb->add_flag("--json", flags->json, "One JSON document on stdout: reports/schema/campaign.schema.json");
    verb->callback([flags, &action] { action = [flags] { return merge(*flags); }; });
}

}  // namespace difftest::harness::cli
