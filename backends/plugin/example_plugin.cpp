// The smallest plug-in: a relu of one f32 scalar. DIFFTEST_EXAMPLE_ABI pretends to be another version in the tests.
#include "backends/plugin/plugin_abi.h"

namespace {

int run(const char* /*case_text*/, const difftest_tensor* inputs, size_t input_count, difftest_tensor* outputs,
        size_t output_count, char* /*message*/, size_t /*message_bytes*/) {
    if (input_count != 1 || output_count != 1) {
        return 1;
    }
    const float x = *static_cast<const float*>(inputs[0].data);
    *static_cast<float*>(outputs[0].data) = x > 0 ? x : 0;
    return 0;
}

constexpr difftest_plugin_table kTable{DIFFTEST_EXAMPLE_ABI, "example", "1.0", run};

}  // namespace

const difftest_plugin_table* difftest_plugin() {
    return &kTable;
}
