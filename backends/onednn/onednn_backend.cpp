#include "backends/onednn/onednn_backend.hpp"

#include "backends/onednn/api_version.hpp"
#include "backends/onednn/implementation_contract.hpp"
#include "backends/onednn/library_description.hpp"
#include "backends/onednn/library_errors.hpp"
#include "backends/onednn/library_graph.hpp"
#include "backends/onednn/partition_primitive.hpp"
#include "backends/onednn/partitioning.hpp"
#include "backends/onednn/plan_space.hpp"
#include "backends/onednn/recording.hpp"
#include "backends/onednn/scale_attribute.hpp"
#include "backends/onednn/scaled_reorder.hpp"
#include "backends/onednn/thread_scope.hpp"
#include "reference/graph/plan_pattern.hpp"

#include <fmt/format.h>
#include <oneapi/dnnl/dnnl.hpp>

#include <algorithm>
#include <fstream>

namespace difftest::backends::onednn {

namespace {

/// Enough for the primitives of one case, which runs more than once; compiled kernels of older cases are only memory.
constexpr int kCachedPrimitives = 128;

std::vector<std::string> names_of(const graph::Graph& graph, const PlannedPartition& partition) {
    std::vector<std::string> names;
    for (const graph::NodeId id : partition.nodes) {
        names.push_back(graph.node(id).name);
    }
    return names;
}

Plan plan_from(const graph::Graph& graph, const PlanSpecification& specification, const Partitioning& partitions) {
    Plan plan;
    plan.name = name_of(specification);
    plan.contract = contract::level(api::contract_level()).value();
    bool repeats = false;
    for (const PlannedPartition& partition : partitions) {
        const bool reorders = wants_scaled_reorder(graph, partition, specification.options);
        plan.partitions.push_back({names_of(graph, partition), reorders ? "reorder" : kind_of(graph, partition)});
        const std::size_t taken =
            partition.steps.size() - leading_parameters(graph, partition, specification.options).steps.size();
        if (!graph.consumers_of(partition.output).empty()) {
            plan.materialized.push_back(graph.tensor(partition.output).name);
        }
        for (const PrimitiveSteps& primitive : primitives_of(graph, partition)) {
            repeats = repeats || repeats_eltwise_algorithm(primitive.post_ops.subspan(taken));
        }
    }
    if (repeats) {
        plan.traits.emplace_back("repeated_eltwise_algorithm");
    }
    const bool fuses_depthwise = std::any_of(partitions.begin(), partitions.end(), [](const PlannedPartition& each) {
        return std::any_of(each.steps.begin(), each.steps.end(),
                           [](const Step& step) { return std::holds_alternative<DepthwiseStep>(step); });
    });
    if (fuses_depthwise) {
        plan.traits.emplace_back("depthwise_post_op");
    }
    if (specification.options.threads.value_or(1) > 1) {
        plan.traits.emplace_back(kSeveralThreads);
    }
    const std::optional<graph::Layout> layout = specification.options.layout;
    if (layout && *layout != graph::Layout::plain && *layout != graph::Layout::channels_last) {
        plan.traits.emplace_back("blocked_layout");
    }
    return plan;
}

bool repeats_eltwise(const graph::Graph& graph, const PlannedPartition& partition) {
    const std::vector<PrimitiveSteps> primitives = primitives_of(graph, partition);
    return std::any_of(primitives.begin(), primitives.end(),
                       [](const PrimitiveSteps& each) { return repeats_eltwise_algorithm(each.post_ops); });
}

/// A base that cannot differ from `fused` for this graph: such a plan is not offered twice.
bool repeats_fused(const graph::Graph& graph, const PlanSpecification& specification, const Partitioning& fused) {
    if (!(specification.options == CreationOptions{})) {
        return false;
    }
    if (specification.fusion == Fusion::fused_distinct_eltwise) {
        return std::none_of(fused.begin(), fused.end(),
                            [&graph](const PlannedPartition& each) { return repeats_eltwise(graph, each); });
    }
    const auto is_convolution = [](const graph::Node& node) {
        return std::holds_alternative<graph::Convolution>(node.operation);
    };
    return specification.fusion == Fusion::fused_depthwise &&
           std::count_if(graph.nodes.begin(), graph.nodes.end(), is_convolution) < 2;
}

class OnednnExecutable final : public Executable {
public:
    OnednnExecutable(const dnnl::engine& engine, const graph::Graph& graph, const Buffers& buffers,
                     const CreationOptions& options, Mode mode = Mode::run)
        : graph_(graph),
          program_(engine, graph, buffers, options, mode),
          contract_(*contract::level(api::contract_level())) {}

