#include "harness/workbench/equivalents.hpp"

#include "harness/workbench/form_breaks.hpp"
#include "reference/graph/case_file.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace difftest::harness {
namespace {

std::string written(const graph::Case& value, const std::filesystem::path& folder, std::string name) {
    if (folder.empty()) {
        return {};
    }
    std::replace(name.begin(), name.end(), ' ', '_');
    std::replace(name.begin(), name.end(), '^', '_');
    std::filesystem::create_directories(folder);
    const std::filesystem::path file = folder / (name + ".json");
    graph::write_case(value, file);
    return file.string();
}

FormRow row_of(const EquivalentsRequest& request, graph::NodeId node, const EquivalentFormEntry& entry,
               std::vector<graph::Case>& cases) {
    FormRow row;
    row.form = entry.name;
    row.meaning = entry.meaning;
    try {
        graph::Case value = equivalent_case(request.value, node, entry.form);
        const FormComparison comparison = compare_form(request.value, node, entry.form);
        row.breaks = comparison.reason;
        row.differing = comparison.differing;
        row.nodes = static_cast<std::int64_t>(value.graph.nodes.size());
        row.file = written(value, request.folder, value.name);
        if (row.breaks.empty()) {
            cases.push_back(std::move(value));
        }
    } catch (const NoEquivalent& refusal) {
        row.why_not = refusal.what();
    }
    return row;
}

void add_breaks(const EquivalentsRequest& request, graph::NodeId node, EquivalentForm form,
                std::vector<BreakRow>& rows) {
    for (const FormBreak& found : find_breaks(request.value, node, form)) {
        BreakRow row;
        row.form = name_of(form);
        row.reason = found.reason;
        row.taps = found.taps;
        row.x = found.x;
        row.w = found.w;
        row.data_zero_point = found.data_zero_point;
        row.weights_zero_point = found.weights_zero_point;
        row.expected = found.expected;
        row.got = found.got;
        row.file = written(found.smallest, request.folder, fmt::format("breaks.{}.{}", row.form, row.reason));
        rows.push_back(std::move(row));
    }
}

}  // namespace

EquivalentsReport equivalents(const EquivalentsRequest& request) {
    const graph::NodeId node = convolution_with_zero_points(request.value, request.node);
    EquivalentsReport report;
    report.case_name = request.value.name;
    report.node = request.value.graph.node(node).name;
    RunRequest run = request.run;
    for (const EquivalentFormEntry& entry : equivalent_forms()) {
        report.forms.push_back(row_of(request, node, entry, run.cases));
    }
    if (request.runs) {
        report.runs = run_cases(run);
    }
    for (const EquivalentFormEntry& entry : equivalent_forms()) {
        if (request.searches) {
            add_breaks(request, node, entry.form, report.breaks);
        }
    }
    return report;
}

}  // namespace difftest::harness
