#include "harness/report/catalogue.hpp"

#include "harness/report/text_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace difftest::harness {
namespace {

using Json = nlohmann::ordered_json;

std::string cases_text(const Catalogue& catalogue, const ScreenStyle& style) {
    TextTable table({{"case"}, {"outputs", Align::right}, {"title", Align::left, 24}});
    for (const ListedCase& each : catalogue.cases) {
        const bool readable = each.problem.empty();
        table.add_row(
            {each.name, readable ? fmt::format("{}", each.elements) : "-", readable ? each.title : each.problem},
            std::string(readable ? "" : style.failure()));
    }
    return table.text("", style.width);
}

std::string backends_text(const Catalogue& catalogue, const ScreenStyle& style) {
    TextTable table({{"backend"}, {"here"}, {"by default"}, {"worker"}, {"note", Align::left, 24}});
    for (const ListedBackend& each : catalogue.backends) {
        table.add_row(
            {each.name, each.available ? "yes" : "no", each.by_default ? "yes" : "no", each.program, each.missing},
            std::string(each.available ? "" : style.faint()));
    }
    return table.text("", style.width);
}

std::string rules_text(const Catalogue& catalogue, const ScreenStyle& style) {
    std::string text;
    for (const ListedRule& each : catalogue.rules) {
        text += fmt::format("{:<5}{}\n     rule: {}\n     broken: {}\n     exposed by: {}\n     {}seen in: {}{}\n",
                            each.id, each.name, each.rule, each.deviation, each.exposed_by, style.faint(), each.seen_in,
                            style.reset());
    }
    return text;
}

std::string contracts_text(const Catalogue& catalogue, const ScreenStyle& style) {
    std::string text;
    for (const ListedFreedom& each : catalogue.freedoms) {
        text += fmt::format("{:<4}{}\n    {}\n    {}source: {}{}\n", each.flag, each.name, each.explanation,
                            style.faint(), each.source, style.reset());
    }
    text += "\n";
    TextTable table({{"level"}, {"freedoms"}, {"meaning", Align::left, 24}});
    for (const ListedLevel& each : catalogue.levels) {
        table.add_row({each.name, fmt::format("{}", fmt::join(each.freedoms, " ")), each.explanation});
    }
    return text + table.text("", style.width);
}

Json cases_document(const Catalogue& catalogue) {
    Json result = Json::array();
    for (const ListedCase& each : catalogue.cases) {
        result.push_back({{"name", each.name},
                          {"file", each.file},
                          {"title", each.title},
                          {"operations", each.operations},
                          {"elements", each.elements},
                          {"problem", each.problem.empty() ? Json() : Json(each.problem)}});
    }
    return result;
}

Json backends_document(const Catalogue& catalogue) {
    Json result = Json::array();
    for (const ListedBackend& each : catalogue.backends) {
        result.push_back({{"name", each.name},
                          {"program", each.program},
                          {"available", each.available},
                          {"by_default", each.by_default},
                          {"missing", each.missing.empty() ? Json() : Json(each.missing)}});
    }
    return result;
}

Json rules_document(const Catalogue& catalogue) {
    Json result = Json::array();
    for (const ListedRule& each : catalogue.rules) {
        result.push_back({{"id", each.id},
                          {"name", each.name},
                          {"rule", each.rule},
                          {"deviation", each.deviation},
                          {"exposed_by", each.exposed_by},
                          {"seen_in", each.seen_in}});
    }
    return result;
}

Json contracts_document(const Catalogue& catalogue) {
    Json freedoms = Json::array();
    for (const ListedFreedom& each : catalogue.freedoms) {
        freedoms.push_back(
            {{"flag", each.flag}, {"name", each.name}, {"explanation", each.explanation}, {"source", each.source}});
    }
    Json levels = Json::array();
    for (const ListedLevel& each : catalogue.levels) {
        levels.push_back({{"name", each.name}, {"explanation", each.explanation}, {"freedoms", each.freedoms}});
    }
    return {{"freedoms", std::move(freedoms)}, {"levels", std::move(levels)}};
}

}  // namespace

std::string catalogue_screen(const Catalogue& catalogue, const ScreenStyle& style) {
    std::string text;
    const auto append = [&text](bool wanted, const auto& section) {
        if (wanted) {
            text.append(text.empty() ? "" : "\n").append(section());
        }
    };
    append(catalogue.with_cases, [&] { return cases_text(catalogue, style); });
    append(catalogue.with_backends, [&] { return backends_text(catalogue, style); });
    append(catalogue.with_rules, [&] { return rules_text(catalogue, style); });
    append(catalogue.with_contracts, [&] { return contracts_text(catalogue, style); });
    return text;
}

std::string catalogue_document(const Catalogue& catalogue) {
    Json document = {{"format", "difftest-list"}, {"version", 1}};
    if (catalogue.with_cases) {
        document["cases"] = cases_document(catalogue);
    }
    if (catalogue.with_backends) {
        document["backends"] = backends_document(catalogue);
    }
    if (catalogue.with_rules) {
        document["rules"] = rules_document(catalogue);
    }
    if (catalogue.with_contracts) {
        document["contracts"] = contracts_document(catalogue);
    }
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace difftest::harness
