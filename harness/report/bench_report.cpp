#include "harness/report/bench_report.hpp"

#include "harness/report/text_table.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace difftest::harness {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::nanoseconds;

/// Two executions, and one of a fresh executable.
constexpr double kLaunchesOfARun = 3;

double seconds(nanoseconds time) {
    return std::chrono::duration<double>(time).count();
}

double quotient(double dividend, double divisor) {
    return divisor > 0 ? dividend / divisor : 0;
}

double median_ratio(const std::vector<BenchRound>& rounds, nanoseconds BenchRound::*checked,
                    nanoseconds BenchRound::*bare) {
    std::vector<double> ratios;
    for (const BenchRound& round : rounds) {
        ratios.push_back(quotient(seconds(round.*checked), seconds(round.*bare)));
    }
    std::sort(ratios.begin(), ratios.end());
    return ratios.empty() ? 0 : ratios[(ratios.size() - 1) / 2];
}

std::string milliseconds_text(nanoseconds time) {
    return fmt::format("{:.2f}", 1e3 * seconds(time));
}

std::string rounds_text(const BenchReport& report, const ScreenStyle& style) {
    TextTable table({{"round", Align::right},
                     {"bare ms", Align::right},
                     {"checked ms", Align::right},
                     {"ratio", Align::right},
                     {"processor", Align::right},
                     {"load", Align::right},
                     {"plan", Align::right},
                     {"run", Align::right},
                     {"oracle", Align::right},
                     {"compare", Align::right}});
    for (std::size_t index = 0; index < report.rounds.size(); ++index) {
        const BenchRound& round = report.rounds[index];
        table.add_row({fmt::format("{}", index + 1), milliseconds_text(round.bare), milliseconds_text(round.checked),
                       fmt::format("{:.2f}", quotient(seconds(round.checked), seconds(round.bare))),
                       fmt::format("{:.2f}", quotient(seconds(round.checked_processor), seconds(round.bare_processor))),
                       milliseconds_text(round.load), milliseconds_text(round.plan), milliseconds_text(round.run),
                       milliseconds_text(round.oracle), milliseconds_text(round.compare)});
    }
    return table.text("  ", style.width);
}

std::string shapes_text(const BenchReport& report, const ScreenStyle& style) {
    TextTable table({{"shape"},
                     {"multiply-accumulates", Align::right},
                     {"oracle G/s", Align::right},
                     {"library G/s", Align::right},
                     {"ratio", Align::right},
                     {"implementation"}});
    for (const BenchShape& shape : report.shapes) {
        table.add_row({shape.name, fmt::format("{}", shape.multiplications),
                       fmt::format("{:.3f}", 1e-9 * shape.oracle_per_second()),
                       fmt::format("{:.3f}", 1e-9 * shape.library_per_second()), fmt::format("{:.3g}", shape.speedup()),
                       shape.implementation});
    }
    return table.text("  ", style.width);
}

std::string endurance_text(const BenchReport& report, const ScreenStyle& style) {
    TextTable table({{"cases", Align::right},
                     {"descriptors", Align::right},
                     {"threads", Align::right},
                     {"resident MiB", Align::right}});
    for (const BenchHolding& holding : report.endurance) {
        table.add_row({fmt::format("{}", holding.cases), fmt::format("{}", holding.descriptors),
                       fmt::format("{}", holding.threads),
                       fmt::format("{:.1f}", static_cast<double>(holding.resident_bytes) / (1 << 20))});
    }
    return "\nwhat one worker holds after so many cases\n" + table.text("  ", style.width);
}

Json endurance_document(const BenchReport& report) {
    Json endurance = Json::array();
    for (const BenchHolding& holding : report.endurance) {
        endurance.push_back({{"cases", holding.cases},
                             {"descriptors", holding.descriptors},
                             {"threads", holding.threads},
                             {"resident_bytes", holding.resident_bytes}});
    }
    return endurance;
}

