#include "backends/opencl/opencl_backend.hpp"

#include "backends/opencl/generate_kernel.hpp"
#include "backends/opencl/half_probe.hpp"
#include "backends/opencl/memory_need.hpp"
#include "backends/opencl/opencl_executable.hpp"
#include "backends/opencl/own_kernel.hpp"
#include "backends/opencl/partitioning.hpp"
#include "backends/opencl/plan_contract.hpp"
#include "backends/opencl/plan_refusal.hpp"
#include "backends/opencl/plan_space.hpp"
#include "backends/opencl/shared_kernel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <new>

namespace difftest::backends::opencl {
namespace {

Plan plan_from(const graph::Graph& graph, const Device& device, const PlanSpecification& specification,
               const Partitioning& partitions) {
    Plan plan;
    plan.name = name_of(specification);
    plan.contract = contract_of(graph, device, specification.build);
    for (const PlannedPartition& partition : partitions) {
        plan.partitions.push_back({names_of(graph, partition), kind_of(graph, partition)});
        const graph::TensorId output = output_of(graph, partition);
        if (!graph.is_output(output)) {
            plan.materialized.push_back(graph.tensor(output).name);
        }
    }
    if (specification.build != BuildVariant::opt_disable) {
        PlanSpecification unoptimized = specification;
        unoptimized.build = BuildVariant::opt_disable;
        plan.unoptimized = name_of(unoptimized);
    }
    if (specification.build != BuildVariant::strict) {
        plan.traits.emplace_back(name_of(specification.build));
    }
    if (specification.layout) {
        plan.traits.emplace_back(name_of(*specification.layout));
    }
    if (specification.implementation == Implementation::tiled && device.features.integer_dot_product &&
        !specification.emulated_dot) {
        plan.traits.emplace_back("integer_dot_product");
    }
    if (specification.clamp_optimisation) {
        plan.traits.emplace_back("deliberately_wrong");
    }
    return plan;
}

bool has_halves(const graph::Graph& graph) {
    return std::any_of(graph.tensors.begin(), graph.tensors.end(),
                       [](const graph::Tensor& tensor) { return tensor.type == graph::DataType::f16; });
}

class OpenclBackend final : public Backend {
public:
    OpenclBackend(const std::string& selector, const std::optional<OwnKernelFiles>& own,
                  const std::filesystem::path& recording)
        : session_(choose_device(selector)) {
        session_.recording = recording;
        if (own) {
            own_.emplace(own->kernel, own->manifest);
        }
    }

    Description describe() override;
    std::vector<PlanOffer> plans(const graph::Case& value) override;
    std::unique_ptr<Executable> prepare(const graph::Case& value, const Plan& plan, const Buffers& buffers) override;

private:
    std::function<bool(const PlanSpecification&)> possible() {
        return [this](const PlanSpecification& plan) { return refusal(plan).empty(); };
    }
    std::string refusal(const PlanSpecification& plan);
    std::vector<PlanOffer> plans_around(const graph::Case& value, const kernel_manifest::Match& match);
    std::vector<PlanOffer> refusals(const graph::Case& value, const std::string& reason) const;

    /// What is made of a case and a plan before anything is built. A run asks for it twice, for its executable and for
    /// a fresh one: kernels, memory and arguments are made anew for each; the text and the places in memory are the
    /// same.
    struct Generated {
        graph::Case value;
        std::string plan;
        PlanSpecification specification;
        contract::Contract contract;
        std::shared_ptr<const KernelSet> kernels;
    };
    Generated generated(const graph::Case& value, const std::string& plan) const;
    Generated generated_around(const graph::Case& value, const std::string& plan,
                               PlanSpecification specification) const;

