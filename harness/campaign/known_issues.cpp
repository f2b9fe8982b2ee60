#include "harness/campaign/known_issues.hpp"

#include "harness/campaign/case_features.hpp"
#include "harness/campaign/input_error.hpp"
#include "harness/campaign/json_object_reader.hpp"
#include "harness/campaign/library_version.hpp"
#include "reference/graph/plan_pattern.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace difftest::harness {
namespace {

bool contains(const std::vector<std::string>& list, std::string_view value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

ReleaseRange read_range(const JsonObjectReader& reader) {
    reader.allow_only({"from", "before"});
    const ReleaseRange range{reader.text("from", false), reader.text("before", false)};
    if (!range.from.empty() && !LibraryVersion(range.from).known()) {
        reader.fail("from", "is no release number");
    }
    if (!range.before.empty() && !LibraryVersion(range.before).known()) {
        reader.fail("before", "is no release number");
    }
    return range;
}

std::vector<Verdict> read_verdicts(const JsonObjectReader& reader) {
    std::vector<Verdict> result;
    for (const std::string& name : reader.texts("verdicts")) {
        const std::optional<Verdict> verdict = verdict_from(name);
        if (!verdict || !is_failure(*verdict)) {
            reader.fail("verdicts", fmt::format("'{}' is no failing verdict", name));
        }
        result.push_back(*verdict);
    }
    if (result.empty()) {
        reader.fail("verdicts", "must name at least one verdict");
    }
    return result;
}

bool has_operation(const graph::Graph& graph, const std::string& operation) {
    return std::any_of(graph.nodes.begin(), graph.nodes.end(),
                       [&operation](const graph::Node& node) { return graph::name_of(node.operation) == operation; });
}

bool is_named(const std::vector<std::string>& parts, const std::string& implementation) {
    return std::any_of(parts.begin(), parts.end(), [&implementation](const std::string& part) {
        return implementation.find(part) != std::string::npos;
    });
}

bool has_implementation(const FailingRun& run, const std::vector<std::string>& parts) {
    return run.partitions != nullptr &&
           std::any_of(run.partitions->begin(), run.partitions->end(),
                       [&parts](const auto& partition) { return is_named(parts, partition.implementation); });
}

/// Of the plan where the library has not said what it chose: after a crash.
std::vector<std::string> nodes_beside(const graph::Node& node, const FailingRun& run) {
    if (run.partitions != nullptr) {
        for (const backends::PartitionReport& each : *run.partitions) {
            if (contains(each.nodes, node.name)) {
                return each.nodes;
            }
        }
    }
    if (run.plan != nullptr) {
        for (const backends::Partition& each : run.plan->partitions) {
            if (contains(each.nodes, node.name)) {
                return each.nodes;
            }
        }
    }
    return {node.name};
}

bool runs_in(const graph::Node& node, const FailingRun& run, const std::vector<std::string>& parts) {
    return parts.empty() ||
           (run.partitions != nullptr &&
            std::any_of(run.partitions->begin(), run.partitions->end(), [&](const auto& partition) {
                return contains(partition.nodes, node.name) && is_named(parts, partition.implementation);
            }));
}

bool has_attributes(const graph::Case& value, const graph::Node& node, const std::vector<std::string>& wanted) {
    const auto id = static_cast<graph::NodeId>(&node - value.graph.nodes.data());
    const std::vector<std::string> attributes = wanted.empty() ? wanted : node_attributes(value, id);
    return std::all_of(wanted.begin(), wanted.end(), [&attributes](const std::string& part) {
        return std::any_of(attributes.begin(), attributes.end(),
                           [&part](const std::string& each) { return each.find(part) != std::string::npos; });
    });
}

bool has_node(const IssueTrigger& trigger, const FailingRun& run) {
    if (run.value == nullptr) {
        return false;
    }
    const graph::Graph& graph = run.value->graph;
    return std::any_of(graph.nodes.begin(), graph.nodes.end(), [&](const graph::Node& node) {
        const bool is_one =
            trigger.node_operations.empty() || contains(trigger.node_operations, graph::name_of(node.operation));
        return is_one && (run.suspects.empty() || contains(run.suspects, node.name)) &&
               runs_in(node, run, trigger.implementations) &&
               has_attributes(*run.value, node, trigger.node_attributes) &&
               all_hold(trigger.where, facts_of(graph, node, nodes_beside(node, run), run.infinite));
    });
}

bool has_stage(Verdict verdict) {
    return verdict == Verdict::crash || verdict == Verdict::hang;
}

bool triggered(const IssueTrigger& trigger, const FailingRun& run) {
    const auto has_trait = [&run](const std::string& trait) {
        return run.plan != nullptr && contains(run.plan->traits, trait);
    };
    const auto in_graph = [&run](const std::string& operation) {
        return run.value != nullptr && has_operation(run.value->graph, operation);
    };
    return std::all_of(trigger.plan_traits.begin(), trigger.plan_traits.end(), has_trait) &&
           std::all_of(trigger.operations.begin(), trigger.operations.end(), in_graph) &&
           (trigger.isas.empty() || contains(trigger.isas, run.isa)) &&
           (trigger.plans.empty() || (run.plan != nullptr && graph::matches_plan(trigger.plans, run.plan->name))) &&
           (trigger.stages.empty() || !has_stage(run.verdict) || contains(trigger.stages, run.stage)) &&
           (trigger.implementations.empty() || has_implementation(run, trigger.implementations)) &&
           (trigger.messages.empty() ||
            std::any_of(trigger.messages.begin(), trigger.messages.end(),
                        [&run](const std::string& text) { return run.reason.find(text) != std::string::npos; })) &&
           (!trigger.is_about_a_node() || has_node(trigger, run));
}

bool fits(const KnownIssue& issue, const FailingRun& run) {
    return run.backend == issue.backend &&
           std::find(issue.verdicts.begin(), issue.verdicts.end(), run.verdict) != issue.verdicts.end() &&
           triggered(issue.trigger, run);
}

void read_node(const JsonObjectReader& trigger, IssueTrigger& into) {
    const JsonObjectReader node = trigger.object("node");
    node.allow_only({"operations", "attributes", "where"});
    into.node_operations = node.texts("operations");
    into.node_attributes = node.texts("attributes");
    for (const std::string& text : node.texts("where")) {
        try {
            into.where.emplace_back(text);
        } catch (const std::invalid_argument& error) {
            node.fail("where", error.what());
        }
    }
    if (!into.is_about_a_node()) {
        node.fail("", "must name an operation, an attribute or a condition");
    }
}

}  // namespace

bool affects(const KnownIssue& issue, const std::string& library, const std::string& library_version) {
    const LibraryVersion version(library_version);
    if (!version.known() || !library.starts_with(issue.library)) {
        return false;
    }
    return std::any_of(issue.affected.begin(), issue.affected.end(), [&version](const ReleaseRange& range) {
        return (range.from.empty() || version >= LibraryVersion(range.from)) &&
               (range.before.empty() || version < LibraryVersion(range.before));
    });
}

bool is_about_one_of(const IssueTrigger& trigger, const graph::Case& value,
                     const std::vector<backends::PartitionReport>& partitions,
                     const std::vector<backends::PartitionReport>& suspected,
                     const std::vector<std::string>& infinite) {
    FailingRun run;
    run.infinite = infinite;
    run.value = &value;
    run.partitions = &partitions;
    for (const backends::PartitionReport& each : suspected) {
        run.suspects.insert(run.suspects.end(), each.nodes.begin(), each.nodes.end());
    }
    return has_node(trigger, run);
}

bool explains(const KnownIssue& issue, const FailingRun& run) {
    return affects(issue, run.library, run.library_version) && fits(issue, run);
}

bool is_fixed_in(const KnownIssue& issue, const std::string& library, const std::string& library_version) {
    const LibraryVersion version(library_version);
    return version.known() && library.starts_with(issue.library) && !affects(issue, library, library_version) &&
           std::any_of(issue.affected.begin(), issue.affected.end(), [&version](const ReleaseRange& range) {
               return !range.before.empty() && version >= LibraryVersion(range.before);
           });
}

bool is_regression(const KnownIssue& issue, const FailingRun& run) {
    return is_fixed_in(issue, run.library, run.library_version) && fits(issue, run);
}

KnownIssue read_known_issue(const std::filesystem::path& file) {
    const nlohmann::json document = parse_json_file(file);
    const JsonObjectReader reader(document, file.string(), "");
    reader.allow_only({"format", "version", "id", "title", "backend", "library", "affected", "trigger", "verdicts",
                       "case", "evidence", "upstream"});
    if (reader.text("format") != "difftest-known-issue") {
        reader.fail("format", "must be \"difftest-known-issue\"");
    }
    KnownIssue issue;
    issue.id = reader.text("id");
    if (issue.id != file.stem().string()) {
        reader.fail("id", fmt::format("must be the name of the file, '{}'", file.stem().string()));
    }
    issue.title = reader.text("title");
    issue.backend = reader.text("backend");
    issue.library = reader.text("library");
    for (const JsonObjectReader& range : reader.objects("affected")) {
        issue.affected.push_back(read_range(range));
    }
    const JsonObjectReader trigger = reader.object("trigger");
    trigger.allow_only({"plan_traits", "plans", "operations", "isas", "stages", "implementations", "messages", "node"});
    issue.trigger = {trigger.texts("plan_traits"),
                     trigger.texts("plans"),
                     trigger.texts("operations"),
                     trigger.texts("isas"),
                     trigger.texts("stages"),
                     trigger.texts("implementations"),
                     trigger.texts("messages"),
                     {},
                     {},
                     {}};
    if (trigger.has("node")) {
        read_node(trigger, issue.trigger);
    }
    if (!issue.trigger.is_about_a_node() && issue.trigger.plan_traits.empty() && issue.trigger.operations.empty() &&
        issue.trigger.implementations.empty()) {
        reader.fail("trigger", "must name a plan trait, an operation, an implementation or a node");
    }
    issue.verdicts = read_verdicts(reader);
    issue.case_file = file.parent_path() / reader.text("case");
    issue.evidence = reader.text("evidence");
    issue.upstream = reader.text("upstream");
    return issue;
}

std::vector<KnownIssue> read_known_issues(const std::filesystem::path& directory) {
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
        const std::string name = entry.path().filename().string();
        if (name.ends_with(".json") && !name.ends_with(".case.json")) {
            files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end());
    std::vector<KnownIssue> issues;
    issues.reserve(files.size());
    for (const std::filesystem::path& file : files) {
        issues.push_back(read_known_issue(file));
    }
    return issues;
}

}  // namespace difftest::harness
