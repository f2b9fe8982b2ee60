#include "harness/report/sharpness_report.hpp"

#include "harness/report/text_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>

namespace difftest::harness {

std::int64_t SharpnessReport::exposed() const {
    return std::count_if(rows.begin(), rows.end(), [](const SharpnessRow& row) { return row.elements > 0; });
}

std::string sharpness_screen(const std::vector<SharpnessReport>& reports) {
    TextTable table(
        {{"case"}, {"applicable", Align::right}, {"exposed", Align::right}, {"share", Align::right}, {"not exposed"}});
    for (const SharpnessReport& report : reports) {
        std::vector<std::string> missed;
        for (const SharpnessRow& row : report.rows) {
            if (row.elements == 0) {
                missed.push_back(row.fault);
            }
        }
        const auto applicable = std::ssize(report.rows);
        table.add_row({report.case_name, fmt::format("{}", applicable), fmt::format("{}", report.exposed()),
                       applicable == 0 ? "-" : fmt::format("{} %", 100 * report.exposed() / applicable),
                       fmt::format("{}", fmt::join(missed, "; "))});
    }
    return table.text("", std::nullopt);
}

std::string sharpness_document(const std::vector<SharpnessReport>& reports) {
    nlohmann::ordered_json document{{"sharpness_version", 1}, {"cases", nlohmann::ordered_json::array()}};
    for (const SharpnessReport& report : reports) {
        nlohmann::ordered_json entry{
            {"case", report.case_name}, {"applicable", report.rows.size()}, {"exposed", report.exposed()}};
        entry["faults"] = nlohmann::ordered_json::array();
        for (const SharpnessRow& row : report.rows) {
            entry["faults"].push_back({{"fault", row.fault}, {"elements", row.elements}});
        }
        document["cases"].push_back(std::move(entry));
    }
    return document.dump(2) + "\n";
}

}  // namespace difftest::harness
