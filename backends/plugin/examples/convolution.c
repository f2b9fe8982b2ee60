/* A kernel of one's own as a plug-in: the 2-D convolution of s8 or u8 with s8 into s32.
   cc -shared -fPIC -O2 -I. -o convolution.so backends/plugin/examples/convolution.c
   difftest fuzz --config convolutions --backend plugin:convolution.so --indices 0..2000 */
#include "backends/plugin/plugin_abi.h"

#include <stdio.h>
#include <string.h>

static int supports(const struct difftest_graph* graph, size_t plan, char* message, size_t message_bytes) {
    (void)plan;
    const struct difftest_node* node = graph->nodes;
    const char* reason = NULL;
    if (graph->node_count != 1 || strcmp(node->operation, "convolution") != 0)
        reason = "only a single convolution";
    else if (difftest_at(graph, node, "data")->rank != 4 || strcmp(graph->tensors[node->output].type, "s32") != 0)
        reason = "only two spatial dimensions and an s32 result";
    else if (strcmp(difftest_at(graph, node, "weights")->type, "s8") != 0 || difftest_number(node, "groups", 0) != 1)
        reason = "only s8 weights and one group";
    else if (node->slot_count != 2)
        reason = "no bias, no zero points";
    snprintf(message, message_bytes, "%s", reason ? reason : "");
    return reason ? DIFFTEST_UNSUPPORTED : DIFFTEST_OK;
}

static int at(const struct difftest_tensor* tensor, int64_t index) {
    return tensor->type[0] == 'u' ? ((const uint8_t*)tensor->data)[index] : ((const int8_t*)tensor->data)[index];
}

static int run(const struct difftest_graph* graph, size_t plan, char* message, size_t message_bytes) {
    (void)plan, (void)message, (void)message_bytes;
    const struct difftest_node* node = graph->nodes;
    const struct difftest_tensor *x = difftest_at(graph, node, "data"), *w = difftest_at(graph, node, "weights");
    const int64_t *out = graph->tensors[node->output].shape, *in = x->shape, *kernel = w->shape;
    int32_t* y = graph->tensors[node->output].data;
    const int64_t s0 = difftest_number(node, "strides", 0), s1 = difftest_number(node, "strides", 1);
    const int64_t d0 = difftest_number(node, "dilations", 0), d1 = difftest_number(node, "dilations", 1);
    const int64_t p0 = difftest_number(node, "pads_begin", 0), p1 = difftest_number(node, "pads_begin", 1);
    for (int64_t n = 0; n < out[0]; ++n)
        for (int64_t o = 0; o < out[1]; ++o)
            for (int64_t i = 0; i < out[2]; ++i)
                for (int64_t j = 0; j < out[3]; ++j) {
                    int64_t sum = 0;
                    for (int64_t c = 0; c < in[1]; ++c)
                        for (int64_t k = 0; k < kernel[2]; ++k)
                            for (int64_t l = 0; l < kernel[3]; ++l) {
                                const int64_t row = i * s0 + k * d0 - p0, column = j * s1 + l * d1 - p1;
                                if (row >= 0 && row < in[2] && column >= 0 && column < in[3])
                                    sum += at(x, ((n * in[1] + c) * in[2] + row) * in[3] + column) *
                                           at(w, ((o * in[1] + c) * kernel[2] + k) * kernel[3] + l);
                            }
                    *y++ = (int32_t)sum;
                }
    return DIFFTEST_OK;
}

static const struct difftest_plan fused = {"fused", NULL};
static const struct difftest_plugin_table table = {
    DIFFTEST_PLUGIN_ABI_VERSION, "my convolution", "1.0", 1, &fused, supports, run};
const struct difftest_plugin_table* difftest_plugin(void) { return &table; }
