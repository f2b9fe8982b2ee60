#include "backends/onnxruntime/onnxruntime_backend.hpp"

#include "backends/onnxruntime/model_lowering.hpp"
#include "backends/onnxruntime/session.hpp"
#include "reference/graph/plan_pattern.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace difftest::backends::onnxruntime {
namespace {

struct Level {
    const char* name;
    GraphOptimizationLevel level;
    bool by_default;
};

constexpr std::array<Level, 4> kLevels{{{"none", ORT_DISABLE_ALL, true},
                                        {"basic", ORT_ENABLE_BASIC, false},
                                        {"extended", ORT_ENABLE_EXTENDED, false},
                                        {"all", ORT_ENABLE_ALL, true}}};
constexpr std::array<Form, 3> kForms{Form::integer, Form::qlinear, Form::qdq};
constexpr const char* kMerging = "+merged_double_qdq";

struct PlanOptions {
    Form form = Form::integer;
    SessionOptions session;
    bool by_default = false;
};

/// FORM@LEVEL, and each with the pass that merges doubled Q/DQ pairs, which only works from "basic" on.
std::vector<std::pair<std::string, PlanOptions>> plan_space() {
    std::vector<std::pair<std::string, PlanOptions>> space;
    for (const Form form : kForms) {
        for (const Level& level : kLevels) {
            const std::string name = fmt::format("{}@{}", name_of(form), level.name);
            space.push_back({name, {form, {level.level, false}, level.by_default}});
            if (level.level != ORT_DISABLE_ALL) {
                space.push_back({name + kMerging, {form, {level.level, true}, false}});
            }
        }
    }
    return space;
}

/// Products of u8 and s8 go through s16 pairs that saturate (MLAS's kernels for processors without VNNI; the
/// quantization guide of ONNX Runtime, "reduce_range").
bool has_vnni() {
    return __builtin_cpu_supports("avx512vnni") != 0 || __builtin_cpu_supports("avxvnni") != 0;
}

contract::Contract contract_of(const LoweredModel& model) {
    contract::Contract contract = model.contract;
    if (model.mixes_signs && !has_vnni()) {
        contract.grant(contract::Freedom::pair_saturation);
    }
    return contract;
}

std::vector<std::string> names_of(const graph::Graph& graph) {
    std::vector<std::string> names;
    for (const graph::Node& node : graph.nodes) {
        names.push_back(node.name);
    }
    return names;
}

class OnnxruntimeExecutable final : public Executable {
public:
    OnnxruntimeExecutable(const RuntimeLibrary& library, const OrtEnv& environment, const graph::Case& value,
                          const Plan& plan, const PlanOptions& options, const Buffers& buffers)
        : nodes_(names_of(value.graph)),
          contract_(plan.contract),
          session_(library, environment, lower(value, options.form).bytes, value.graph, options.session, buffers) {}

    std::vector<PartitionReport> partitions() const override { return {{nodes_, session_.operators()}}; }
    contract::Contract contract() const override { return contract_; }
    void execute() override { session_.run(); }

private:
    std::vector<std::string> nodes_;
    contract::Contract contract_;
    Session session_;
};

class OnnxruntimeBackend final : public Backend {
public:
    OnnxruntimeBackend() : space_(plan_space()) {
        library_.require(library_.api().CreateEnv(ORT_LOGGING_LEVEL_FATAL, "difftest", &environment_), "starting");
    }
    ~OnnxruntimeBackend() override { library_.api().ReleaseEnv(environment_); }

    Description describe() override {
        Description description;
        description.name = "onnxruntime";
        description.library = fmt::format("ONNX Runtime {}", library_.version());
        description.library_version = library_.version();
        description.library_path = library_.file().string();
        description.isa = "native";
        description.runtime = "1 thread";
        description.isa_ladder = {"native"};
        return description;
    }

    std::vector<PlanOffer> plans(const graph::Case& value) override {
        std::vector<PlanOffer> offers;
        std::vector<std::pair<Form, std::optional<LoweredModel>>> models;
        for (const Form form : kForms) {
            models.emplace_back(form, std::nullopt);
            // Without a contraction all forms are the same model.
            if (form != Form::integer && models.front().second && !models.front().second->has_contraction) {
                continue;
            }
            try {
                models.back().second = lower(value, form);
            } catch (const NoModel& why) {
                offers.emplace_back(Refusal{std::string(name_of(form)), why.what()});
            }
        }
        for (const auto& [name, options] : space_) {
            const auto& model = models[static_cast<std::size_t>(options.form)].second;
            const auto& patterns = value.execution.plans;
            const bool wanted =
                std::any_of(patterns.begin(), patterns.end(),
                            [&name = name](const std::string& pattern) { return graph::matches_plan(pattern, name); });
            if (!model || !(options.by_default || wanted)) {
                continue;
            }
            Plan plan;
            plan.name = name;
            plan.contract = contract_of(*model);
            plan.partitions = {{names_of(value.graph), std::string(name_of(options.form))}};
            offers.emplace_back(std::move(plan));
        }
        return offers;
    }

    std::unique_ptr<Executable> prepare(const graph::Case& value, const Plan& plan, const Buffers& buffers) override {
        const auto found =
            std::find_if(space_.begin(), space_.end(), [&](const auto& each) { return each.first == plan.name; });
        if (found == space_.end()) {
            throw BackendError(fmt::format("there is no plan '{}'", plan.name));
        }
        return std::make_unique<OnnxruntimeExecutable>(library_, *environment_, value, plan, found->second, buffers);
    }

private:
    RuntimeLibrary library_;
    OrtEnv* environment_ = nullptr;
    std::vector<std::pair<std::string, PlanOptions>> space_;
};

}  // namespace

std::unique_ptr<Backend> make_onnxruntime_backend() {
    return std::make_unique<OnnxruntimeBackend>();
}

}  // namespace difftest::backends::onnxruntime
