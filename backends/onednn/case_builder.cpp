#include "backends/onednn/case_builder.hpp"

#include "reference/graph/case_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace difftest::backends::onednn {

using graph::TensorId;

namespace {

std::vector<CaseBuilder::Values> read_outputs(const graph::Graph& graph, const Buffers& buffers) {
    std::vector<CaseBuilder::Values> outputs;
    for (const TensorId id : graph.outputs) {
        const graph::Tensor& tensor = graph.tensor(id);
        CaseBuilder::Values values;
        for (std::int64_t index = 0; index < graph::element_count(tensor.shape).value(); ++index) {
            values.push_back(graph::load_element(buffers.tensors[static_cast<std::size_t>(id)], tensor.type, index));
        }
        outputs.push_back(std::move(values));
    }
    return outputs;
}

}  // namespace

TensorId CaseBuilder::input(graph::DataType type, const graph::Shape& shape, const Values& values) {
    return builder_.input(fmt::format("t{}", builder_.graph().tensors.size()), graph::TensorData(type, shape, values));
}

TensorId CaseBuilder::constant(graph::DataType type, const graph::Shape& shape, const Values& values) {
    return builder_.constant(fmt::format("t{}", builder_.graph().tensors.size()),
                             graph::TensorData(type, shape, values));
}

TensorId CaseBuilder::node(graph::Operation operation, std::vector<TensorId> inputs, graph::DataType type,
                           const graph::Shape& shape) {
    const std::string name = fmt::format("n{}", builder_.graph().nodes.size());
    const TensorId output = builder_.node(name, std::move(operation), std::move(inputs), type);
    if (const graph::Shape& inferred = builder_.graph().tensor(output).shape; inferred != shape) {
        throw std::invalid_argument(
            fmt::format("{}: its shape is {}, not {}", name, graph::to_string(inferred), graph::to_string(shape)));
    }
    return output;
}

TensorId CaseBuilder::fake_quantize(TensorId data, std::int64_t levels, const std::vector<float>& ranges,
                                    graph::DataType type) {
    std::vector<TensorId> inputs{data};
    for (const float bound : ranges) {
        inputs.push_back(scalar(bound));
    }
    return node(graph::FakeQuantize{levels}, inputs, type, builder_.graph().tensor(data).shape);
}

const graph::Case& CaseBuilder::finish(const std::vector<TensorId>& outputs) {
    case_ = builder_.build(outputs);
    return case_;
}

bool offers_plan(Backend& backend, const graph::Case& value, const std::string& name) {
    const std::vector<PlanOffer> offers = backend.plans(value);
    return std::any_of(offers.begin(), offers.end(), [&name](const PlanOffer& offer) {
        const Plan* plan = std::get_if<Plan>(&offer);
        return plan != nullptr && plan->name == name;
    });
}

Plan offered_plan(Backend& backend, const graph::Case& value, const std::string& name) {
    for (const PlanOffer& offer : backend.plans(value)) {
        if (const Plan* plan = std::get_if<Plan>(&offer); plan != nullptr && plan->name == name) {
            return *plan;
        }
        if (const Refusal* refusal = std::get_if<Refusal>(&offer)) {
            throw std::runtime_error("refused: " + refusal->reason);
        }
    }
    throw std::runtime_error("plan " + name + " is not offered");
}

void keep_failing(const graph::Case& value) {
    if (const char* folder = std::getenv("DIFFTEST_KEEP_FAILING")) {
        std::string name = value.name.empty() ? "case" : value.name;
        std::replace(name.begin(), name.end(), ' ', '_');
        graph::write_case(value, std::filesystem::path(folder) / (name + ".json"));
    }
}

Run run(Backend& backend, const graph::Case& value, const std::string& plan) {
    std::vector<std::vector<std::byte>> memory(value.graph.tensors.size());
    Buffers buffers;
    for (std::size_t index = 0; index < memory.size(); ++index) {
        const graph::Tensor& tensor = value.graph.tensors[index];
        if (tensor.role != graph::TensorRole::intermediate) {
            memory[index].assign(value.data[index].bytes().begin(), value.data[index].bytes().end());
        } else if (value.graph.is_output(static_cast<TensorId>(index))) {
            const auto count = static_cast<std::size_t>(graph::element_count(tensor.shape).value());
            memory[index].resize(count * graph::size_of(tensor.type));
        }
        buffers.tensors.emplace_back(memory[index]);
    }
    const auto fill = [&](int pattern) {
        for (const TensorId id : value.graph.outputs) {
            const std::span<std::byte> output = buffers.tensors[static_cast<std::size_t>(id)];
            std::memset(output.data(), pattern, output.size());
        }
    };
    const std::unique_ptr<Executable> executable = backend.prepare(value, offered_plan(backend, value, plan), buffers);
    fill(0x55);
    executable->execute();
    Run result{read_outputs(value.graph, buffers), executable->partitions(), executable->contract()};
    fill(0x2a);
    executable->execute();
    if (read_outputs(value.graph, buffers) != result.outputs) {
        keep_failing(value);
        throw std::runtime_error("two executions differ");
    }
    return result;
}

}  // namespace difftest::backends::onednn
