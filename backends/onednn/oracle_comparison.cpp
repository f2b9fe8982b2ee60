#include "backends/onednn/oracle_comparison.hpp"

#include "backends/onednn/registered_errors.hpp"
#include "reference/oracle/oracle.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace difftest::backends::onednn {

namespace {

/// A reason without the names in it, so that equal reasons are counted together.
std::string without_names(std::string reason) {
    for (auto open = reason.find('\''); open != std::string::npos; open = reason.find('\'', open + 2)) {
        const auto close = reason.find('\'', open + 1);
        if (close == std::string::npos) {
            break;
        }
        reason.replace(open, close - open + 1, "''");
    }
    return reason;
}

/// "matmul(u82x3, s83x4) -> s32, eltwise 0 0.5 0(s322x4) -> f32": algorithms by number
std::string nodes_of(const graph::Graph& graph) {
    std::string text;
    for (const graph::Node& node : graph.nodes) {
        text += fmt::format("{}{}", text.empty() ? "" : ", ", graph::name_of(node.operation));
        if (const auto* eltwise = std::get_if<graph::Eltwise>(&node.operation)) {
            text += fmt::format(" {} {} {}", static_cast<int>(eltwise->algorithm), eltwise->alpha, eltwise->beta);
        } else if (const auto* binary = std::get_if<graph::Binary>(&node.operation)) {
            text += fmt::format(" {}", static_cast<int>(binary->algorithm));
        }
        text += '(';
        std::string_view separator;
        for (const graph::TensorId input : node.inputs) {
            if (input != graph::kAbsent) {
                const graph::Tensor& tensor = graph.tensor(input);
                text += fmt::format("{}{}{}", separator, graph::name_of(tensor.type), graph::to_string(tensor.shape));
                separator = ", ";
            }
        }
        text += fmt::format(") -> {}", graph::name_of(graph.tensor(node.output).type));
    }
    return text;
}

std::string implementations_of(const Run& run) {
    std::string names;
    for (const PartitionReport& partition : run.partitions) {
        names += (names.empty() ? "" : " + ") + partition.implementation;
    }
    return names;
}

}  // namespace

std::int64_t Draw::operator()(std::int64_t lowest, std::int64_t highest) {
    const auto count = static_cast<std::uint64_t>(highest - lowest + 1);
    return lowest + static_cast<std::int64_t>(engine_() % count);
}

graph::TensorData Draw::tensor(graph::DataType type, const graph::Shape& shape, std::int64_t lowest,
                               std::int64_t highest) {
    graph::TensorData data(type, shape);
    for (std::int64_t index = 0; index < data.size(); ++index) {
        data.set(index, static_cast<double>((*this)(lowest, highest)));
    }
    return data;
}

graph::TensorData Draw::values(graph::DataType type, const graph::Shape& shape) {
    switch (type) {
        case graph::DataType::s8: return tensor(type, shape, -128, 127);
        case graph::DataType::u8: return tensor(type, shape, 0, 255);
        case graph::DataType::s32: return tensor(type, shape, -1000, 1000);
        default: break;
    }
    graph::TensorData data(type, shape);
    for (std::int64_t index = 0; index < data.size(); ++index) {
        data.set(index, static_cast<double>((*this)(-128, 128)) / 4);
    }
    return data;
}

bool is_version_2(Backend& backend) {
    return backend.describe().library_version.starts_with("2.");
}

void OracleComparison::check(const graph::Case& value) {
    for (const PlanOffer& offer : backend_.plans(value)) {
        if (const auto* refusal = std::get_if<Refusal>(&offer)) {
            ++refusals_[without_names(refusal->reason)];
            continue;
        }
        const Plan& plan = std::get<Plan>(offer);
        const std::string_view error = is_version_2(backend_) ? "" : registered_error(value.graph, plan.name);
        if (!error.empty()) {
            ++refusals_[fmt::format("left out: {}", error)];
        } else if (plan.traits.empty()) {
            run_plan(value, plan);
        }
    }
}

void OracleComparison::run_plan(const graph::Case& value, const Plan& plan) {
    Run result;
    try {
        result = run(backend_, value, plan.name);
    } catch (const Unsupported& refusal) {
        ++refusals_[without_names(refusal.what())];
        return;
    } catch (const std::exception& failure) {
        keep_failing(value);
        ADD_FAILURE() << value.name << ", plan " << plan.name << ": " << failure.what() << "\n"
                      << nodes_of(value.graph);
        return;
    }
    ++runs_;
    const std::string implementation = implementations_of(result);
    for (std::size_t partition = 0; partition < result.partitions.size(); ++partition) {
        ++implementations_[fmt::format(
            "{}: {}", plan.partitions[partition].kind.substr(0, plan.partitions[partition].kind.find(' ')),
            result.partitions[partition].implementation)];
    }
    const oracle::Evaluation evaluation = oracle::evaluate(value, result.contract);
    for (std::size_t output = 0; output < result.outputs.size(); ++output) {
        const oracle::AllowedTensor& allowed = evaluation.of(value.graph.outputs[output]);
        const CaseBuilder::Values& got = result.outputs[output];
        std::int64_t outside = 0;
        std::string first;
        for (std::size_t index = 0; index < got.size(); ++index) {
            const auto element = static_cast<std::int64_t>(index);
            if (!allowed.contains(element, got[index]) && outside++ == 0) {
                first = fmt::format("element {} is {}, allowed {}", index, got[index], allowed.at(element).to_string());
            }
        }
        if (outside != 0) {
            keep_failing(value);
        }
        EXPECT_EQ(outside, 0) << value.name << ", plan " << plan.name << ", " << implementation << ", "
                              << result.contract.to_string() << ": " << first << " (of " << got.size() << ")\n"
                              << nodes_of(value.graph);
    }
}

std::string OracleComparison::summary() const {
    std::string text = fmt::format("{} runs\n", runs_);
    for (const auto& [name, count] : implementations_) {
        text += fmt::format("{:7} {}\n", count, name);
    }
    for (const auto& [reason, count] : refusals_) {
        text += fmt::format("{:7} refused: {}\n", count, reason);
    }
    return text;
}

}  // namespace difftest::backends::onednn
