#include "harness/campaign/list_catalogue.hpp"

#include "harness/campaign/backend_availability.hpp"
#include "harness/campaign/backend_selection.hpp"
#include "harness/campaign/input_error.hpp"
#include "harness/execute/worker.hpp"
#include "reference/contract/contract.hpp"
#include "reference/faults/dictionary.hpp"
#include "reference/graph/case_file.hpp"

#include <fmt/format.h>

namespace difftest::harness {
namespace {

ListedCase listed_case(const Corpora& corpora, const std::filesystem::path& file) {
    ListedCase listed;
    listed.name = file.stem().string();
    listed.file = file.lexically_relative(corpora.directory()).generic_string();
    try {
        const graph::Case value = graph::read_case(file);
        for (const char* key : {"title", "origin"}) {
            if (const auto found = value.annotations.find(key);
                listed.title.empty() && found != value.annotations.end()) {
                listed.title = found->second;
            }
        }
        for (const graph::Node& node : value.graph.nodes) {
            listed.operations.emplace_back(graph::name_of(node.operation));
        }
        for (const graph::TensorId output : value.graph.outputs) {
            listed.elements += graph::element_count(value.graph.tensor(output).shape).value_or(0);
        }
    } catch (const graph::CaseError& error) {
        listed.problem = error.what();
    }
    return listed;
}

std::vector<ListedBackend> listed_backends() {
    std::vector<ListedBackend> result;
    for (const BackendKind& kind : backend_kinds()) {
        const std::string problem = why_unavailable(kind);
        const std::string name =
            kind.argument.empty() ? std::string(kind.name) : fmt::format("{}:{}", kind.name, kind.argument);
        result.push_back(
            {name, worker_program(kind.name).filename().string(), problem.empty(), kind.by_default, problem});
    }
    return result;
}

std::vector<ListedRule> listed_rules() {
    std::vector<ListedRule> result;
    for (const faults::Fault& fault : faults::all_faults()) {
        result.push_back({std::string(fault.id), std::string(fault.name), std::string(fault.rule),
                          std::string(fault.deviates), std::string(fault.exposed_by), std::string(fault.seen_in)});
    }
    return result;
}

void list_contracts(Catalogue& catalogue) {
    for (const contract::FreedomInfo& freedom : contract::all_freedoms()) {
        catalogue.freedoms.push_back({std::string(freedom.flag), std::string(freedom.name),
                                      std::string(freedom.explanation), std::string(freedom.source)});
    }
    for (const contract::LevelInfo& level : contract::all_levels()) {
        ListedLevel listed{level.contract.name(), std::string(level.explanation), {}};
        for (const contract::FreedomInfo& freedom : contract::all_freedoms()) {
            if (level.contract.grants(freedom.freedom)) {
                listed.freedoms.emplace_back(freedom.flag);
            }
        }
        catalogue.levels.push_back(std::move(listed));
    }
}

}  // namespace

Catalogue list_catalogue(std::string_view section, const Corpora& corpora) {
    Catalogue catalogue;
    const bool all = section.empty();
    catalogue.with_cases = all || section == "cases";
    catalogue.with_backends = all || section == "backends";
    catalogue.with_rules = all || section == "rules";
    catalogue.with_contracts = all || section == "contracts";
    if (catalogue.with_cases) {
        for (const std::filesystem::path& file : corpora.named_cases()) {
            catalogue.cases.push_back(listed_case(corpora, file));
        }
    }
    if (catalogue.with_backends) {
        catalogue.backends = listed_backends();
    }
    if (catalogue.with_rules) {
        catalogue.rules = listed_rules();
    }
    if (catalogue.with_contracts) {
        list_contracts(catalogue);
    }
    if (!catalogue.with_cases && !catalogue.with_backends && !catalogue.with_rules && !catalogue.with_contracts) {
        throw InputError(fmt::format("list {}: must be cases, backends, rules or contracts", section));
    }
    return catalogue;
}

}  // namespace difftest::harness