    void add(const PlannedPartition& partition) {
        const graph::Node& head = graph_.node(partition.nodes.front());
        try {
            const ImplementationName name = add_partition(program_, partition);
            for (const graph::NodeId node : partition.nodes) {
                grant_freedoms(contract_, graph_, graph_.node(node), name, effective_isa());
                weights_.add(graph_, graph_.node(node), name, effective_isa());
            }
            if (weights_.differ()) {
                contract_.grant(contract::Freedom::pair_saturation);
            }
            if (multiplies_by_reciprocal(graph_, partition, program_.options())) {
                contract_.grant(contract::Freedom::reciprocal_division);
            }
            reports_.push_back({names_of(graph_, partition), name.empty() ? "unnamed" : name});
        } catch (const dnnl::error& failure) {
            rethrow(failure, fmt::format("{} of '{}'", kind_of(graph_, partition), head.name), true);
        }
    }

    const Program& program() const { return program_; }

    void run(Phase phase) {
        const ThreadScope threads(program_.options().threads);
        try {
            program_.run(phase);
        } catch (const dnnl::error& failure) {
            rethrow(failure, phase == Phase::prepare ? "preparing constants" : "execution");
        }
    }

    std::vector<PartitionReport> partitions() const override { return reports_; }
    contract::Contract contract() const override { return contract_; }
    std::vector<std::string> damage() const override { return program_.damage(); }
    void execute() override {
        record();
        run(Phase::execute);
        record();
    }

    void record_into(const std::filesystem::path& file) {
        recording_ = file;
        program_.keep_calls([this] { record(); });
    }

private:
    const graph::Graph& graph_;
    Program program_;
    contract::Contract contract_;
    HalvedWeights weights_;
    std::vector<PartitionReport> reports_;
    std::filesystem::path recording_;

    void record() const {
        if (!recording_.empty()) {
            std::ofstream(recording_, std::ios::binary) << recording_of(program_);
        }
    }
};

class OnednnBackend final : public Backend {
public:
    explicit OnednnBackend(std::filesystem::path recording)
        : engine_(dnnl::engine::kind::cpu, 0), recording_(std::move(recording)) {}

    Description describe() override { return describe_library(); }
    std::vector<PlanOffer> plans(const graph::Case& value) override;
    std::unique_ptr<Executable> prepare(const graph::Case& value, const Plan& plan, const Buffers& buffers) override;

private:
    std::unique_ptr<OnednnExecutable> create(const graph::Case& value, const PlanSpecification& specification,
                                             const Buffers& buffers, Mode mode);
    std::vector<std::vector<std::string>> implementations(const graph::Case& value,
                                                          const PlanSpecification& specification);
    static PlanOffer graph_offer(const graph::Case& value);