    DeviceSession session_;
    bool has_measured_halves_ = false;
    std::optional<OwnKernel> own_;
    std::optional<Generated> last_;
};

Description OpenclBackend::describe() {
    const Device& device = session_.device;
    Description description;
    description.name = "opencl";
    description.library = fmt::format("{}, {}", device.platform, device.version);
    description.library_version = device.driver;
    description.runtime = own_ ? fmt::format("{}, with {}", device.name, own_->file()) : device.name;
    description.contract = contract_of({}, device, BuildVariant::strict);
    return description;
}

/// Devices that promise nothing about subnormal halves are measured when the first plan wants to know.
std::string OpenclBackend::refusal(const PlanSpecification& plan) {
    DeviceFeatures& features = session_.device.features;
    if (plan.native_half && features.half && !features.half_subnormals && !has_measured_halves_) {
        has_measured_halves_ = true;
        features.half_subnormals = keeps_subnormal_halves(session_);
    }
    return why_refused(session_.device, plan);
}

/// Whole plans only: the results inside the user's kernel cannot be cut, and alone it is the same in all of them.
std::vector<PlanOffer> OpenclBackend::plans_around(const graph::Case& value, const kernel_manifest::Match& match) {
    std::vector<PlanOffer> offers;
    std::vector<std::pair<Partitioning, PlanSpecification>> known;
    const std::vector<std::string>& asked = value.execution.plans;
    for (const PlanSpecification& specification :
         selected_plans(asked, 0, std::hash<std::string>{}(value.name), possible())) {
        const std::string name = name_of(specification);
        if (std::string reason = refusal(specification); !reason.empty()) {
            offers.emplace_back(Refusal{name, std::move(reason)});
            continue;
        }
        if (!specification.cuts.empty() || specification.shared) {
            offers.emplace_back(Refusal{name, "no such plan with a kernel of your own"});
            continue;
        }
        const Partitioning partitions = partition_around(value.graph, specification, match.nodes);
        if (std::string reason =
                why_too_large(session_.device, least_need(value.graph, partitions, specification.separate_buffers));
            !reason.empty()) {
            offers.emplace_back(Refusal{name, std::move(reason)});
            continue;
        }
        PlanSpecification same;
        same.build = specification.build;
        if (partitions.size() > 1) {
            same = specification;
            same.fusion = Fusion::fused;
        }
        std::pair entry{partitions, same};
        const bool is_named = std::find(asked.begin(), asked.end(), name) != asked.end();
        if (is_named || std::find(known.begin(), known.end(), entry) == known.end()) {
            Plan plan = plan_from(value.graph, session_.device, specification, partitions);
            plan.contract = own_->contract(value.graph, match, session_.device, specification.build);
            plan.traits.emplace_back("own_kernel");
            offers.emplace_back(std::move(plan));
            known.push_back(std::move(entry));
        }
    }
    return offers;
}

std::vector<PlanOffer> OpenclBackend::refusals(const graph::Case& value, const std::string& reason) const {
    std::vector<PlanOffer> offers{Refusal{"fused", reason}};
    for (const std::string& name : value.execution.plans) {
        if (name != "fused" && plan_specification_from(name)) {
            offers.emplace_back(Refusal{name, reason});
        }
    }
    return offers;
}

std::vector<PlanOffer> OpenclBackend::plans(const graph::Case& value) {
    if (own_) {
        const auto place = own_->match(value.graph);
        const auto* match = std::get_if<kernel_manifest::Match>(&place);
        return match != nullptr ? plans_around(value, *match)
                                : refusals(value, std::get<kernel_manifest::Mismatch>(place).reason);
    }
    const std::size_t cuts = fused_results(value.graph).size();
    const std::vector<std::string>& asked = value.execution.plans;
    std::vector<PlanOffer> offers;
    std::vector<std::pair<Partitioning, PlanSpecification>> known;
    for (const PlanSpecification& specification :
         selected_plans(asked, cuts, std::hash<std::string>{}(value.name), possible())) {
        std::string reason = refusal(specification);
        reason = reason.empty() ? why_not_judged(value.graph, specification.build) : reason;
        if (!reason.empty()) {
            offers.emplace_back(Refusal{name_of(specification), std::move(reason)});
            continue;
        }
        Partitioning partitions = partition(value.graph, specification);
        if (reason =
                why_too_large(session_.device, least_need(value.graph, partitions, specification.separate_buffers));
            !reason.empty()) {
            offers.emplace_back(Refusal{name_of(specification), std::move(reason)});
            continue;
        }
        // The same kernels under another name: a graph of one node is fused and split.
        PlanSpecification same = specification;
        same.fusion = Fusion::fused;
        same.cuts.clear();
        same.native_half = same.native_half && has_halves(value.graph);
        std::pair entry{partitions, same};
        const bool is_named = std::find(asked.begin(), asked.end(), name_of(specification)) != asked.end();
        if (is_named || std::find(known.begin(), known.end(), entry) == known.end()) {
            offers.emplace_back(plan_from(value.graph, session_.device, specification, partitions));
            known.push_back(std::move(entry));
        }
    }
    return offers;
}

std::unique_ptr<Executable> OpenclBackend::prepare(const graph::Case& value, const Plan& plan, const Buffers& buffers) {
    try {
        if (!last_ || last_->plan != plan.name || !(last_->value == value)) {
            last_.reset();
            last_ = generated(value, plan.name);
        }
        return std::make_unique<OpenclExecutable>(session_, value, last_->specification, last_->contract,
                                                  last_->kernels, buffers);
    } catch (const std::bad_alloc&) {
        last_.reset();
        throw Unsupported(fmt::format("not enough host memory for an image of what lies in the memory of '{}'",
                                      session_.device.name));
    }
}

OpenclBackend::Generated OpenclBackend::generated(const graph::Case& value, const std::string& plan) const {
    const std::optional<PlanSpecification> specification = plan_specification_from(plan);
    if (!specification) {
        throw BackendError(fmt::format("the OpenCL backend has no plan '{}'", plan));
    }
    if (own_) {
        return generated_around(value, plan, *specification);
    }
    const DeviceFeatures& features = session_.device.features;
    std::vector<Kernel> kernels;
    for (const PlannedPartition& partition : partition(value.graph, *specification)) {
        kernels.push_back(specification->shared ? shared_kernel(value, *specification, features, partition)
                                                : generate_kernel(value, *specification, features, partition,
                                                                  fmt::format("kernel_{}", kernels.size())));
    }
    return {value, plan, *specification, contract_of(value.graph, session_.device, specification->build),
            std::make_shared<KernelSet>(
                kernel_set(value.graph, std::move(kernels), *specification, features, session_.device.alignment))};
}

OpenclBackend::Generated OpenclBackend::generated_around(const graph::Case& value, const std::string& plan,
                                                         PlanSpecification specification) const {
    const auto place = own_->match(value.graph);
    const auto* match = std::get_if<kernel_manifest::Match>(&place);
    if (match == nullptr) {
        throw Unsupported(std::get<kernel_manifest::Mismatch>(place).reason);
    }
    specification.own_layouts = own_->layouts(value.graph, *match);
    const DeviceFeatures& features = session_.device.features;
    std::vector<Kernel> kernels;
    for (const PlannedPartition& each : partition_around(value.graph, specification, match->nodes)) {
        kernels.push_back(each.nodes == match->nodes ? own_->kernel(value, *match)
                                                     : generate_kernel(value, specification, features, each,
                                                                       fmt::format("kernel_{}", kernels.size())));
    }
    return {value, plan, specification, own_->contract(value.graph, *match, session_.device, specification.build),
            std::make_shared<KernelSet>(
                kernel_set(value.graph, std::move(kernels), specification, features, session_.device.alignment))};
}

}  // namespace

std::unique_ptr<Backend> make_opencl_backend(const std::string& selector, const std::optional<OwnKernelFiles>& own,
                                             const std::filesystem::path& recording) {
    try {
        return std::make_unique<OpenclBackend>(selector, own, recording);
    } catch (const cl::Error& error) {
        throw BackendError(
            fmt::format("OpenCL device '{}': {} ({})", selector, status_text(error.err()), error.what()));
    }
}

}  // namespace difftest::backends::opencl
