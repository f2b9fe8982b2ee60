#pragma once

#include "backends/backend.hpp"
#include "backends/onnxruntime/runtime_library.hpp"
#include "reference/graph/graph.hpp"

#include <string>
#include <vector>

namespace difftest::backends::onnxruntime {

/// What a session is created with, beyond the model.
struct SessionOptions {
    GraphOptimizationLevel level = ORT_ENABLE_ALL;
    /// A pass that merges two pairs of Q/DQ into one with a scale that neither had, and so drops a rounding.
    bool merges_double_qdq = false;
};

/// A model that the library has optimized, on buffers of the judge.
class Session {
public:
    /// Throws Unsupported or BackendError.
    Session(const RuntimeLibrary& library, const OrtEnv& environment, const std::string& model,
            const graph::Graph& graph, const SessionOptions& options, const Buffers& buffers);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    void run();

    /// The operators that the library runs, as it wrote them down after its optimizations.
    const std::string& operators() const { return operators_; }

private:
    void create(const OrtEnv& environment, const std::string& model, const SessionOptions& options);
    void bind(const graph::Graph& graph, const Buffers& buffers);

    const RuntimeLibrary& library_;
    OrtSession* session_ = nullptr;
    OrtMemoryInfo* memory_ = nullptr;
    std::vector<std::string> input_names_;
    std::vector<std::string> output_names_;
    std::vector<OrtValue*> inputs_;
    std::vector<OrtValue*> outputs_;
    std::string operators_;
};

}  // namespace difftest::backends::onnxruntime