    dnnl::engine engine_;
    std::filesystem::path recording_;
};

std::vector<PlanOffer> OnednnBackend::plans(const graph::Case& value) {
    const auto survey = [this, &value] {
        const auto fused = partition(value, Fusion::fused);
        const auto* partitions = std::get_if<Partitioning>(&fused);
        return PlanSurvey{[this, &value](const PlanSpecification& plan) { return implementations(value, plan); },
                          partitions == nullptr ? 0 : fused_results(value.graph, *partitions).size(),
                          std::hash<std::string>{}(value.name)};
    };
    std::vector<PlanOffer> offers;
    std::vector<std::pair<Partitioning, CreationOptions>> known;
    for (const PlanSpecification& specification : selected_plans(value.execution.plans, survey)) {
        const std::vector<std::string>& asked = value.execution.plans;
        const bool is_named = std::find(asked.begin(), asked.end(), name_of(specification)) != asked.end();
        if (!is_named && !known.empty() && repeats_fused(value.graph, specification, known.front().first)) {
            continue;
        }
        auto result = partition(value, specification);
        if (const auto* refusal = std::get_if<CannotLower>(&result)) {
            offers.emplace_back(Refusal{name_of(specification), refusal->reason});
            if (known.empty()) {
                return offers;  // a node that has no lowering has none in any plan: say so once
            }
            continue;
        }
        std::pair entry{std::get<Partitioning>(std::move(result)), specification.options};
        if (is_named || std::find(known.begin(), known.end(), entry) == known.end()) {
            offers.emplace_back(plan_from(value.graph, specification, entry.first));
            known.push_back(std::move(entry));
        }
    }
    if (graph::matches_plan(value.execution.plans, kGraphPlan)) {
        offers.push_back(graph_offer(value));
    }
    return offers;
}

PlanOffer OnednnBackend::graph_offer(const graph::Case& value) {
    try {
        try {
            return graph_plan(value, graph_partitioning(value));
        } catch (const dnnl::error& failure) {
            rethrow(failure, "the Graph API", true);
        }
    } catch (const Unsupported& refusal) {
        return Refusal{kGraphPlan, refusal.what()};
    }
}

std::unique_ptr<OnednnExecutable> OnednnBackend::create(const graph::Case& value,
                                                        const PlanSpecification& specification, const Buffers& buffers,
                                                        Mode mode) {
    const auto result = partition(value, specification);
    if (const auto* refusal = std::get_if<CannotLower>(&result)) {
        throw Unsupported(refusal->reason);
    }
    // oneDNN 2.6 lists its first implementation twice when that is in the cache.
    const bool looks_further =
        mode == Mode::survey || !(specification.options.implementation == ImplementationChoice{});
    dnnl::set_primitive_cache_capacity(looks_further ? 0 : kCachedPrimitives);
    const ThreadScope threads(specification.options.threads);
    auto executable = std::make_unique<OnednnExecutable>(engine_, value.graph, buffers, specification.options, mode);
    if (mode == Mode::run && !recording_.empty()) {
        executable->record_into(recording_);
    }
    for (const PlannedPartition& partition : std::get<Partitioning>(result)) {
        executable->add(partition);
    }
    return executable;
}

std::vector<std::vector<std::string>> OnednnBackend::implementations(const graph::Case& value,
                                                                     const PlanSpecification& specification) {
    Buffers none;
    none.tensors.resize(value.graph.tensors.size());
    try {
        return create(value, specification, none, Mode::survey)->program().surveyed();
    } catch (const BackendError&) {
        return {};
    }
}

std::unique_ptr<Executable> OnednnBackend::prepare(const graph::Case& value, const Plan& plan, const Buffers& buffers) {
    if (plan.name == kGraphPlan) {
        try {
            return graph_executable(engine_, value, buffers);
        } catch (const dnnl::error& failure) {
            rethrow(failure, "the Graph API", true);
        }
    }
    const std::optional<PlanSpecification> specification = plan_specification_from(plan.name);
    if (!specification) {
        throw BackendError(fmt::format("oneDNN has no plan '{}'", plan.name));
    }
    auto executable = create(value, *specification, buffers, Mode::run);
    executable->program().check_options();
    executable->run(Phase::prepare);
    return executable;
}

}  // namespace

std::unique_ptr<Backend> make_onednn_backend(const std::filesystem::path& recording) {
    try {
        return std::make_unique<OnednnBackend>(recording);
    } catch (const dnnl::error& failure) {
        rethrow(failure, "oneDNN's CPU engine");
    }
}

}  // namespace difftest::backends::onednn
