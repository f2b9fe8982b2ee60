#include "harness/campaign/campaign.hpp"
#include "harness/campaign/campaign_folder.hpp"
#include "harness/campaign/campaign_request.hpp"
#include "harness/cli/answer.hpp"
#include "harness/cli/verb.hpp"
#include "harness/report/campaign_document.hpp"
#include "harness/report/campaign_screen.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace difftest::harness::cli {
namespace {

struct Flags {
    CampaignFlags campaign;
    std::string corpora;
    bool json = false;
};

ExitCode run(const Flags& flags) {
    CampaignRequest request = campaign_request(flags.campaign, Corpora::locate(flags.corpora));
    request.on_progress = progress_printer();
    const CampaignReport report = run_campaign(request);
    const std::string document = campaign_document(report);
    write_text(document, request.folder / "report.json");
    write_text(campaign_screen(report, {}), request.folder / "report.txt");
    write_answer(flags.json ? document : campaign_screen(report, screen_style_for_answer()));
    return exit_code_of(report);
}

}  // namespace

void add_fuzz(CLI::App& app, Action& action) {
    const auto flags = std::make_shared<Flags>();
    CampaignFlags& campaign = flags->campaign;
    CLI::App* verb = app.add_subcommand("fuzz", "Judge generated cases; the same command again goes on where it ended");
    verb->add_option("--config", campaign.configuration, "A configuration by name, or a file")->required();
    verb->add_option("--indices", campaign.indices, "A..B: from A up to, but not including, B")->required();
    verb->add_option("--out", campaign.folder, "The campaign's folder")->required();
    verb->add_option("--jobs", campaign.jobs, "Judges that work side by side")->check(CLI::Range(1, 1024));
    verb->add_option("--time", campaign.time, "Stop after this long: 90s, 10m, 2h");
    verb->add_option("--backend", campaign.backends, "As of run; default: those of the configuration")
        ->allow_extra_args(false);
    verb->add_option("--isa", campaign.isas, "As of run; default: those of the configuration")->delimiter(',');
    verb->add_option("--corpora", flags->corpora, "Directory of the corpora (also DIFFTEST_CORPORA)");
    verb->add_flag("--json", flags->json, "One JSON document on stdout: reports/schema/campaign.schema.json");
    verb->callback([flags, &action] { action = [flags] { return run(*flags); }; });
}

}  // namespace difftest::harness::cli
