#include "backends/kernel_manifest/pattern_match.hpp"

#include "backends/kernel_manifest/bindings.hpp"
#include "backends/kernel_manifest/names.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace difftest::backends::kernel_manifest {
namespace {

std::string alternatives(const std::vector<AttributeValue>& values) {
    std::vector<std::string> texts;
    for (const AttributeValue& value : values) {
        texts.push_back(text_of(value));
    }
    return fmt::format("{}", fmt::join(texts, " or "));
}

std::string alternatives(const std::vector<graph::DataType>& types) {
    std::vector<std::string_view> names;
    for (const graph::DataType type : types) {
        names.push_back(graph::name_of(type));
    }
    return fmt::format("{}", fmt::join(names, " or "));
}

/// Grows a match from one node; remembers what stopped the attempt that got farthest.
class Attempt {
public:
    Attempt(const Manifest& manifest, const graph::Graph& graph) : manifest_(manifest), graph_(graph) {}

    bool start(graph::NodeId head) {
        const StepPattern& first = manifest_.pattern.front();
        const std::string complaint = complaint_about_node(first, graph_.node(head));
        if (!complaint.empty()) {
            stop(fmt::format("step '{}': {}", first.name, complaint));
            return false;
        }
        take(first, head);
        return grow(1) && meets_requirements();
    }

    Match take_match() { return std::move(match_); }
    const std::string& reason() const { return reason_; }
    std::size_t farthest() const { return farthest_; }

private:
    void take(const StepPattern& step, graph::NodeId id) {
        match_.nodes.push_back(id);
        match_.steps[step.name] = id;
    }

    void stop(std::string reason) {
        if (reason_.empty() || match_.nodes.size() > farthest_) {
            farthest_ = match_.nodes.size();
            reason_ = std::move(reason);
        }
    }

    /// Matches the pattern from that step on.
    bool grow(std::size_t index) {
        if (index == manifest_.pattern.size()) {
            return true;
        }
        const StepPattern& step = manifest_.pattern[index];
        if (const std::optional<graph::NodeId> id = next_node(step)) {
            take(step, *id);
            if (grow(index + 1)) {
                return true;
            }
            match_.nodes.pop_back();
            match_.steps.erase(step.name);
            match_.chain.erase(step.name);
        }
        return step.optional && grow(index + 1);
    }

    /// The only reader of the last result, when it is such a step.
    std::optional<graph::NodeId> next_node(const StepPattern& step) {
        const graph::TensorId last = graph_.node(match_.nodes.back()).output;
        const std::string& name = graph_.tensor(last).name;
        const std::vector<graph::NodeId> readers = graph_.consumers_of(last);
        std::string complaint;
        if (readers.empty() || graph_.is_output(last)) {
            complaint = fmt::format("'{}' is an output of the graph", name);
        } else if (readers.size() > 1) {
            complaint = fmt::format("'{}' is read {} times", name, readers.size());
        } else {
            complaint = complaint_about_reader(step, graph_.node(readers.front()), last);
        }
        if (!complaint.empty()) {
            stop(fmt::format("step '{}': {}", step.name, complaint));
            return std::nullopt;
        }
        return readers.front();
    }

    std::string complaint_about_reader(const StepPattern& step, const graph::Node& node, graph::TensorId last) {
        std::string complaint = complaint_about_node(step, node);
        if (!complaint.empty()) {
            return complaint;
        }
        const auto slot = std::find(node.inputs.begin(), node.inputs.end(), last);
        if (std::count(node.inputs.begin(), node.inputs.end(), last) > 1) {
            return fmt::format("node '{}' reads '{}' twice", node.name, graph_.tensor(last).name);
        }
        const auto index = static_cast<std::size_t>(slot - node.inputs.begin());
        if (!step.chain.empty() && graph::slot_index(node.operation, step.chain) != index) {
            return fmt::format("node '{}' reads '{}' not as its {}", node.name, graph_.tensor(last).name, step.chain);
        }
        match_.chain[step.name] = index;
        return "";
    }

    std::string complaint_about_node(const StepPattern& step, const graph::Node& node) const {
        if (node.operation.index() != step.operation.index()) {
            return fmt::format("node '{}' is {}, the pattern wants {}", node.name, graph::name_of(node.operation),
                               graph::name_of(step.operation));
        }
        const auto attributes = attributes_of(node.operation);
        for (const auto& [name, wanted] : step.attributes) {
            const AttributeValue& value = attributes.at(name);
            if (std::none_of(wanted.begin(), wanted.end(), [&value](const auto& each) { return fits(value, each); })) {
                return fmt::format("the {} of node '{}' is {}, the pattern wants {}", name, node.name, text_of(value),
                                   alternatives(wanted));
            }
        }
        for (const auto& [slot, wanted] : step.types) {
            const graph::TensorId id = slot == kOutput ? node.output : graph::input_at(node, slot);
            if (id == graph::kAbsent) {
                continue;
            }
            const graph::Tensor& tensor = graph_.tensor(id);
            if (std::find(wanted.begin(), wanted.end(), tensor.type) == wanted.end()) {
                return fmt::format("'{}', the {} of node '{}', is {}, the pattern wants {}", tensor.name, slot,
                                   node.name, graph::name_of(tensor.type), alternatives(wanted));
            }
        }
        return "";
    }

    bool meets_requirements() {
        const Bindings bindings(manifest_, graph_, match_);
        for (const Expression& requirement : manifest_.requirements) {
            try {
                if (bindings.value(requirement) == 0) {
                    stop_after_all(fmt::format("'{}' is required", requirement.text()));
                    return false;
                }
            } catch (const NotThere&) {
                continue;  // about a step that the graph does without
            } catch (const ExpressionError& error) {
                stop_after_all(error.what());
                return false;
            }
        }
        return true;
    }

    void stop_after_all(std::string reason) {
        farthest_ = match_.nodes.size() + 1;
        reason_ = std::move(reason);
    }

    const Manifest& manifest_;
    const graph::Graph& graph_;
    Match match_;
    std::string reason_;
    std::size_t farthest_ = 0;
};

}  // namespace

std::variant<Match, Mismatch> find_match(const Manifest& manifest, const graph::Graph& graph) {
    std::string reason = "the graph has no node";
    std::size_t farthest = 0;
    for (std::size_t id = 0; id < graph.nodes.size(); ++id) {
        Attempt attempt(manifest, graph);
        if (attempt.start(static_cast<graph::NodeId>(id))) {
            return attempt.take_match();
        }
        if (id == 0 || attempt.farthest() > farthest) {
            farthest = attempt.farthest();
            reason = attempt.reason();
        }
    }
    return Mismatch{fmt::format("kernel '{}' has no place in this graph: {}", manifest.name, reason)};
}

}  // namespace difftest::backends::kernel_manifest
