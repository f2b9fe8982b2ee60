// A plug-in for tests: a relu of f32, or what DIFFTEST_TINY_* make of it: another ABI version, a table without
// functions, a write behind its output.
#include "backends/plugin/plugin_abi.h"

#include <cstdio>
#include <cstring>

#ifndef DIFFTEST_TINY_ABI
#define DIFFTEST_TINY_ABI DIFFTEST_PLUGIN_ABI_VERSION
#endif
#ifndef DIFFTEST_TINY_BEHIND
#define DIFFTEST_TINY_BEHIND 0
#endif
#ifndef DIFFTEST_TINY_CONTRACT
#define DIFFTEST_TINY_CONTRACT nullptr
#endif

namespace {

int supports(const difftest_graph* graph, size_t /*plan*/, char* message, size_t message_bytes) {
    if (graph->node_count == 1 && std::strcmp(graph->nodes[0].operation, "eltwise") == 0 &&
        graph->nodes[0].attribute_count > 0 && std::strcmp(graph->nodes[0].attributes[0].text, "relu") == 0) {
        return DIFFTEST_OK;
    }
    std::snprintf(message, message_bytes, "one relu is all there is");
    return DIFFTEST_UNSUPPORTED;
}

int run(const difftest_graph* graph, size_t /*plan*/, char* /*message*/, size_t /*message_bytes*/) {
    const difftest_tensor* x = difftest_at(graph, &graph->nodes[0], "data");
    const difftest_tensor& y = graph->tensors[graph->outputs[0]];
    size_t count = 1;
    for (size_t i = 0; i < x->rank; ++i) {
        count *= static_cast<size_t>(x->shape[i]);
    }
    const float* from = static_cast<const float*>(x->data);
    auto* const to = static_cast<float*>(y.data);
    for (size_t i = 0; i < count; ++i) {
        to[i] = from[i] > 0 ? from[i] : 0;
    }
    for (size_t i = count; i < count + DIFFTEST_TINY_BEHIND; ++i) {
        to[i] = 0;
    }
    return DIFFTEST_OK;
}

constexpr difftest_plan kPlan{"fused", DIFFTEST_TINY_CONTRACT};
constexpr difftest_plugin_table kTable{DIFFTEST_TINY_ABI, "tiny", "1.0", 1, &kPlan, supports, run};

}  // namespace

const difftest_plugin_table* difftest_plugin() {
    return &kTable;
}
