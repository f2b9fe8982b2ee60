#include "harness/report/requantize_report.hpp"
#include "harness/report/template_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace difftest::harness {
namespace {

using Json = nlohmann::ordered_json;

/// Where one of the rules still moves: from the end of its first step to the begin of its last, the wider of both.
quantize::AccumulatorRange moving_range(const RequantizeRow& row) {
    const auto ends = [](const std::vector<quantize::Step>& steps) {
        return quantize::AccumulatorRange{steps.front().range.last, steps.back().range.first};
    };
    const quantize::AccumulatorRange a = ends(row.steps_a);
    const quantize::AccumulatorRange b = ends(row.steps_b);
    return {std::min(a.first, b.first), std::max(a.last, b.last)};
}

/// A point at the begin of every step inside the range; Chart.js draws it as a staircase.
Json staircase(const std::vector<quantize::Step>& steps, const quantize::AccumulatorRange& inside) {
    Json points = Json::array();
    for (const quantize::Step& step : steps) {
        const std::int32_t first = std::max(step.range.first, inside.first);
        const std::int32_t last = std::min(step.range.last, inside.last);
        if (first <= last) {
            const Json y = step.stored ? Json(*step.stored) : Json(nullptr);
            points.push_back({{"x", first}, {"y", y}});
            points.push_back({{"x", last}, {"y", y}});
        }
    }
    return points;
}

/// a - b, which is 0 between the runs.
Json differences(const RequantizeRow& row, const quantize::AccumulatorRange& inside) {
    Json points = Json::array({{{"x", inside.first}, {"y", 0}}});
    for (const quantize::DifferingRun& run : row.difference.runs) {
        const std::int64_t first = std::max(run.range.first, inside.first);
        const std::int64_t last = std::min(run.range.last, inside.last);
        if (first <= last) {
            points.push_back({{"x", first}, {"y", run.a - run.b}});
            points.push_back({{"x", last + 1}, {"y", 0}});
        }
    }
    points.push_back({{"x", inside.last}, {"y", 0}});
    return points;
}

}  // namespace

std::string requantize_page(const RequantizeReport& report, std::size_t runs) {
    Json view = Json::parse(requantize_document(report, runs));
    const RequantizeRow* sharpest = report.sharpest();
    const RequantizeRow& drawn = sharpest != nullptr ? *sharpest : report.rows.front();
    Json chart{{"rules", {report.a.name, report.b.name}}};
    if (!drawn.steps_a.empty() && !drawn.steps_b.empty()) {
        const quantize::AccumulatorRange inside = moving_range(drawn);
        chart["steps"] = {{"a", staircase(drawn.steps_a, inside)},
                          {"b", staircase(drawn.steps_b, inside)},
                          {"difference", differences(drawn, inside)}};
    }
    chart["shares"] = Json::array();
    for (std::size_t i = 0; i < report.rows.size(); ++i) {
        const RequantizeRow& row = report.rows[i];
        Json& entry = view["rows"][i];
        entry["multiplier_text"] = fmt::format("{}", row.multiplier);
        entry["share_text"] = fmt::format("{:.6g} %", 100 * row.difference.share());
        entry["moving_share_text"] = fmt::format("{:.6g} %", 100 * row.difference.moving_share());
        chart["shares"].push_back(
            {{"label", entry["multiplier_text"]}, {"percent", 100 * row.difference.moving_share()}});
    }
    view["meaning_a"] = report.a.meaning;
    view["meaning_b"] = report.b.meaning;
    view["drawn_multiplier"] = fmt::format("{}", drawn.multiplier);
    view["runs"] = view["rows"][static_cast<std::size_t>(&drawn - report.rows.data())]["runs"];
    view["chart_data"] = script_json(chart);
    return fill_template("requantize.html.mustache", view, Escaping::markup);
}

}  // namespace difftest::harness
