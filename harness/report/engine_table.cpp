#include "harness/report/engine_table.hpp"

#include "harness/compare/error_steps.hpp"
#include "harness/report/text_table.hpp"
#include "reference/oracle/allowed_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace difftest::harness {
namespace {

/// Of two values that are not the same.
double steps_between(double a, double b, graph::DataType type) {
    if (std::isnan(a) || std::isnan(b)) {
        return HUGE_VAL;
    }
    return std::max(error_steps(oracle::AllowedSet{{{a, a}}}, b, type),
                    error_steps(oracle::AllowedSet{{{b, b}}}, a, type));
}

EngineDistance distance_between(const std::vector<graph::TensorData>& a, const std::vector<graph::TensorData>& b) {
    EngineDistance distance;
    for (std::size_t output = 0; output < std::min(a.size(), b.size()); ++output) {
        for (std::int64_t i = 0; i < std::min(a[output].size(), b[output].size()); ++i) {
            const double x = a[output].at(i);
            const double y = b[output].at(i);
            if (x == y || (std::isnan(x) && std::isnan(y))) {
                continue;
            }
            ++distance.different;
            distance.most = std::max(distance.most, steps_between(x, y, a[output].type()));
        }
    }
    return distance;
}

double most_outside(const RunEntry& entry) {
    double most = 0;
    for (const Comparison& output : entry.outputs) {
        most = std::max(most, output.distances.most);
    }
    return most;
}

std::string library_of(const RunReport& report, const std::string& backend) {
    const auto found = std::find_if(report.backends.begin(), report.backends.end(),
                                    [&backend](const BackendUsed& each) { return each.name == backend; });
    return found == report.backends.end() ? "" : found->library;
}

std::string verdict_of(const RunEntry& entry) {
    return std::string(entry.known_issue ? "known" : name_of(entry.judgement.verdict));
}

class TableBuilder {
public:
    TableBuilder(const RunReport& report, std::string case_name) : report_(report) {
        table_.case_name = std::move(case_name);
    }

    void add(const RunEntry& entry) {
        std::string run = entry.isa.empty() ? entry.plan : fmt::format("{} {}", entry.plan, entry.isa);
        for (EngineAnswer& answer : table_.answers) {
            if (answer.backend == entry.backend && answer.verdict == verdict_of(entry) &&
                answer.contract == entry.contract && answer.first->given == entry.given) {
                answer.runs.push_back(std::move(run));
                return;
            }
        }
        table_.answers.push_back({entry.backend,
                                  library_of(report_, entry.backend),
                                  {std::move(run)},
                                  entry.contract,
                                  verdict_of(entry),
                                  entry.judged(),
                                  entry.outside(),
                                  most_outside(entry),
                                  &entry});
    }

    EngineTable build() {
        for (const EngineAnswer& a : table_.answers) {
            auto& row = table_.distances.emplace_back();
            for (const EngineAnswer& b : table_.answers) {
                const bool both = !a.first->given.empty() && !b.first->given.empty();
                row.push_back(both ? std::optional(distance_between(a.first->given, b.first->given)) : std::nullopt);
            }
        }
        return std::move(table_);
    }

private:
    const RunReport& report_;
    EngineTable table_;
};

std::string distance_text(const std::optional<EngineDistance>& distance) {
    if (!distance) {
        return "-";
    }
    return distance->different == 0 ? "same" : fmt::format("{} (by {:.4g})", distance->different, distance->most);
}

}  // namespace

std::vector<EngineTable> engine_tables(const RunReport& report) {
    std::vector<EngineTable> tables;
    std::vector<std::string> cases;
    for (const RunEntry& entry : report.entries) {
        if (std::find(cases.begin(), cases.end(), entry.case_name) == cases.end()) {
            cases.push_back(entry.case_name);
        }
    }
    for (const std::string& name : cases) {
        std::set<std::string> backends;
        std::set<std::string> supported;
        for (const RunEntry& entry : report.entries) {
            if (entry.case_name == name) {
                backends.insert(entry.backend);
                if (entry.judgement.verdict != Verdict::unsupported) {
                    supported.insert(entry.backend);
                }
            }
        }
        if (backends.size() < 2) {
            continue;
        }
        TableBuilder builder(report, name);
        for (const RunEntry& entry : report.entries) {
            if (entry.case_name == name &&
                (entry.judgement.verdict != Verdict::unsupported || !supported.contains(entry.backend))) {
                builder.add(entry);
            }
        }
        tables.push_back(builder.build());
    }
    return tables;
}

std::string engine_table_text(const EngineTable& table, std::optional<std::size_t> width) {
    constexpr std::size_t kMostCompared = 8;
    if (table.answers.empty()) {
        return "";
    }
    const std::size_t compared = std::min(table.answers.size(), kMostCompared);
    std::vector<Column> columns{
        {"", Align::right}, {"engine", Align::left, 12}, {"runs", Align::left, 12}, {"contract", Align::left, 10},
        {"verdict"},        {"outside", Align::right},   {"by", Align::right}};
    for (std::size_t i = 0; i < compared; ++i) {
        columns.push_back({fmt::format("not as {}", i + 1), Align::right});
    }
    TextTable text(std::move(columns));
    for (std::size_t i = 0; i < table.answers.size(); ++i) {
        const EngineAnswer& answer = table.answers[i];
        const std::string more = answer.runs.size() > 1 ? fmt::format(" + {} runs", answer.runs.size() - 1) : "";
        std::vector<std::string> cells{fmt::format("{}", i + 1),
                                       answer.backend,
                                       answer.runs.front() + more,
                                       answer.contract,
                                       answer.verdict,
                                       fmt::format("{}", answer.outside),
                                       answer.outside > 0 ? fmt::format("{:.4g}", answer.most) : ""};
        for (std::size_t j = 0; j < compared; ++j) {
            cells.push_back(i == j ? "" : distance_text(table.distances[i][j]));
        }
        text.add_row(std::move(cells));
    }
    return fmt::format(
        "  engines against each other (elements that differ, and by how many LSB or ulp at most; \"outside\" is each "
        "one's "
        "own contract: the oracle decides, not a vote)\n{}",
        text.text("  ", width));
}

}  // namespace difftest::harness
