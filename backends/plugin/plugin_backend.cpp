#include "backends/plugin/plugin_backend.hpp"

#include "backends/plugin/plugin_graph.hpp"
#include "backends/plugin/plugin_library.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <utility>

namespace difftest::backends {
namespace {

constexpr std::size_t kMessageBytes = 1024;

/// Calls one of the plug-in's functions; its refusal or failure becomes that of a library.
template <typename Function>
void call(Function function, const char* what, const difftest_graph& graph, std::size_t plan) {
    std::array<char, kMessageBytes> message{};
    const int result = function(&graph, plan, message.data(), message.size());
    message.back() = '\0';
    std::string text(message.data());
    std::replace_if(
        text.begin(), text.end(), [](unsigned char byte) { return byte < ' '; }, ' ');
    if (result == DIFFTEST_UNSUPPORTED) {
        throw Unsupported(text.empty() ? "the plug-in says unsupported" : text);
    }
    if (result != DIFFTEST_OK) {
        throw BackendError(
            fmt::format("the plug-in's {} returned {}{}{}", what, result, text.empty() ? "" : ": ", text));
    }
}

class PluginExecutable : public Executable {
public:
    PluginExecutable(const difftest_plugin_table& table, const graph::Case& value, Plan plan, std::size_t plan_index,
                     const Buffers& buffers)
        : table_(table), plan_(std::move(plan)), plan_index_(plan_index), graph_(value.graph, buffers) {}

    std::vector<PartitionReport> partitions() const override {
        return {{plan_.partitions.front().nodes, plan_.partitions.front().kind}};
    }

    contract::Contract contract() const override { return plan_.contract; }

    void execute() override { call(table_.run, "run", graph_.view(), plan_index_); }

private:
    const difftest_plugin_table& table_;
    Plan plan_;
    std::size_t plan_index_;
    PluginGraph graph_;
};

contract::Contract contract_of(const difftest_plan& plan) {
    const std::string text = plan.contract == nullptr ? "strict" : plan.contract;
    const auto parsed = contract::Contract::parse(text);
    if (!parsed) {
        throw BackendError(fmt::format(
            "the plug-in claims the contract '{}', which there is not (see: difftest list contracts)", text));
    }
    return *parsed;
}

class PluginBackend : public Backend {
public:
    explicit PluginBackend(const std::filesystem::path& file) : file_(file), library_(file) {
        const difftest_plugin_table& table = library_.table();
        for (std::size_t i = 0; i < table.plan_count; ++i) {
            plans_.push_back({table.plans[i].name, contract_of(table.plans[i])});
        }
    }

    Description describe() override {
        Description description;
        description.name = "plugin";
        description.library = fmt::format("{} {}", library_.table().name, library_.table().version);
        description.library_version = library_.table().version;
        description.library_path = file_.string();
        description.runtime = "a plug-in";
        description.contract = plans_.front().second;
        return description;
    }

    std::vector<PlanOffer> plans(const graph::Case& value) override {
        Buffers constants;
        std::vector<graph::TensorData> data = value.data;
        for (std::size_t i = 0; i < value.graph.tensors.size(); ++i) {
            const bool constant = value.graph.tensors[i].role == graph::TensorRole::constant;
            constants.tensors.push_back(constant ? data[i].bytes() : std::span<std::byte>{});
        }
        const PluginGraph graph(value.graph, constants);
        std::vector<PlanOffer> offers;
        for (std::size_t i = 0; i < plans_.size(); ++i) {
            try {
                call(library_.table().supports, "supports", graph.view(), i);
            } catch (const Unsupported& refusal) {
                offers.emplace_back(Refusal{plans_[i].first, refusal.what()});
                continue;
            }
            Partition whole;
            whole.kind = library_.table().name;
            for (const graph::Node& node : value.graph.nodes) {
                whole.nodes.push_back(node.name);
            }
            Plan plan;
            plan.name = plans_[i].first;
            plan.partitions = {whole};
            plan.contract = plans_[i].second;
            offers.emplace_back(std::move(plan));
        }
        return offers;
    }

    std::unique_ptr<Executable> prepare(const graph::Case& value, const Plan& plan, const Buffers& buffers) override {
        const auto found =
            std::find_if(plans_.begin(), plans_.end(), [&plan](const auto& each) { return each.first == plan.name; });
        if (found == plans_.end()) {
            throw BackendError(fmt::format("the plug-in has no plan {}", plan.name));
        }
        return std::make_unique<PluginExecutable>(library_.table(), value, plan,
                                                  static_cast<std::size_t>(found - plans_.begin()), buffers);
    }

private:
    std::filesystem::path file_;
    PluginLibrary library_;
    std::vector<std::pair<std::string, contract::Contract>> plans_;
};

}  // namespace

std::unique_ptr<Backend> make_plugin_backend(const std::filesystem::path& file) {
    return std::make_unique<PluginBackend>(file);
}

}  // namespace difftest::backends
