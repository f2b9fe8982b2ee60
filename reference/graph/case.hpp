#pragma once

#include "reference/graph/graph.hpp"
#include "reference/graph/tensor_data.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace difftest::graph {

/// What a case asks of its execution. Everything here is a restriction; an empty list means "all that there are".
struct ExecutionRequest {
    std::optional<std::string> contract;  ///< name of a contract level that tightens the backend's own
    std::vector<std::string> plans;       ///< names of the plans to run, such as "fused" or "split"
    std::vector<std::string> isas;        ///< names of the ISA rungs to run on
    std::optional<int> threads;
    friend bool operator==(const ExecutionRequest&, const ExecutionRequest&) = default;
};

/// A graph with everything that is needed to run it. The case file is the truth: nothing is derived from a seed.
struct Case {
    std::string name;
    Graph graph;
    /// Values of every input and constant, by tensor; the entries of intermediates are empty.
    std::vector<TensorData> data;
    ExecutionRequest execution;
    /// Free text about the case (origin, what to look for), by key. Never read by the harness.
    std::map<std::string, std::string> annotations;

    const TensorData& data_of(TensorId id) const { return data[static_cast<std::size_t>(id)]; }
    friend bool operator==(const Case&, const Case&) = default;
};

}  // namespace difftest::graph
