#include "harness/report/quantize_report.hpp"

#include "harness/report/text_table.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace difftest::harness {
namespace {

using Json = nlohmann::ordered_json;

std::string decibel(double value) {
    return fmt::format("{:.4f}", value);
}

std::string pair_text(std::int64_t before, std::int64_t after) {
    return before == after ? fmt::format("{}", after) : fmt::format("{} -> {}", before, after);
}

Json json_of(const SignalToNoise& value) {
    return {{"qdq", value.qdq}, {"integer", value.integer}};
}

Json json_of(const QuantizedContraction& value) {
    return {{"bias_overflowed", value.bias_overflowed},
            {"scales_enlarged", value.scales_enlarged},
            {"weights_clipped", value.weights_clipped},
            {"weights_vanished", value.weights_vanished},
            {"head_room", value.head_room},
            {"channels_could_wrap", value.channels_could_wrap},
            {"largest_seen", value.largest_seen},
            {"wrapped", value.wrapped}};
}

}  // namespace

std::string quantize_screen(const QuantizeReport& report) {
    TextTable tensors({{"tensor"},
                       {"scale", Align::right},
                       {"zero point", Align::right},
                       {"before", Align::right},
                       {"integer", Align::right},
                       {"after", Align::right},
                       {"integer", Align::right}});
    for (const QuantizedTensor& row : report.tensors) {
        tensors.add_row({row.name + (row.is_output ? " (output)" : ""),
                         row.scale ? fmt::format("{:.9g}", *row.scale) : "-",
                         row.scale ? fmt::format("{}", row.zero_point) : "-", decibel(row.before.qdq),
                         decibel(row.before.integer), decibel(row.after.qdq), decibel(row.after.integer)});
    }
    TextTable contractions({{"node"},
                            {"scales enlarged", Align::right},
                            {"bias overflowed", Align::right},
                            {"weights clipped", Align::right},
                            {"vanished", Align::right},
                            {"head room", Align::right},
                            {"largest possible", Align::right},
                            {"could wrap", Align::right},
                            {"wrapped", Align::right}});
    for (const ContractionRow& row : report.contractions) {
        contractions.add_row(
            {row.place, pair_text(row.before.scales_enlarged, row.after.scales_enlarged),
             fmt::format("{} of {}", pair_text(row.before.bias_overflowed, row.after.bias_overflowed),
                         row.bias_elements),
             pair_text(row.before.weights_clipped, row.after.weights_clipped),
             fmt::format("{} of {}", pair_text(row.before.weights_vanished, row.after.weights_vanished), row.weights),
             pair_text(row.before.head_room, row.after.head_room), fmt::format("{}", row.largest_possible),
             fmt::format("{} of {}", pair_text(row.before.channels_could_wrap, row.after.channels_could_wrap),
                         row.channels),
             pair_text(row.before.wrapped, row.after.wrapped)});
    }
    return fmt::format(
               "{}: {} samples\nsignal to noise in dB, before and after small weight scales are enlarged, as QDQ "
               "and in integer kernels:\n",
               report.model, report.samples) +
           tensors.text("  ", std::nullopt) + "convolutions and products, before -> after:\n" +
           contractions.text("  ", std::nullopt);
}

std::string quantize_document(const QuantizeReport& report) {
    Json document{{"quantize_version", 1}, {"model", report.model}, {"samples", report.samples}};
    document["tensors"] = Json::array();
    for (const QuantizedTensor& row : report.tensors) {
        document["tensors"].push_back({{"tensor", row.name},
                                       {"is_output", row.is_output},
                                       {"scale", row.scale ? Json(*row.scale) : Json(nullptr)},
                                       {"zero_point", row.zero_point},
                                       {"before", json_of(row.before)},
                                       {"after", json_of(row.after)}});
    }
    document["contractions"] = Json::array();
    for (const ContractionRow& row : report.contractions) {
        document["contractions"].push_back({{"node", row.place},
                                            {"bias_elements", row.bias_elements},
                                            {"weights", row.weights},
                                            {"channels", row.channels},
                                            {"largest_possible", row.largest_possible},
                                            {"before", json_of(row.before)},
                                            {"after", json_of(row.after)}});
    }
    return document.dump(2) + "\n";
}

}  // namespace difftest::harness
