#include "harness/report/explanation.hpp"

#include "harness/compare/element_text.hpp"
#include "harness/report/json_values.hpp"
#include "harness/report/text_table.hpp"

#include <fmt/format.h>

namespace difftest::harness {
namespace {

using Json = nlohmann::ordered_json;

/// A needed value may be one that the tensor's own type could not hold, so it is shown as a real number.
std::string needed_text(const std::optional<NeededValue>& needed) {
    if (!needed) {
        return "none";
    }
    const auto text = [](double value) { return value_text(value, graph::DataType::f32); };
    return needed->lo == needed->hi ? text(needed->lo) : fmt::format("{}..{}", text(needed->lo), text(needed->hi));
}

std::string steps_text(const Explanation& explanation, const ScreenStyle& style) {
    std::vector<Column> columns{{"node", Align::left, true},
                                {"operation", Align::left, true},
                                {"operands", Align::left, true},
                                {"type"},
                                {"allowed", Align::right}};
    if (explanation.got) {
        columns.push_back({"needed", Align::right});
    }
    TextTable table(columns);
    for (std::size_t i = 0; i < explanation.trace.size(); ++i) {
        const TraceStep& step = explanation.trace[i];
        std::string operands;
        for (const TraceOperand& operand : step.operands) {
            operands += fmt::format("{}{}={}", operands.empty() ? "" : " ", operand.slot,
                                    value_text(operand.value, operand.type));
        }
        std::vector<std::string> cells{step.node, step.operation, operands, std::string(graph::name_of(step.type)),
                                       set_text(step.allowed, step.type)};
        if (explanation.got) {
            cells.push_back(needed_text(explanation.needed[i]));
        }
        table.add_row(std::move(cells));
    }
    return table.text("  ", style.width);
}

std::string taps_text(const std::string& node, const std::vector<oracle::Tap>& taps, const ScreenStyle& style) {
    TextTable table({{"data"},
                     {"weights"},
                     {"x", Align::right},
                     {"zero point", Align::right},
                     {"w", Align::right},
                     {"zero point", Align::right},
                     {"product", Align::right},
                     {"sum", Align::right}});
    std::int64_t sum = 0;
    for (const oracle::Tap& tap : taps) {
        sum += tap.product();
        table.add_row({coordinates_text(tap.data), coordinates_text(tap.weights), fmt::format("{}", tap.x),
                       fmt::format("{}", tap.data_zero_point), fmt::format("{}", tap.w),
                       fmt::format("{}", tap.weights_zero_point), fmt::format("{}", tap.product()),
                       fmt::format("{}", sum)});
    }
    return fmt::format("\ntaps of {}: {} products, sum {} (before the bias)\n{}", node, taps.size(), sum,
                       table.text("  ", style.width));
}

Json tap_document(const oracle::Tap& tap) {
    return {{"data", tap.data},
            {"weights", tap.weights},
            {"x", tap.x},
            {"data_zero_point", tap.data_zero_point},
            {"w", tap.w},
            {"weights_zero_point", tap.weights_zero_point},
            {"product", tap.product()}};
}

Json step_document(const Explanation& explanation, std::size_t index) {
    const TraceStep& step = explanation.trace[index];
    Json needed;
    if (explanation.got && explanation.needed[index]) {
        needed = {json_number(explanation.needed[index]->lo, graph::DataType::f32),
                  json_number(explanation.needed[index]->hi, graph::DataType::f32)};
    }
    return {{"node", step.node},
            {"operation", step.operation},
            {"tensor", step.tensor},
            {"type", graph::name_of(step.type)},
            {"coordinates", step.coordinates},
            {"operands", json_operands(step.operands)},
            {"allowed", json_set(step.allowed, step.type)},
            {"needed", std::move(needed)}};
}

}  // namespace

std::string explanation_screen(const Explanation& explanation, const ScreenStyle& style) {
    std::string text = fmt::format("{}: {}{} under contract {}: allowed {}", explanation.case_name, explanation.tensor,
                                   coordinates_text(explanation.coordinates), explanation.contract,
                                   set_text(explanation.allowed, explanation.type));
    if (explanation.got) {
        text += fmt::format("; {} is {}", value_text(*explanation.got, explanation.type),
                            explanation.allowed.contains(*explanation.got) ? "allowed" : "outside");
    }
    text += '\n';
    text += steps_text(explanation, style);
    if (explanation.got) {
        text += "  needed: the values next to the allowed one from which the rest of the chain gives that result\n";
    }
    for (const auto& [node, taps] : explanation.taps) {
        text += taps_text(node, taps, style);
    }
    for (const std::string& note : explanation.notes) {
        text += fmt::format("note: {}\n", note);
    }
    return text;
}

std::string explanation_document(const Explanation& explanation) {
    Json document = {{"format", "difftest-explain"},
                     {"version", 1},
                     {"case", explanation.case_name},
                     {"contract", explanation.contract},
                     {"tensor", explanation.tensor},
                     {"type", graph::name_of(explanation.type)},
                     {"coordinates", explanation.coordinates},
                     {"allowed", json_set(explanation.allowed, explanation.type)},
                     {"got", explanation.got ? json_number(*explanation.got, explanation.type) : Json()}};
    document["steps"] = Json::array();
    for (std::size_t i = 0; i < explanation.trace.size(); ++i) {
        document["steps"].push_back(step_document(explanation, i));
    }
    document["taps"] = Json::object();
    for (const auto& [node, taps] : explanation.taps) {
        document["taps"][node] = Json::array();
        for (const oracle::Tap& tap : taps) {
            document["taps"][node].push_back(tap_document(tap));
        }
    }
    document["notes"] = explanation.notes;
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace difftest::harness
