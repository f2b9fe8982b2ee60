#include "backends/faulty/faulty_backend.hpp"

#include "reference/faults/faulty_evaluation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

namespace difftest::backends {
namespace {

std::vector<faults::Placement> placements_for(const graph::Case& value, const std::vector<FaultRequest>& requests) {
    std::vector<faults::Placement> placements;
    for (const FaultRequest& request : requests) {
        const std::vector<graph::NodeId> nodes = faults::applicable_nodes(request.fault, value);
        for (const graph::NodeId node : nodes) {
            if (!request.node || value.graph.node(node).name == *request.node) {
                placements.push_back({request.fault, node});
            }
        }
        if (request.node && std::none_of(placements.begin(), placements.end(), [&](const faults::Placement& placement) {
                return placement.fault.deviation == request.fault.deviation;
            })) {
            throw Unsupported(fmt::format("{} does not apply at node {}", request.fault.name, *request.node));
        }
    }
    return placements;
}

constexpr const char* kSplit = "split";

/// One node after the other, each result written to memory.
Plan split_plan(const graph::Graph& graph) {
    Plan plan;
    plan.name = kSplit;
    for (const graph::Node& node : graph.nodes) {
        plan.partitions.push_back({{node.name}, "reference"});
        if (!graph.consumers_of(node.output).empty()) {
            plan.materialized.push_back(graph.tensor(node.output).name);
        }
    }
    return plan;
}

class FaultyExecutable : public Executable {
public:
    FaultyExecutable(const graph::Case& value, const Plan& plan, const Buffers& buffers,
                     std::vector<faults::Placement> placements)
        : value_(value), plan_(plan), buffers_(buffers), placements_(std::move(placements)) {}

    std::vector<PartitionReport> partitions() const override {
        std::vector<PartitionReport> reports;
        for (const Partition& partition : plan_.partitions) {
            reports.push_back({partition.nodes, "reference"});
        }
        return reports;
    }

    contract::Contract contract() const override { return plan_.contract; }

    void execute() override {
        graph::Case current = value_;
        for (std::size_t i = 0; i < current.graph.tensors.size(); ++i) {
            if (current.graph.tensors[i].role != graph::TensorRole::intermediate) {
                const auto source = buffers_.tensors[i];
                std::memcpy(current.data[i].bytes().data(), source.data(), source.size());
            }
        }
        if (plan_.name == kSplit) {
            const std::vector<graph::TensorData> tensors = faults::evaluate_split_with_faults(current, placements_);
            for (const graph::Node& node : current.graph.nodes) {
                store(node.output, tensors[static_cast<std::size_t>(node.output)]);
            }
            return;
        }
        const std::vector<graph::TensorData> outputs = faults::evaluate_with_faults(current, placements_);
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            store(value_.graph.outputs[i], outputs[i]);
        }
    }

private:
    void store(graph::TensorId tensor, const graph::TensorData& values) {
        const auto target = buffers_.tensors[static_cast<std::size_t>(tensor)];
        std::memcpy(target.data(), values.bytes().data(), target.size());
    }

    const graph::Case& value_;
    Plan plan_;
    Buffers buffers_;
    std::vector<faults::Placement> placements_;
};

class FaultyBackend : public Backend {
public:
    explicit FaultyBackend(std::vector<FaultRequest> requests) : requests_(std::move(requests)) {}

    Description describe() override {
        Description description;
        description.name = "faulty";
        description.library = "the reference, " + (requests_.empty() ? std::string("no rule broken") : broken_rules());
        description.isa = "reference";
        description.runtime = "1 thread";
        description.isa_ladder = {"reference"};
        return description;
    }

    std::vector<PlanOffer> plans(const graph::Case& value) override {
        Plan plan;
        plan.name = "fused";
        Partition whole;
        for (const graph::Node& node : value.graph.nodes) {
            whole.nodes.push_back(node.name);
        }
        whole.kind = "reference";
        plan.partitions = {whole};
        const std::vector<faults::Placement> placements = placements_for(value, requests_);
        // Who asks for the plan gets what a kernel with such a fault gives here: the right result.
        if (!requests_.empty() && placements.empty() && value.execution.plans.empty()) {
            return {Refusal{plan.name, broken_rules() + " plays no part in this graph"}};
        }
        std::vector<PlanOffer> offers{plan};
        const bool effective = requests_.empty() || !faults::effective_when_split(value, placements).empty();
        if (value.graph.nodes.size() > 1 && effective) {
            offers.emplace_back(split_plan(value.graph));
        }
        return offers;
    }

    std::unique_ptr<Executable> prepare(const graph::Case& value, const Plan& plan, const Buffers& buffers) override {
        return std::make_unique<FaultyExecutable>(value, plan, buffers, placements_for(value, requests_));
    }

private:
    std::string broken_rules() const {
        std::string text;
        for (const FaultRequest& request : requests_) {
            text += fmt::format("{}{}{}", text.empty() ? "" : ", ", request.fault.name,
                                request.node ? "@" + *request.node : "");
        }
        return text;
    }

    std::vector<FaultRequest> requests_;
};

}  // namespace

std::vector<FaultRequest> parse_fault_requests(const std::string& text) {
    std::vector<FaultRequest> requests;
    std::string_view rest = text;
    while (!rest.empty() && text != "none") {
        const std::string_view item = rest.substr(0, rest.find(','));
        rest = item.size() == rest.size() ? std::string_view{} : rest.substr(item.size() + 1);
        const std::size_t at = item.find('@');
        const auto fault = faults::find_fault(item.substr(0, at));
        if (!fault) {
            throw BackendError(fmt::format("unknown fault '{}'; `difftest list rules` names them", item.substr(0, at)));
        }
        requests.push_back({*fault, at == std::string_view::npos
                                        ? std::nullopt
                                        : std::optional<std::string>(std::string(item.substr(at + 1)))});
    }
    return requests;
}

std::unique_ptr<Backend> make_faulty_backend(std::vector<FaultRequest> requests) {
    return std::make_unique<FaultyBackend>(std::move(requests));
}

}  // namespace difftest::backends
