#include "harness/campaign/corpora.hpp"
#include "harness/campaign/explain_element.hpp"
#include "harness/cli/answer.hpp"
#include "harness/cli/verb.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace difftest::harness::cli {
namespace {

struct Flags {
    std::string name;
    ExplainRequest request;
    std::string corpora;
    bool json = false;
};

ExitCode explain(const Flags& flags) {
    ExplainRequest request = flags.request;
    request.value = load_cases(Corpora::locate(flags.corpora), {flags.name}).front();
    const Explanation explanation = explain_element(request);
    write_answer(flags.json ? explanation_document(explanation)
                            : explanation_screen(explanation, screen_style_for_answer()));
    return ExitCode::clean;
}

}  // namespace

void add_explain(CLI::App& app, Action& action) {
    const auto flags = std::make_shared<Flags>();
    CLI::App* verb =
        app.add_subcommand("explain", "Trace one output element through the graph: taps, accumulator, sets");
    verb->add_option("case,--case", flags->name, "A named case or a case file")->required();
    verb->add_option("--element", flags->request.element, "Coordinates of the element, such as 0,3,1,2")
        ->delimiter(',')
        ->required();
    verb->add_option("--output", flags->request.output, "Name of the output; needed when there are several");
    verb->add_option("--contract", flags->request.contract, "strict (the default), onednn2, onednn3+F9, ...");
    verb->add_option("--got", flags->request.got, "A backend's value there: shows what each step would have needed");
    verb->add_option("--corpora", flags->corpora, "Directory of the corpora (also DIFFTEST_CORPORA)");
    verb->add_flag("--json", flags->json, "One JSON document on stdout: reports/schema/explain.schema.json");
    verb->callback([flags, &action] { action = [flags] { return explain(*flags); }; });
}

}  // namespace difftest::harness::cli
