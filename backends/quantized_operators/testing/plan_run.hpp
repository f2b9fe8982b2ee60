#pragma once

#include "backends/backend.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

/// One plan of one case through a backend in this process, for the tests of the engines that use this room.
namespace difftest::backends::quantized {

struct PlanRun {
    std::vector<double> output;  ///< the first
    std::string implementation;  ///< of the first partition
    contract::Contract contract;
    std::string refusal;  ///< empty where it ran
};

inline PlanRun run_plan(Backend& backend, graph::Case value, const std::string& plan_name) {
    value.execution.plans = {plan_name};
    std::vector<graph::TensorData> memory = value.data;
    Buffers buffers;
    for (std::size_t i = 0; i < memory.size(); ++i) {
        const graph::Tensor& tensor = value.graph.tensors[i];
        if (tensor.role == graph::TensorRole::intermediate) {
            memory[i] = graph::TensorData(tensor.type, tensor.shape);
        }
        buffers.tensors.push_back(memory[i].bytes());
    }
    PlanRun result;
    for (const PlanOffer& offer : backend.plans(value)) {
        const auto* plan = std::get_if<Plan>(&offer);
        if (plan == nullptr) {
            result.refusal = std::get<Refusal>(offer).reason;
        } else if (plan->name == plan_name) {
            try {
                const auto executable = backend.prepare(value, *plan, buffers);
                executable->execute();
                EXPECT_THAT(executable->damage(), ::testing::IsEmpty());
                result.implementation = executable->partitions().front().implementation;
                result.contract = executable->contract();
            } catch (const Unsupported& reason) {
                result.refusal = reason.what();
                return result;
            }
            const graph::TensorData& output = memory[static_cast<std::size_t>(value.graph.outputs.front())];
            for (std::int64_t i = 0; i < output.size(); ++i) {
                result.output.push_back(output.at(i));
            }
            result.refusal.clear();
            return result;
        }
    }
    return result;
}

}  // namespace difftest::backends::quantized
