#include "harness/report/requantize_report.hpp"

#include "harness/report/text_table.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>

namespace difftest::harness {
namespace {

using Json = nlohmann::ordered_json;

std::string number_or_dash(const std::optional<std::int32_t>& value) {
    return value ? fmt::format("{}", *value) : "-";
}

std::string percent(double share) {
    return fmt::format("{:.6g} %", 100 * share);
}

std::string text_of(const quantize::AccumulatorRange& range) {
    return range.first == range.last ? fmt::format("{}", range.first) : fmt::format("{}..{}", range.first, range.last);
}

std::string setting_text(const quantize::RequantizeTarget& target, const quantize::AccumulatorRange& accumulators) {
    return fmt::format("output {}..{}, zero point {}, accumulators {}", target.lowest, target.highest,
                       target.zero_point, text_of(accumulators));
}

Json setting(const quantize::RequantizeTarget& target, const quantize::AccumulatorRange& accumulators) {
    return {{"lowest", target.lowest},
            {"highest", target.highest},
            {"zero_point", target.zero_point},
            {"accumulators", {accumulators.first, accumulators.last}}};
}

Json optional_number(const std::optional<std::int32_t>& value) {
    return value ? Json(*value) : Json(nullptr);
}

/// The runs that are nearest to 0, in order.
std::vector<quantize::DifferingRun> nearest_runs(const RequantizeRow& row, std::size_t count) {
    std::vector<quantize::DifferingRun> runs = row.difference.runs;
    const auto distance = [](const quantize::DifferingRun& run) {
        return std::min(std::abs(std::int64_t{run.range.first}), std::abs(std::int64_t{run.range.last}));
    };
    std::stable_sort(runs.begin(), runs.end(),
                     [&distance](const auto& a, const auto& b) { return distance(a) < distance(b); });
    runs.resize(std::min(runs.size(), count));
    std::sort(runs.begin(), runs.end(), [](const auto& a, const auto& b) { return a.range.first < b.range.first; });
    return runs;
}

Json document_of(const RequantizeRow& row, std::size_t runs) {
    Json entry{{"multiplier", row.multiplier}, {"fixed_point", row.fixed_point}, {"shift", row.shift}};
    entry["not_defined"] = row.not_defined;
    const quantize::RequantizeDifference& difference = row.difference;
    entry["compared"] = difference.accumulators - difference.undefined;
    entry["undefined"] = difference.undefined;
    entry["differing"] = difference.differing;
    entry["moving"] = difference.moving;
    entry["share"] = difference.share();
    entry["moving_share"] = difference.moving_share();
    entry["largest_distance"] = difference.largest_distance;
    entry["largest_at"] = optional_number(difference.largest_at);
    entry["smallest"] = optional_number(difference.smallest);
    entry["runs_in_all"] = difference.runs.size();
    entry["runs"] = Json::array();
    for (const quantize::DifferingRun& run : nearest_runs(row, runs)) {
        entry["runs"].push_back({{"first", run.range.first}, {"last", run.range.last}, {"a", run.a}, {"b", run.b}});
    }
    return entry;
}

std::string runs_text(const RequantizeReport& report, const RequantizeRow& row, std::size_t count) {
    TextTable table({{"accumulator"},
                     {"times multiplier"},
                     {std::string(report.a.name), Align::right},
                     {std::string(report.b.name), Align::right},
                     {"distance", Align::right}});
    for (const quantize::DifferingRun& run : nearest_runs(row, count)) {
        const std::string real = fmt::format("{:.9g}", run.range.first * row.multiplier);
        table.add_row({text_of(run.range),
                       run.range.first == run.range.last
                           ? real
                           : fmt::format("{}..{:.9g}", real, run.range.last * row.multiplier),
                       fmt::format("{}", run.a), fmt::format("{}", run.b), fmt::format("{}", run.distance())});
    }
    return fmt::format("multiplier {} (q31 {}, shift {}): {} runs differ, nearest to 0:\n", row.multiplier,
                       row.fixed_point, row.shift, row.difference.runs.size()) +
           table.text("  ", std::nullopt);
}

}  // namespace

bool RequantizeReport::compared_any() const {
    return std::any_of(rows.begin(), rows.end(), [](const RequantizeRow& row) { return row.not_defined.empty(); });
}

const RequantizeRow* RequantizeReport::sharpest() const {
    const RequantizeRow* best = nullptr;
    for (const RequantizeRow& row : rows) {
        if (row.difference.smallest && (best == nullptr || std::abs(std::int64_t{*row.difference.smallest}) <
                                                               std::abs(std::int64_t{*best->difference.smallest}))) {
            best = &row;
        }
    }
    return best;
}

std::string requantize_screen(const RequantizeReport& report, std::size_t runs) {
    TextTable table({{"multiplier"},
                     {"q31", Align::right},
                     {"shift", Align::right},
                     {"differing", Align::right},
                     {"share", Align::right},
                     {"not saturated", Align::right},
                     {"largest", Align::right},
                     {"at", Align::right},
                     {"smallest", Align::right},
                     {"undefined", Align::right}});
    for (const RequantizeRow& row : report.rows) {
        const quantize::RequantizeDifference& d = row.difference;
        const std::string multiplier = fmt::format("{}", row.multiplier);
        if (!row.not_defined.empty()) {
            table.add_row({multiplier, "-", "-", "-", row.not_defined});
            continue;
        }
        table.add_row({multiplier, fmt::format("{}", row.fixed_point), fmt::format("{}", row.shift),
                       fmt::format("{}", d.differing), percent(d.share()), percent(d.moving_share()),
                       fmt::format("{}", d.largest_distance), number_or_dash(d.largest_at), number_or_dash(d.smallest),
                       fmt::format("{}", d.undefined)});
    }
    std::string text = fmt::format("a: {}  {}\nb: {}  {}\n{}\n", report.a.name, report.a.meaning, report.b.name,
                                   report.b.meaning, setting_text(report.target, report.accumulators)) +
                       table.text("  ", std::nullopt);
    const RequantizeRow* sharpest = report.sharpest();
    if (!report.compared_any()) {
        return text + "no multiplier that both rules take\n";
    }
    return text + (sharpest == nullptr ? "they agree on every accumulator\n" : runs_text(report, *sharpest, runs));
}

std::string requantize_screen(const RequantizeMatrix& matrix) {
    TextTable table({{"a"},
                     {"b"},
                     {"multipliers", Align::right},
                     {"differ in", Align::right},
                     {"mean share", Align::right},
                     {"largest share", Align::right},
                     {"largest distance", Align::right},
                     {"smallest accumulator", Align::right},
                     {"with multiplier"}});
    for (const RequantizePair& pair : matrix.pairs) {
        table.add_row({pair.a, pair.b, fmt::format("{}", pair.multipliers), fmt::format("{}", pair.differing),
                       percent(pair.mean_share), percent(pair.largest_share), fmt::format("{}", pair.largest_distance),
                       number_or_dash(pair.smallest),
                       pair.smallest ? fmt::format("{}", pair.smallest_multiplier) : "-"});
    }
    return fmt::format("{}, {} multipliers; shares of the accumulators that do not saturate alike\n",
                       setting_text(matrix.target, matrix.accumulators), matrix.multipliers) +
           table.text("  ", std::nullopt);
}

std::string requantize_document(const RequantizeReport& report, std::size_t runs) {
    Json document{{"requantize_version", 1}, {"a", report.a.name}, {"b", report.b.name}};
    document["setting"] = setting(report.target, report.accumulators);
    document["rows"] = Json::array();
    for (const RequantizeRow& row : report.rows) {
        document["rows"].push_back(document_of(row, runs));
    }
    return document.dump(2) + "\n";
}

std::string requantize_document(const RequantizeMatrix& matrix) {
    Json document{{"requantize_version", 1}};
    document["setting"] = setting(matrix.target, matrix.accumulators);
    document["pairs"] = Json::array();
    for (const RequantizePair& pair : matrix.pairs) {
        document["pairs"].push_back({{"a", pair.a},
                                     {"b", pair.b},
                                     {"multipliers", pair.multipliers},
                                     {"differing_multipliers", pair.differing},
                                     {"mean_moving_share", pair.mean_share},
                                     {"largest_moving_share", pair.largest_share},
                                     {"largest_distance", pair.largest_distance},
                                     {"smallest", optional_number(pair.smallest)},
                                     {"smallest_multiplier", pair.smallest ? Json(pair.smallest_multiplier) : Json()}});
    }
    return document.dump(2) + "\n";
}

}  // namespace difftest::harness
