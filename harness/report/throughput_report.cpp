#include "harness/report/throughput_report.hpp"

#include "harness/report/text_table.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace difftest::harness {
namespace {

using Json = nlohmann::ordered_json;

double per_second(std::int64_t cases, std::chrono::nanoseconds time) {
    return time.count() == 0 ? 0 : static_cast<double>(cases) * 1e9 / static_cast<double>(time.count());
}

double microseconds_each(const ThroughputRow& row, std::chrono::nanoseconds time) {
    return row.cases == 0 ? 0 : static_cast<double>(time.count()) / 1e3 / static_cast<double>(row.cases);
}

}  // namespace

double ThroughputRow::cases_per_second() const {
    return per_second(cases, clock);
}

double ThroughputRow::cases_per_processor_second() const {
    return per_second(cases, processor);
}

std::string throughput_screen(const ThroughputReport& report, const ScreenStyle& style) {
    TextTable table({{"jobs", Align::right},
                     {"cases", Align::right},
                     {"cases/s", Align::right},
                     {"cases/s of processor time", Align::right},
                     {"judge us", Align::right},
                     {"journal us", Align::right},
                     {"fold us", Align::right}});
    for (const ThroughputRow& row : report.rows) {
        table.add_row({fmt::format("{}", row.jobs), fmt::format("{}", row.cases),
                       fmt::format("{:.0f}", row.cases_per_second()),
                       fmt::format("{:.0f}", row.cases_per_processor_second()),
                       fmt::format("{:.1f}", microseconds_each(row, row.judge)),
                       fmt::format("{:.1f}", microseconds_each(row, row.journal)),
                       fmt::format("{:.1f}", microseconds_each(row, row.fold))});
    }
    std::string text = fmt::format("{}: generated cases through everything but a library\n{}", report.configuration,
                                   table.text("  ", style.width));
    for (const ThroughputHolding& each : report.holdings) {
        text += fmt::format("  after {} cases: {:.1f} MiB\n", each.cases,
                            static_cast<double>(each.resident_bytes) / (1 << 20));
    }
    return text;
}

std::string throughput_document(const ThroughputReport& report) {
    Json document = {{"format", "difftest-throughput"}, {"version", 1}, {"configuration", report.configuration}};
    document["rows"] = Json::array();
    for (const ThroughputRow& row : report.rows) {
        document["rows"].push_back({{"jobs", row.jobs},
                                    {"cases", row.cases},
                                    {"clock_nanoseconds", row.clock.count()},
                                    {"processor_nanoseconds", row.processor.count()},
                                    {"judge_nanoseconds", row.judge.count()},
                                    {"journal_nanoseconds", row.journal.count()},
                                    {"fold_nanoseconds", row.fold.count()}});
    }
    document["holdings"] = Json::array();
    for (const ThroughputHolding& each : report.holdings) {
        document["holdings"].push_back({{"cases", each.cases}, {"resident_bytes", each.resident_bytes}});
    }
    return document.dump(2) + "\n";
}

}  // namespace difftest::harness