Json round_document(const BenchRound& round) {
    return {{"bare_nanoseconds", round.bare.count()},
            {"checked_nanoseconds", round.checked.count()},
            {"ratio", quotient(seconds(round.checked), seconds(round.bare))},
            {"bare_processor_nanoseconds", round.bare_processor.count()},
            {"checked_processor_nanoseconds", round.checked_processor.count()},
            {"processor_ratio", quotient(seconds(round.checked_processor), seconds(round.bare_processor))},
            {"load_nanoseconds", round.load.count()},
            {"plan_nanoseconds", round.plan.count()},
            {"run_nanoseconds", round.run.count()},
            {"oracle_nanoseconds", round.oracle.count()},
            {"compare_nanoseconds", round.compare.count()}};
}

Json shape_document(const BenchShape& shape) {
    return {{"name", shape.name},
            {"multiplications", shape.multiplications},
            {"oracle_nanoseconds", shape.oracle.count()},
            {"library_nanoseconds", shape.library.count()},
            {"oracle_per_second", shape.oracle_per_second()},
            {"library_per_second", shape.library_per_second()},
            {"speedup", shape.speedup()},
            {"implementation", shape.implementation},
            {"is_reference", shape.is_reference}};
}

std::string device_text(const BenchReport& report, const ScreenStyle& style) {
    TextTable table({{"plan"},
                     {"build ms", Align::right},
                     {"first run ms", Align::right},
                     {"launch us", Align::right},
                     {"checked us", Align::right},
                     {"ratio", Align::right},
                     {"whole run us", Align::right},
                     {"to its three launches", Align::right},
                     {"by processor time", Align::right},
                     {"to one launch", Align::right}});
    for (const BenchDevicePlan& plan : report.device_plans) {
        table.add_row(
            {plan.plan, fmt::format("{:.0f}", plan.build_ms), fmt::format("{:.0f}", plan.first_execution_ms),
             fmt::format("{:.1f}", plan.launch_us), fmt::format("{:.1f}", plan.execute_us),
             fmt::format("{:.2f}", quotient(plan.execute_us, plan.launch_us)), fmt::format("{:.1f}", plan.run_us),
             fmt::format("{:.2f}", quotient(plan.run_us, kLaunchesOfARun * plan.launch_us)),
             fmt::format("{:.2f}", quotient(plan.run_processor_us, kLaunchesOfARun * plan.launch_processor_us)),
             fmt::format("{:.2f}", quotient(plan.run_us, plan.launch_us))});
    }
    return "\na small fused deconvolution on the device: a checked execution against a bare launch and finish\n" +
           table.text("  ", style.width);
}

Json device_document(const BenchDevicePlan& plan) {
    return {{"plan", plan.plan},
            {"build_ms", plan.build_ms},
            {"first_execution_ms", plan.first_execution_ms},
            {"launch_us", plan.launch_us},
            {"execute_us", plan.execute_us},
            {"run_us", plan.run_us},
            {"launch_processor_us", plan.launch_processor_us},
            {"run_processor_us", plan.run_processor_us}};
}

std::string random_text(const BenchReport& report, const ScreenStyle& style) {
    TextTable table({{"configuration"},
                     {"kernel caches"},
                     {"cases", Align::right},
                     {"runs", Align::right},
                     {"cases/s", Align::right},
                     {"per processor second", Align::right},
                     {"judge s", Align::right},
                     {"worker s", Align::right}});
    for (const BenchRandom& random : report.random) {
        const auto cases = static_cast<double>(random.cases);
        table.add_row(
            {random.configuration, random.caches, fmt::format("{}", random.cases), fmt::format("{}", random.runs),
             fmt::format("{:.1f}", quotient(cases, seconds(random.clock))),
             fmt::format("{:.1f}", quotient(cases, seconds(random.judge_processor + random.worker_processor))),
             fmt::format("{:.1f}", seconds(random.judge_processor)),
             fmt::format("{:.1f}", seconds(random.worker_processor))});
    }
    return "\ngenerated cases, every check on; cold: no cache has seen a kernel, warm: a fresh worker finds all\n" +
           table.text("  ", style.width);
}

Json random_document(const BenchReport& report) {
    Json result = Json::array();
    for (const BenchRandom& random : report.random) {
        result.push_back({{"configuration", random.configuration},
                          {"caches", random.caches},
                          {"cases", random.cases},
                          {"runs", random.runs},
                          {"nanoseconds", random.clock.count()},
                          {"judge_processor_nanoseconds", random.judge_processor.count()},
                          {"worker_processor_nanoseconds", random.worker_processor.count()}});
    }
    return result;
}

}  // namespace

