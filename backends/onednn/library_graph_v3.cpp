#include "backends/onednn/implementation_contract.hpp"
#include "backends/onednn/library_description.hpp"
#include "backends/onednn/library_errors.hpp"
#include "backends/onednn/library_graph.hpp"
#include "backends/onednn/library_graph_names.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <oneapi/dnnl/dnnl_graph.hpp>

#include <algorithm>
#include <cstring>
#include <map>
#include <set>

namespace difftest::backends::onednn {

using LogicalTensor = dnnl::graph::logical_tensor;

namespace {

LogicalTensor::data_type to_library(graph::DataType type) {
    switch (type) {
        case graph::DataType::u8: return LogicalTensor::data_type::u8;
        case graph::DataType::s8: return LogicalTensor::data_type::s8;
        default: return LogicalTensor::data_type::f32;
    }
}

/// Dense and row-major.
LogicalTensor logical(const GraphDescription& description, GraphValueId id) {
    const GraphValue& value = description.values[id];
    const auto property =
        value.is_constant ? LogicalTensor::property_type::constant : LogicalTensor::property_type::variable;
    return {id, to_library(value.type), value.shape, graph::row_major_strides(value.shape), property};
}

std::vector<dnnl::graph::partition> partitions_of(const GraphDescription& description) {
    dnnl::graph::graph graph(dnnl::engine::kind::cpu);
    const auto all = [&description](const std::vector<GraphValueId>& ids) {
        std::vector<LogicalTensor> result;
        std::transform(ids.begin(), ids.end(), std::back_inserter(result),
                       [&description](GraphValueId id) { return logical(description, id); });
        return result;
    };
    std::size_t id = 0;
    for (const GraphOperation& operation : description.operations) {
        dnnl::graph::op op(id, graph_kind(operation.kind), all(operation.inputs), all(operation.outputs),
                           fmt::format("{}_{}", operation.kind, id));
        for (const auto& [name, attribute] : operation.attributes) {
            std::visit([&op, key = graph_attribute(name)](const auto& value) { op.set_attr(key, value); }, attribute);
        }
        graph.add_op(op);
        ++id;
    }
    // An End keeps a value that others read, too, from staying inside a partition.
    for (GraphValueId value = 0; value < description.values.size(); ++value) {
        if (description.values[value].is_output) {
            graph.add_op(dnnl::graph::op(id++, dnnl::graph::op::kind::End, {logical(description, value)}, {}, "end"));
        }
    }
    graph.finalize();
    return graph.get_partitions(dnnl::graph::partition::policy::fusion);
}

/// Without the Ends, which compute nothing.
std::vector<std::size_t> operations_of(const GraphDescription& description, const dnnl::graph::partition& partition) {
    std::vector<std::size_t> operations = partition.get_ops();
    operations.erase(std::remove_if(operations.begin(), operations.end(),
                                    [&description](std::size_t id) { return id >= description.operations.size(); }),
                     operations.end());
    std::sort(operations.begin(), operations.end());
    return operations;
}

GraphPartitioning partitioned(const graph::Case& value, bool folds_scales) {
    GraphPartitioning result{describe_graph(value, folds_scales), {}};
    for (const dnnl::graph::partition& partition : partitions_of(result.description)) {
        std::vector<std::size_t> operations = operations_of(result.description, partition);
        if (operations.empty()) {
            continue;
        }
        if (!partition.is_supported()) {
            std::vector<std::string> kinds;
            for (const std::size_t id : operations) {
                kinds.push_back(result.description.operations[id].kind);
            }
            throw Unsupported(fmt::format("the Graph API supports no partition for {}", fmt::join(kinds, ", ")));
        }
        result.partitions.push_back(std::move(operations));
    }
    return result;
}

/// Whether the library multiplies the integers: it took the operation together with what dequantizes its operands.
bool is_fused(const IntegerContraction& contraction, const std::vector<std::vector<std::size_t>>& partitions) {
    const auto holds = [](const std::vector<std::size_t>& partition, std::size_t operation) {
        return std::binary_search(partition.begin(), partition.end(), operation);
    };
    return std::any_of(partitions.begin(), partitions.end(), [&](const std::vector<std::size_t>& partition) {
        return holds(partition, contraction.operation) &&
               std::all_of(contraction.dequantizations.begin(), contraction.dequantizations.end(),
                           [&](std::size_t each) { return holds(partition, each); });
    });
}

class GraphExecutable final : public Executable {
public:
    GraphExecutable(const dnnl::engine& engine, const graph::Case& value, const Buffers& buffers)
        : engine_(engine),
          stream_(engine_),
          graph_(value.graph),
          buffers_(buffers),
          partitioning_(graph_partitioning(value)),
          contract_(graph_plan(value, partitioning_).contract) {
        for (const dnnl::graph::partition& partition : partitions_of(partitioning_.description)) {
            if (!operations_of(partitioning_.description, partition).empty()) {
                compile(partition);
            }
        }
        for (const IntegerContraction& each : partitioning_.description.contractions) {
            const graph::NodeId node = partitioning_.description.operations[each.operation].node;
            // The name of the kernel is not told, but it is the library's best for the machine.
            grant_freedoms(contract_, graph_, graph_.node(node), "", effective_isa());
        }
    }

