#include "harness/report/observation_view.hpp"

#include "reference/graph/json_number.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace difftest::harness {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostPlanes = 3;
constexpr std::int64_t kMostCells = 32;  ///< in a row, and rows in a plane

/// "off1" to "off4": how far outside, by powers of ten.
std::string cell_class(const Json& element) {
    const auto how = element.at(2).get<std::string>();
    if (how != "outside") {
        return how == "allowed" ? "many" : how == "free" ? "free" : "";
    }
    if (element.at(3).is_null()) {
        return "off4";
    }
    const double distance = element.at(3).get<double>();
    return fmt::format("off{}", distance <= 1 ? 1 : distance <= 10 ? 2 : distance <= 100 ? 3 : 4);
}

Json cell(const Json& element, const std::string& place) {
    const auto allowed = element.at(0).get<std::string>();
    const auto got = element.at(1).get<std::string>();
    const bool outside = element.at(2) == "outside";
    return {{"cell_class", cell_class(element)},
            {"cell_title", fmt::format("{}: allowed {}, got {}", place, allowed, got)},
            {"cell_got", got},
            {"cell_allowed", outside ? Json("allowed " + allowed) : Json()}};
}

struct PlaneShape {
    std::int64_t rows = 1;
    std::int64_t columns = 1;
    std::int64_t size() const { return rows * columns; }
};

/// The last two dimensions.
PlaneShape plane_of(const std::vector<std::int64_t>& shape) {
    PlaneShape plane;
    plane.columns = shape.empty() ? 1 : shape.back();
    plane.rows = shape.size() < 2 ? 1 : shape[shape.size() - 2];
    return plane;
}

bool is_outside(const Json& element) {
    return element.at(2) == "outside";
}

Json plane(const Json& elements, std::int64_t first, const PlaneShape& shape, const std::string& name) {
    Json rows = Json::array();
    for (std::int64_t row = 0; row < std::min(shape.rows, kMostCells); ++row) {
        Json cells = Json::array();
        for (std::int64_t column = 0; column < std::min(shape.columns, kMostCells); ++column) {
            const auto at = static_cast<std::size_t>(first + row * shape.columns + column);
            cells.push_back(cell(elements.at(at), fmt::format("{}, row {}, column {}", name, row, column)));
        }
        rows.push_back({{"plane_cells", std::move(cells)}});
    }
    return rows;
}

std::vector<std::int64_t> extents_of(const Json& output) {
    std::vector<std::int64_t> extents;
    for (const Json& each : output.at("shape")) {
        extents.push_back(graph::whole_number<std::int32_t>(each));  // the product of two must not overflow
    }
    return extents;
}

/// The planes of a tensor with an element outside, or the first one.
void add_planes(Json& planes, const Json& output, const std::string& of) {
    const Json& elements = output.at("elements");
    const std::vector<std::int64_t> extents = extents_of(output);
    const PlaneShape shape = plane_of(extents);
    std::vector<std::int64_t> shown;
    const auto count = std::ssize(elements);
    for (std::int64_t first = 0; shape.size() > 0 && first + shape.size() <= count; first += shape.size()) {
        const auto begin = elements.begin() + first;
        if (shown.size() < kMostPlanes && std::any_of(begin, begin + shape.size(), is_outside)) {
            shown.push_back(first);
        }
    }
    if (shown.empty() && shape.size() > 0 && shape.size() <= count) {
        shown.push_back(0);
    }
    const auto outside = std::count_if(elements.begin(), elements.end(), is_outside);
    for (const std::int64_t first : shown) {
        const std::string name =
            fmt::format("{} [{}]", output.at("tensor").get<std::string>(), fmt::join(extents, ","));
        const bool is_cut = shape.rows > kMostCells || shape.columns > kMostCells;
        planes.push_back(
            {{"plane_title", fmt::format("{}: {}, plane {}", of, name, first / shape.size())},
             {"plane_text", fmt::format("{} of {} elements outside{}; a cell shows what came, and below it "
                                        "what would be allowed where that is something else",
                                        outside, count, is_cut ? ", the first rows and columns" : "")},
             {"plane_rows", plane(elements, first, shape, name)}});
    }
}

std::string histogram_text(const Json& bars) {
    std::string text;
    for (const Json& bar : bars) {
        text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", bar.at("label").get<std::string>(),
                            graph::whole_number<std::int64_t>(bar.at("count")));
    }
    return text;
}

Json trace_view(const Json& trace) {
    Json rows = Json::array();
    for (const Json& step : trace) {
        rows.push_back({{"trace_node", step.at("node")},
                        {"trace_operation", step.at("operation")},
                        {"trace_at", step.at("at")},
                        {"trace_operands", step.at("operands")},
                        {"trace_allowed", step.at("allowed")},
                        {"trace_got", step.at("got").is_null() ? Json("not stored") : step.at("got")},
                        {"trace_wrong", step.at("wrong")}});
    }
    return rows;
}

}  // namespace

void add_observation(Json& view, const Json& observation) {
    Json minimal_planes = Json::array();
    Json passing_planes = Json::array();
    Json original_planes = Json::array();
    Json histogram = Json::array();
    Json trace = Json::array();
    const auto part = [&observation](const char* name) {
        return observation.is_object() ? observation.value(name, Json()) : Json();
    };
    if (const Json minimal = part("minimal"); minimal.is_object()) {
        for (const Json& output : minimal.at("outputs")) {
            add_planes(minimal_planes, output, "Fails");
        }
        trace = trace_view(minimal.at("trace"));
    }
    if (const Json passing = part("passing"); passing.is_object()) {
        for (const Json& output : passing.at("outputs")) {
            add_planes(passing_planes, output, "Passes");
        }
    }
    if (const Json original = part("original"); original.is_object()) {
        for (const Json& output : original.at("outputs")) {
            add_planes(original_planes, output, "Original case");
            if (histogram.empty()) {
                histogram = output.at("histogram");
            }
        }
    }
    view["has_minimal_planes"] = !minimal_planes.empty();
    view["has_passing_planes"] = !passing_planes.empty();
    view["minimal_planes"] = std::move(minimal_planes);
    view["passing_planes"] = std::move(passing_planes);
    view["original_planes"] = std::move(original_planes);
    view["histogram_text"] = histogram_text(histogram);
    view["has_histogram"] = !histogram.empty();
    view["histogram"] = std::move(histogram);
    view["has_trace"] = !trace.empty();
    view["trace"] = std::move(trace);
}

}  // namespace difftest::harness
