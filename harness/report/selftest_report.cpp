#include "harness/report/selftest_report.hpp"

#include "harness/report/template_text.hpp"
#include "harness/report/text_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>

namespace difftest::harness {
namespace {

template <class Kind>
std::int64_t count(const SelfTestReport& report, const Kind& kind) {
    return std::count_if(report.rows.begin(), report.rows.end(), kind);
}

std::string result_text(const SelfTestRow& row) {
    if (!row.why_not.empty()) {
        return row.why_not;
    }
    return fmt::format("{}", fmt::join(row.named, "; or "));
}

}  // namespace

std::int64_t SelfTestReport::detected() const {
    return count(*this, [](const SelfTestRow& row) { return row.detected(); });
}

std::int64_t SelfTestReport::named_exactly() const {
    return count(*this, [](const SelfTestRow& row) { return row.named_exactly(); });
}

std::int64_t SelfTestReport::among_first(std::int64_t rank) const {
    return count(*this, [rank](const SelfTestRow& row) { return row.rank > 0 && row.rank <= rank; });
}

std::int64_t SelfTestReport::wrongly_named() const {
    return count(*this, [](const SelfTestRow& row) { return !row.named.empty() && row.rank == 0; });
}

std::string selftest_screen(const SelfTestReport& report) {
    TextTable table({{"fault"},
                     {"name"},
                     {"case", Align::right},
                     {"applicable", Align::right},
                     {"verdict"},
                     {"nodes", Align::right},
                     {"elements", Align::right},
                     {"rank", Align::right},
                     {"seconds", Align::right},
                     {"named"}});
    for (const SelfTestRow& row : report.rows) {
        table.add_row({row.id, row.name, row.exposed ? fmt::format("{}", *row.exposed) : "-",
                       fmt::format("{}", row.applicable), row.verdict.empty() ? "-" : row.verdict,
                       fmt::format("{}", row.nodes), fmt::format("{}", row.elements),
                       row.rank == 0 ? "-" : fmt::format("{} of {}", row.rank, row.named.size()),
                       fmt::format("{:.2f}", row.diagnosis_seconds), result_text(row)});
    }
    const auto all = static_cast<std::int64_t>(report.rows.size());
    return fmt::format("{}: {} cases\n{}", report.configuration, report.cases, table.text("  ", std::nullopt)) +
           fmt::format("  {} of {} detected, {} named exactly, {} among the first three, {} wrongly named\n",
                       report.detected(), all, report.named_exactly(), report.among_first(3), report.wrongly_named()) +
           fmt::format("  the correct backend: {} findings on {} cases\n", report.correct_findings,
                       report.correct_cases);
}

namespace {

nlohmann::ordered_json document_of(const SelfTestReport& report) {
    nlohmann::ordered_json document{{"selftest_version", 1},
                                    {"configuration", report.configuration},
                                    {"cases", report.cases},
                                    {"faults", report.rows.size()},
                                    {"detected", report.detected()},
                                    {"named_exactly", report.named_exactly()},
                                    {"among_first_three", report.among_first(3)},
                                    {"wrongly_named", report.wrongly_named()},
                                    {"correct_cases", report.correct_cases},
                                    {"correct_findings", report.correct_findings}};
    document["rows"] = nlohmann::ordered_json::array();
    for (const SelfTestRow& row : report.rows) {
        nlohmann::ordered_json entry{{"id", row.id}, {"name", row.name}, {"applicable", row.applicable}};
        if (row.exposed) {
            entry["exposed_by_index"] = *row.exposed;
        }
        entry["verdict"] = row.verdict;
        entry["minimal_nodes"] = row.nodes;
        entry["minimal_elements"] = row.elements;
        entry["one_minimal"] = row.one_minimal;
        entry["named"] = row.named;
        entry["rank"] = row.rank;
        entry["diagnosis_seconds"] = row.diagnosis_seconds;
        entry["why_not"] = row.why_not;
        document["rows"].push_back(std::move(entry));
    }
    return document;
}

}  // namespace

std::string selftest_document(const SelfTestReport& report) {
    return document_of(report).dump(2) + "\n";
}

std::string selftest_page(const SelfTestReport& report) {
    nlohmann::ordered_json view = document_of(report);
    const bool clean =
        report.detected() == std::ssize(report.rows) && report.wrongly_named() == 0 && report.correct_findings == 0;
    view[clean ? "is_clean" : "is_finding"] = true;
    for (std::size_t i = 0; i < report.rows.size(); ++i) {
        const SelfTestRow& row = report.rows[i];
        nlohmann::ordered_json& entry = view["rows"][i];
        entry["exposed"] = row.exposed ? fmt::format("{}", *row.exposed) : "-";
        entry["one_minimal"] = row.one_minimal ? "yes" : "no";
        entry["rank_text"] = row.rank == 0 ? "-" : fmt::format("{} of {}", row.rank, row.named.size());
        entry["seconds"] = fmt::format("{:.2f}", row.diagnosis_seconds);
        entry["result"] = result_text(row);
    }
    return fill_template("selftest.html.mustache", view, Escaping::markup);
}

}  // namespace difftest::harness