    std::vector<PartitionReport> partitions() const override {
        std::vector<PartitionReport> reports;
        for (std::size_t index = 0; index < partitioning_.partitions.size(); ++index) {
            reports.push_back({nodes_of_partition(graph_, partitioning_, index), implementation(index)});
        }
        return reports;
    }

    contract::Contract contract() const override { return contract_; }

    void execute() override {
        try {
            for (const Step& step : steps_) {
                step.partition.execute(stream_, step.inputs, step.outputs);
            }
            stream_.wait();
        } catch (const dnnl::error& failure) {
            rethrow(failure, "execution of the graph");
        }
    }

private:
    struct Step {
        dnnl::graph::compiled_partition partition;
        std::vector<dnnl::graph::tensor> inputs;
        std::vector<dnnl::graph::tensor> outputs;
    };

    void compile(const dnnl::graph::partition& partition) {
        const auto described = [this](const std::vector<LogicalTensor>& ports) {
            std::vector<LogicalTensor> result;
            for (const LogicalTensor& port : ports) {
                result.push_back(logical(partitioning_.description, port.get_id()));
            }
            return result;
        };
        const std::vector<LogicalTensor> inputs = described(partition.get_input_ports());
        const std::vector<LogicalTensor> outputs = described(partition.get_output_ports());
        const auto bound = [this](const std::vector<LogicalTensor>& tensors) {
            std::vector<dnnl::graph::tensor> result;
            for (const LogicalTensor& tensor : tensors) {
                result.emplace_back(tensor, engine_, memory_of(tensor.get_id()).data());
            }
            return result;
        };
        steps_.push_back({partition.compile(inputs, outputs, engine_), bound(inputs), bound(outputs)});
    }

    /// The judge's buffer of the tensor, or memory of our own.
    std::span<std::byte> memory_of(GraphValueId id) {
        const GraphValue& value = partitioning_.description.values[id];
        if (value.tensor != graph::kAbsent) {
            if (const auto values = buffers_.tensors.at(static_cast<std::size_t>(value.tensor)); !values.empty()) {
                return values;
            }
        }
        const auto [found, is_new] = own_.try_emplace(id);
        if (is_new) {
            const auto count = static_cast<std::size_t>(graph::element_count(value.shape).value());
            found->second.resize(count * graph::size_of(value.type));
            if (value.literal) {
                std::memcpy(found->second.data(), value.literal->bytes().data(), found->second.size());
            }
        }
        return found->second;
    }

    /// The library does not name the kernels of a partition; its kinds of operations tell partitions apart.
    std::string implementation(std::size_t index) const {
        std::set<std::string> kinds;
        for (const std::size_t id : partitioning_.partitions[index]) {
            kinds.insert(partitioning_.description.operations[id].kind);
        }
        const bool is_integer = kinds.erase("Dequantize") + kinds.erase("Quantize") > 0;
        for (const char* head : {"Convolution", "ConvTranspose", "MatMul", "AvgPool", "MaxPool", "Concat"}) {
            if (kinds.contains(head)) {
                return fmt::format("graph:{}{}", head, is_integer ? ":int8" : "");
            }
        }
        return is_integer ? "graph:int8" : "graph:f32";
    }

    dnnl::engine engine_;
    dnnl::stream stream_;
    const graph::Graph& graph_;
    Buffers buffers_;
    GraphPartitioning partitioning_;
    contract::Contract contract_;
    std::map<GraphValueId, std::vector<std::byte>> own_;
    std::vector<Step> steps_;
};

}  // namespace

GraphPartitioning graph_partitioning(const graph::Case& value) {
    const auto fused = [](const GraphPartitioning& each, const IntegerContraction& contraction) {
        return is_fused(contraction, each.partitions);
    };
    GraphPartitioning result = partitioned(value, true);
    const auto& contractions = result.description.contractions;
    if (std::any_of(contractions.begin(), contractions.end(),
                    [&](const auto& each) { return each.has_scale && !fused(result, each); })) {
        result = partitioned(value, false);
    }
    for (const IntegerContraction& each : result.description.contractions) {
        if (!fused(result, each) && !each.is_exact_in_f32) {
            throw Unsupported("the Graph API leaves a long sum of integers in f32, where it is not exact");
        }
    }
    return result;
}

std::unique_ptr<Executable> graph_executable(const dnnl::engine& engine, const graph::Case& value,
                                             const Buffers& buffers) {
    return std::make_unique<GraphExecutable>(engine, value, buffers);
}

}  // namespace difftest::backends::onednn
