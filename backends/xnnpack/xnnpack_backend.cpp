#include "backends/xnnpack/xnnpack_backend.hpp"

#include "backends/xnnpack/library_handle.hpp"
#include "backends/xnnpack/library_operator.hpp"
#include "backends/xnnpack/operator_plan.hpp"
#include "reference/graph/plan_pattern.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace difftest::backends::xnnpack {

void require(xnn_status status, const char* what) {
    if (status == xnn_status_success) {
        return;
    }
    const char* const refusal = status == xnn_status_invalid_parameter       ? "invalid parameter"
                                : status == xnn_status_unsupported_parameter ? "unsupported parameter"
                                : status == xnn_status_unsupported_hardware  ? "unsupported hardware"
                                                                             : nullptr;
    if (refusal != nullptr) {
        throw Unsupported(fmt::format("{} ({})", refusal, what));
    }
    throw BackendError(fmt::format("{} failed with status {}", what, static_cast<int>(status)));
}

std::unique_ptr<LibraryOperator> make_operator(const graph::Case& value, const PlannedOperator& planned,
                                               const OperatorOptions& options, const Buffers& buffers) {
    if (std::holds_alternative<quantized::ContractionOperator>(planned.what)) {
        return make_contraction(value, planned, options, buffers);
    }
    if (std::holds_alternative<MaximumPooling>(planned.what)) {
        return make_maximum_pooling(value, planned, buffers);
    }
    return make_pointwise(value, planned, buffers);
}

namespace {

struct PlanKind {
    const char* name;
    OperatorOptions options;
};

/// The first is what the backend offers by itself.
const std::array<PlanKind, 4>& plan_kinds() {
    static const std::array<PlanKind, 4> kKinds{{{"fused", {}},
                                                 {"fused@qs8", {ByteType::qs8, false}},
                                                 {"fused@qu8", {ByteType::qu8, false}},
                                                 {"fused+separate_clamp", {std::nullopt, true}}}};
    return kKinds;
}

bool is_clamped(const graph::Case& value, const PlannedOperator& planned) {
    const auto* op = std::get_if<quantized::ContractionOperator>(&planned.what);
    const graph::DataType type = value.graph.tensor(planned.output).type;
    return op != nullptr && (op->requantization.lowest != graph::lowest_of(type) ||
                             op->requantization.highest != graph::highest_of(type));
}

/// Whether the kind differs from the first one for these operators.
bool is_different(const graph::Case& value, const PlanKind& kind, const std::vector<PlannedOperator>& operators) {
    return std::any_of(operators.begin(), operators.end(), [&](const PlannedOperator& each) {
        const bool contraction = std::holds_alternative<quantized::ContractionOperator>(each.what);
        return kind.options.separate_clamp ? is_clamped(value, each) : contraction || !kind.options.byte_type;
    });
}

std::vector<std::string> names_of(const graph::Graph& graph, const std::vector<graph::NodeId>& nodes) {
    std::vector<std::string> names;
    for (const graph::NodeId id : nodes) {
        names.push_back(graph.node(id).name);
    }
    return names;
}

Plan plan_from(const graph::Case& value, const char* name, const std::vector<PlannedOperator>& operators) {
    Plan plan;
    plan.name = name;
    plan.contract = contract_of(operators);
    for (const PlannedOperator& each : operators) {
        plan.partitions.push_back({names_of(value.graph, each.nodes), each.kind});
        if (!value.graph.consumers_of(each.output).empty()) {
            plan.materialized.push_back(value.graph.tensor(each.output).name);
        }
    }
    return plan;
}

/// A reorder or reshape: the same bytes.
struct Copy {
    std::span<const std::byte> from;
    std::span<std::byte> to;
};

class XnnpackExecutable final : public Executable {
public:
    XnnpackExecutable(const graph::Case& value, const Plan& plan, const OperatorOptions& options,
                      const Buffers& buffers)
        : contract_(plan.contract) {
        for (const PlannedOperator& each : plan_operators(value)) {
            Step step;
            std::string name = "view";
            if (const auto* view = std::get_if<View>(&each.what)) {
                step.copy = {buffers.tensors[static_cast<std::size_t>(view->data)],
                             buffers.tensors[static_cast<std::size_t>(each.output)]};
            } else {
                step.library = make_operator(value, each, options, buffers);
                name = step.library->name();
            }
            reports_.push_back({names_of(value.graph, each.nodes), std::move(name)});
            steps_.push_back(std::move(step));
        }
    }

    std::vector<PartitionReport> partitions() const override { return reports_; }
    contract::Contract contract() const override { return contract_; }

    void execute() override {
        for (const Step& step : steps_) {
            if (step.library != nullptr) {
                step.library->run();
            } else {
                std::memcpy(step.copy.to.data(), step.copy.from.data(), step.copy.to.size());
            }
        }
    }

    std::vector<std::string> damage() const override {
        std::vector<std::string> damage;
        for (std::size_t i = 0; i < steps_.size(); ++i) {
            if (steps_[i].library != nullptr && steps_[i].library->wrote_behind()) {
                damage.push_back(fmt::format("{} wrote behind a buffer", reports_[i].implementation));
            }
        }
        return damage;
    }

private:
    struct Step {
        std::unique_ptr<LibraryOperator> library;
        Copy copy;
    };

    contract::Contract contract_;
    std::vector<Step> steps_;
    std::vector<PartitionReport> reports_;
};

class XnnpackBackend final : public Backend {
public:
    XnnpackBackend() {
        if (xnn_initialize(nullptr) != xnn_status_success) {
            throw BackendError("XNNPACK does not start on this machine (xnn_initialize)");
        }
    }

    Description describe() override {
        Description description;
        description.name = "xnnpack";
        // The library does not say its version: this is the year of the API that CMake has tried.
        description.library = "XNNPACK 2022";
        description.library_version = "2022";
        Dl_info info{};
        if (::dladdr(reinterpret_cast<const void*>(&xnn_initialize), &info) != 0 && info.dli_fname != nullptr) {
            std::error_code error;
            const std::filesystem::path file = std::filesystem::canonical(info.dli_fname, error);
            description.library_path = error ? info.dli_fname : file.string();
        }
        description.isa = "native";
        description.runtime = "1 thread";
        description.isa_ladder = {"native"};
        return description;
    }

    std::vector<PlanOffer> plans(const graph::Case& value) override {
        const auto& patterns = value.execution.plans;
        std::vector<PlanOffer> offers;
        try {
            const std::vector<PlannedOperator> operators = plan_operators(value);
            for (const PlanKind& kind : plan_kinds()) {
                const bool first = &kind == &plan_kinds().front();
                const bool wanted = std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
                    return graph::matches_plan(pattern, kind.name);
                });
                if (first || (wanted && is_different(value, kind, operators))) {
                    offers.emplace_back(plan_from(value, kind.name, operators));
                }
            }
        } catch (const NoOperator& reason) {
            offers.emplace_back(Refusal{plan_kinds().front().name, reason.what()});
        }
        return offers;
    }

    std::unique_ptr<Executable> prepare(const graph::Case& value, const Plan& plan, const Buffers& buffers) override {
        for (const PlanKind& kind : plan_kinds()) {
            if (plan.name == kind.name) {
                return std::make_unique<XnnpackExecutable>(value, plan, kind.options, buffers);
            }
        }
        throw BackendError(fmt::format("there is no plan '{}'", plan.name));
    }
};

}  // namespace

std::unique_ptr<Backend> make_xnnpack_backend() {
    return std::make_unique<XnnpackBackend>();
}

}  // namespace difftest::backends::xnnpack