double BenchShape::oracle_per_second() const {
    return quotient(static_cast<double>(multiplications), seconds(oracle));
}

double BenchShape::library_per_second() const {
    return quotient(static_cast<double>(multiplications), seconds(library));
}

double BenchReport::clock_ratio() const {
    return median_ratio(rounds, &BenchRound::checked, &BenchRound::bare);
}

double BenchReport::processor_ratio() const {
    return median_ratio(rounds, &BenchRound::checked_processor, &BenchRound::bare_processor);
}

double BenchReport::speedup_over_reference() const {
    double logarithms = 0;
    int count = 0;
    for (const BenchShape& shape : shapes) {
        if (shape.is_reference) {
            logarithms += std::log(shape.speedup());
            ++count;
        }
    }
    return count == 0 ? 0 : std::exp(logarithms / count);
}

double BenchReport::nanoseconds_per_epilogue_element() const {
    return quotient(1e9 * seconds(epilogue), static_cast<double>(epilogue_elements));
}

std::string bench_screen(const BenchReport& report, const ScreenStyle& style) {
    std::string text = fmt::format("{}: {}, {}, {}\n", report.backend, report.library, report.isa, report.runtime);
    std::string verdicts;
    for (const auto& [verdict, count] : report.verdicts) {
        verdicts += fmt::format("{}{} {}", verdicts.empty() ? "" : ", ", count, verdict);
    }
    text += fmt::format("\n{} small int8 convolutions, every check on ({}), against bare create + execute\n",
                        report.cases, verdicts);
    text += rounds_text(report, style);
    const bool reached = report.clock_ratio() <= kBenchGoal;
    text += fmt::format("  {}ratio {:.2f} by the clock, {:.2f} by processor time; goal at most {:.1f}{}\n",
                        reached ? style.pass() : style.failure(), report.clock_ratio(), report.processor_ratio(),
                        kBenchGoal, style.reset());
    text += report.device_plans.empty() ? "" : device_text(report, style);
    text += report.random.empty() ? "" : random_text(report, style);
    text += report.endurance.empty() ? "" : endurance_text(report, style);
    text += "\nthe oracle against the library, multiply-accumulates per second\n";
    text += shapes_text(report, style);
    text += report.speedup_over_reference() > 0
                ? fmt::format("  the oracle is {:.3g} times as fast as the library's reference implementation\n",
                              report.speedup_over_reference())
                : "  the library ran no reference implementation\n";
    return text + fmt::format("  the oracle's epilogue takes {:.1f} ns per output element\n",
                              report.nanoseconds_per_epilogue_element());
}

std::string bench_document(const BenchReport& report) {
    Json rounds = Json::array();
    for (const BenchRound& round : report.rounds) {
        rounds.push_back(round_document(round));
    }
    Json shapes = Json::array();
    for (const BenchShape& shape : report.shapes) {
        shapes.push_back(shape_document(shape));
    }
    Json device_plans = Json::array();
    for (const BenchDevicePlan& plan : report.device_plans) {
        device_plans.push_back(device_document(plan));
    }
    const Json document = {{"format", "difftest-bench"},
                           {"version", 1},
                           {"backend", report.backend},
                           {"library", report.library},
                           {"isa", report.isa},
                           {"runtime", report.runtime},
                           {"cases", report.cases},
                           {"verdicts", report.verdicts},
                           {"goal", kBenchGoal},
                           {"clock_ratio", report.clock_ratio()},
                           {"processor_ratio", report.processor_ratio()},
                           {"rounds", std::move(rounds)},
                           {"endurance", endurance_document(report)},
                           {"device_plans", std::move(device_plans)},
                           {"random", random_document(report)},
                           {"shapes", std::move(shapes)},
                           {"speedup_over_reference",
                            report.speedup_over_reference() > 0 ? Json(report.speedup_over_reference()) : Json()},
                           {"epilogue",
                            {{"elements", report.epilogue_elements},
                             {"nanoseconds", report.epilogue.count()},
                             {"nanoseconds_per_element", report.nanoseconds_per_epilogue_element()}}}};
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace difftest::harness
