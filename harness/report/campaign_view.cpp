#include "harness/report/campaign_view.hpp"

#include "harness/compare/error_steps.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <set>
#include <tuple>

namespace difftest::harness {
namespace {

using Json = nlohmann::ordered_json;

std::int64_t runs_of(const std::map<Verdict, std::int64_t>& runs, Verdict verdict) {
    const auto found = runs.find(verdict);
    return found == runs.end() ? 0 : found->second;
}

std::int64_t failing(const std::map<Verdict, std::int64_t>& runs) {
    std::int64_t count = 0;
    for (const auto& [verdict, number] : runs) {
        count += is_failure(verdict) ? number : 0;
    }
    return count;
}

std::string implementation_text(const std::string& implementation) {
    return implementation.empty() ? "none was chosen" : implementation;
}

std::string number_text(double steps) {
    return !std::isfinite(steps)                       ? "not finite"
           : steps < 1e6 && steps == std::trunc(steps) ? grouped(static_cast<std::int64_t>(steps))
                                                       : fmt::format("{:.3g}", steps);
}

/// "fused, binary[0,1,0]: expected 0, got nan"
std::string element_text(const LargestError& error) {
    return fmt::format("{}, {}{}: expected {}, got {}", error.plan, error.tensor, error.at, error.expected, error.got);
}

void add_largest(Json& view, const std::string& unit, const ErrorCount& errors) {
    const auto& largest = errors.largest;
    view[unit + "_steps"] = largest ? Json(number_text(largest->steps)) : Json();
    view[unit + "_order"] = largest ? std::isfinite(largest->steps) ? Json(largest->steps) : Json("1e999") : Json("0");
    view[unit + "_case"] = largest ? Json(fmt::format("{}", largest->index)) : Json();
    view[unit + "_element"] = largest ? Json(element_text(*largest)) : Json();
}

Json distance_view(const CampaignReport& campaign, const ErrorCount& errors, const std::string& unit,
                   const std::string& of, const std::string& chart) {
    Json bars = Json::array();
    std::string text;
    for (const auto& [bucket, elements] : errors.counts) {
        const std::string label = bucket_text(bucket, unit);
        bars.push_back({{"label", label}, {"count", elements}});
        text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", label, grouped(elements));
    }
    Json view = {{"unit", unit}, {"of", of}, {"chart", chart}, {"text", text}, {"bars", std::move(bars)}};
    view["largest"] = Json();
    if (const auto& largest = errors.largest) {
        view["largest"] = {{"steps", number_text(largest->steps) + (std::isfinite(largest->steps) ? " " + unit : "")},
                           {"file", fmt::format("index {}, draw {} of {} (largest/{}.json)", largest->index,
                                                largest->draw, campaign.configuration, unit == "LSB" ? "lsb" : "ulp")},
                           {"element", element_text(*largest)}};
    }
    return view;
}

void add_reasons(Json& rows, const std::vector<ReasonCount>& counts, const std::string& what) {
    for (const ReasonCount& each : counts) {
        std::string rungs;
        for (const auto& [isa, runs] : each.isas) {
            rungs += isa.empty() ? "" : fmt::format("{}{} {}", rungs.empty() ? "" : ", ", isa, runs);
        }
        rows.push_back(
            {{"what", each.backend + " " + what}, {"reason", each.reason}, {"count", each.runs}, {"rungs", rungs}});
    }
}

}  // namespace

std::string grouped(std::int64_t number) {
    std::string digits = std::to_string(number);
    for (std::ptrdiff_t at = std::ssize(digits) - 3; at > (number < 0 ? 1 : 0); at -= 3) {
        digits.insert(static_cast<std::size_t>(at), "\u202F");
    }
    return digits;
}

Json implementations_view(const CampaignReport& campaign) {
    std::map<std::tuple<std::string, std::string, std::string>, ElementCount> elements;
    for (const ToleranceCount& each : campaign.tolerance) {
        elements[{each.of.backend, each.of.operation, each.of.implementation}] += each.elements;
    }
    Json rows = Json::array();
    for (const ImplementationCount& each : campaign.implementations) {
        const ElementCount& count = elements[{each.backend, each.operation, each.implementation}];
        const std::int64_t passing = runs_of(each.runs, Verdict::exact) + runs_of(each.runs, Verdict::allowed);
        rows.push_back({{"backend", each.backend},
                        {"operation", each.operation},
                        {"implementation", implementation_text(each.implementation)},
                        {"cases", each.cases},
                        {"exact", runs_of(each.runs, Verdict::exact)},
                        {"allowed", runs_of(each.runs, Verdict::allowed)},
                        {"vacuous", runs_of(each.runs, Verdict::vacuous)},
                        {"failing", failing(each.runs)},
                        {"passes", passing > 0},
                        {"elements_judged", grouped(count.judged)},
                        {"elements_ambiguous", grouped(count.ambiguous)},
                        {"elements_outside", grouped(count.outside)}});
    }
    return rows;
}

Json tolerance_rows_view(const CampaignReport& campaign) {
    Json rows = Json::array();
    for (const ToleranceCount& each : campaign.tolerance) {
        const ElementCount& count = each.elements;
        Json row = {{"backend", each.of.backend},
                    {"isa", each.of.isa},
                    {"operation", each.of.operation.empty() ? "none" : each.of.operation},
                    {"implementation", implementation_text(each.of.implementation)},
                    {"cases", grouped(each.cases)},
                    {"exact", grouped(count.exact())},
                    {"allowed", grouped(count.allowed)},
                    {"outside", grouped(count.outside)},
                    {"is_outside", count.outside > 0},
                    {"unconstrained", grouped(count.unconstrained)},
                    {"vacuous", grouped(count.vacuous)},
                    {"failing", grouped(failing(each.runs))},
                    {"is_failing", failing(each.runs) > 0}};
        add_largest(row, "lsb", count.lsb);
        add_largest(row, "ulp", count.ulp);
        rows.push_back(std::move(row));
    }
    return rows;
}

Json distances_view(const CampaignReport& campaign) {
    const ElementCount all = elements_in_all(campaign);
    return Json::array({distance_view(campaign, all.lsb, "LSB", "integers", "distances-lsb"),
                        distance_view(campaign, all.ulp, "ulp", "floats", "distances-ulp")});
}

Json sharpness_view(const CampaignReport& campaign) {
    Json rows = Json::array();
    std::int64_t caught = 0;
    for (const FaultCaught& each : campaign.faults) {
        const std::int64_t share = each.examined == 0 ? 0 : 100 * each.exposed / each.examined;
        caught += each.exposed > 0 ? 1 : 0;
        rows.push_back({{"fault", each.id},
                        {"fault_name", each.name},
                        {"fault_cases", grouped(each.cases)},
                        {"examined", each.examined},
                        {"exposed", each.exposed},
                        {"share", share},
                        {"shade", share / 10},
                        {"is_missed", each.exposed == 0}});
    }
    return {{"caught", caught},
            {"faults", campaign.faults.size()},
            {"is_known", !campaign.faults.empty()},
            {"rows", std::move(rows)}};
}

Json reasons_view(const CampaignReport& campaign) {
    Json rows = Json::array();
    add_reasons(rows, campaign.refusals, "refused");
    add_reasons(rows, campaign.vacuous, "vacuous");
    add_reasons(rows, campaign.out_of_contract, "partly outside the contract");
    for (const auto& [reason, count] : campaign.resampled) {
        rows.push_back({{"what", "drawn again"}, {"reason", reason}, {"count", count}, {"rungs", ""}});
    }
    for (const RungNotRun& rung : campaign.not_run) {
        rows.push_back({{"what", rung.backend + " " + rung.isa + " not run"},
                        {"reason", rung.reason},
                        {"count", ""},
                        {"rungs", ""}});
    }
    return rows;
}

Json coverage_view(const CampaignReport& campaign) {
    std::set<std::string> rungs;
    for (const OperationCoverage& each : campaign.coverage.operations) {
        for (const auto& [rung, count] : each.judged_on) {
            rungs.insert(rung);
        }
    }
    Json rows = Json::array();
    for (const OperationCoverage& each : campaign.coverage.operations) {
        if (each.possible == 0) {
            continue;
        }
        Json cells = Json::array();
        for (const std::string& rung : rungs) {
            const auto found = each.judged_on.find(rung);
            const std::int64_t judged = found == each.judged_on.end() ? 0 : found->second;
            const std::int64_t share = 100 * judged / each.possible;
            cells.push_back({{"share", share}, {"shade", share / 10}, {"rung", rung}, {"judged", judged}});
        }
        rows.push_back({{"operation", each.operation},
                        {"possible", each.possible},
                        {"drawn", each.drawn},
                        {"cells", std::move(cells)}});
    }
    return {{"rungs", Json(rungs)}, {"rows", std::move(rows)}, {"missed", campaign.coverage.missed.size()}};
}

}  // namespace difftest::harness
