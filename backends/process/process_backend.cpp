#include "backends/process/process_backend.hpp"

#include "backends/process/engine_description.hpp"
#include "backends/process/engine_process.hpp"
#include "reference/graph/graph_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstring>
#include <utility>

namespace difftest::backends {
namespace {

using graph::TensorRole;

ProcessMessage request(const char* kind, const graph::Case& value, const std::string& plan) {
    ProcessMessage message{kind, "", {}};
    nlohmann::ordered_json members{{"plan", plan}};  // slots keep their order
    members["graph"] = nlohmann::ordered_json::parse(graph::describe_graph(value.graph));
    message.members = members.dump();
    return message;
}

/// A refusal or a failure of the engine becomes that of a library.
void expect(const ProcessMessage& answer, const char* kind) {
    if (answer.kind == "unsupported") {
        throw Unsupported(answer.text.empty() ? "the engine says unsupported" : answer.text);
    }
    if (answer.kind == "error") {
        throw BackendError(fmt::format("the engine reports: {}", answer.text));
    }
    if (answer.kind != kind) {
        throw BackendError(fmt::format("the engine answered \"{}\" where \"{}\" is expected", answer.kind, kind));
    }
}

/// An answer without tensors.
constexpr ProcessLimits kWordsOnly{std::size_t{1} << 20, 0};

class ProcessExecutable : public Executable {
public:
    ProcessExecutable(EngineProcess& engine, const graph::Case& value, Plan plan, Buffers buffers)
        : engine_(engine), value_(value), plan_(std::move(plan)), buffers_(std::move(buffers)) {}

    std::vector<PartitionReport> partitions() const override {
        return {{plan_.partitions.front().nodes, plan_.partitions.front().kind}};
    }

    contract::Contract contract() const override { return plan_.contract; }

    void execute() override {
        ProcessMessage message = request("run", value_, plan_.name);
        const graph::Graph& graph = value_.graph;
        for (std::size_t i = 0; i < graph.tensors.size(); ++i) {
            if (graph.tensors[i].role != TensorRole::intermediate) {
                graph::TensorData data(graph.tensors[i].type, graph.tensors[i].shape);
                copy(data.bytes(), buffers_.tensors[i]);
                message.tensors.emplace_back(graph.tensors[i].name, std::move(data));
            }
        }
        ProcessLimits limits;
        limits.tensor_bytes = 0;
        for (const graph::TensorId id : graph.outputs) {
            limits.tensor_bytes += static_cast<std::int64_t>(bytes_of(id).size());
        }
        const ProcessMessage answer = engine_.ask(message, limits);
        expect(answer, "result");
        for (const graph::TensorId id : graph.outputs) {
            copy(bytes_of(id), output(answer, graph.tensor(id)).bytes());
        }
    }

private:
    static void copy(std::span<std::byte> to, std::span<const std::byte> from) {
        if (!to.empty()) {
            std::memcpy(to.data(), from.data(), to.size());
        }
    }

    std::span<std::byte> bytes_of(graph::TensorId id) const { return buffers_.tensors[static_cast<std::size_t>(id)]; }

    static const graph::TensorData& output(const ProcessMessage& answer, const graph::Tensor& wanted) {
        for (const auto& [name, data] : answer.tensors) {
            if (name != wanted.name) {
                continue;
            }
            if (data.type() != wanted.type || data.shape() != wanted.shape) {
                throw BackendError(fmt::format("the engine gives {} as {} {}, where it is {} {}", name,
                                               graph::name_of(data.type()), graph::to_string(data.shape()),
                                               graph::name_of(wanted.type), graph::to_string(wanted.shape)));
            }
            return data;
        }
        throw BackendError(fmt::format("the engine's result has no tensor {}", wanted.name));
    }

    EngineProcess& engine_;
    const graph::Case& value_;
    Plan plan_;
    Buffers buffers_;
};

class ProcessBackend : public Backend {
public:
    explicit ProcessBackend(const std::string& command)
        : command_(command),
          process_(command),
          engine_(engine_description(process_.ask({"describe", "", {}}, kWordsOnly))) {}

    Description describe() override {
        Description description;
        description.name = "process";
        description.library = fmt::format("{} {}", engine_.name, engine_.version);
        description.library_version = engine_.version;
        description.library_path = command_;
        description.runtime = "a process of its own";
        description.contract = engine_.plans.front().contract;
        return description;
    }

    std::vector<PlanOffer> plans(const graph::Case& value) override {
        std::vector<PlanOffer> offers;
        for (const EngineDescription::Plan& each : engine_.plans) {
            ProcessMessage message = request("plan", value, each.name);
            for (std::size_t i = 0; i < value.graph.tensors.size(); ++i) {
                if (value.graph.tensors[i].role == TensorRole::constant) {
                    message.tensors.emplace_back(value.graph.tensors[i].name, value.data[i]);
                }
            }
            const ProcessMessage answer = process_.ask(message, kWordsOnly);
            try {
                expect(answer, "supported");
            } catch (const Unsupported& refusal) {
                offers.emplace_back(Refusal{each.name, refusal.what()});
                continue;
            }
            Partition whole;
            whole.kind = implementation_of(answer, engine_);
            for (const graph::Node& node : value.graph.nodes) {
                whole.nodes.push_back(node.name);
            }
            Plan plan;
            plan.name = each.name;
            plan.partitions = {whole};
            plan.contract = each.contract;
            offers.emplace_back(std::move(plan));
        }
        return offers;
    }

    std::unique_ptr<Executable> prepare(const graph::Case& value, const Plan& plan, const Buffers& buffers) override {
        return std::make_unique<ProcessExecutable>(process_, value, plan, buffers);
    }

private:
    std::string command_;
    EngineProcess process_;
    EngineDescription engine_;
};

}  // namespace

std::unique_ptr<Backend> make_process_backend(const std::string& command) {
    return std::make_unique<ProcessBackend>(command);
}

}  // namespace difftest::backends
