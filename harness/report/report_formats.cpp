#include "harness/report/template_text.hpp"
#include "harness/report/tolerance_document.hpp"
#include "harness/report/tolerance_view.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <stdexcept>

namespace difftest::harness {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array kFormats = {ReportFormatName{ReportFormat::html, "html", "report.html"},
                                 ReportFormatName{ReportFormat::junit, "junit", "junit.xml"},
                                 ReportFormatName{ReportFormat::sarif, "sarif", "report.sarif"},
                                 ReportFormatName{ReportFormat::markdown, "markdown", "report.md"},
                                 ReportFormatName{ReportFormat::json, "json", "tolerance.json"}};

std::string json_text(const Json& document) {
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::span<const ReportFormatName> report_formats() {
    return kFormats;
}

std::string render_report(const ToleranceReport& report, ReportFormat format) {
    switch (format) {
        case ReportFormat::json: return json_text(tolerance_document(report));
        case ReportFormat::sarif: return json_text(sarif_document(report));
        case ReportFormat::junit: return fill_template("junit.xml.mustache", tolerance_view(report), Escaping::markup);
        case ReportFormat::markdown:
            return single_blank_lines(fill_template("report.md.mustache", tolerance_view(report), Escaping::markdown));
        case ReportFormat::html: return fill_template("report.html.mustache", tolerance_view(report), Escaping::markup);
    }
    throw std::logic_error("render_report: no such format");
}

}  // namespace difftest::harness
