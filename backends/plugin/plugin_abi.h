#ifndef DIFFTEST_PLUGIN_ABI_H
#define DIFFTEST_PLUGIN_ABI_H

/* The door for a kernel of your own, in C: a shared library that exports `difftest_plugin`. It runs in a worker
   process; the harness never loads it. Loading a plug-in executes its code. How to write one: backends/plugin/README.md. */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DIFFTEST_PLUGIN_ABI_VERSION 2

/* Roles of a tensor. */
enum { DIFFTEST_INPUT = 0, DIFFTEST_CONSTANT = 1, DIFFTEST_INTERMEDIATE = 2 };

/* A dense row-major tensor. `type` is one of "s8", "u8", "s32", "f32", "f16", "bf16". `data` of an input or constant is
   read only; that of an output of the graph is to be written, every element; every other is NULL. Guard pages stand around
   each: a byte read or written outside is seen. In `supports`, only constants have data. */
struct difftest_tensor {
    const char* name;
    const char* type;
    int role;
    size_t rank;
    const int64_t* shape;
    void* data;
};

/* An attribute of an operation, as in case files. `text` is NULL unless it is a word ("relu"); numbers, truth values and
   lists of numbers are in `values`. */
struct difftest_attribute {
    const char* name;
    const char* text;
    size_t count;
    const double* values;
};

/* A slot of an operation ("data", "weights") and the tensor that is there. Slots that are not used are left out. */
struct difftest_slot {
    const char* name;
    size_t tensor;
};

struct difftest_node {
    const char* name;
    const char* operation; /* "convolution", "fake_quantize", ... */
    size_t slot_count;
    const struct difftest_slot* slots;
    size_t attribute_count;
    const struct difftest_attribute* attributes;
    size_t output; /* its tensor */
};

/* Nodes are in an order in which everything is produced before it is read. */
struct difftest_graph {
    size_t tensor_count;
    const struct difftest_tensor* tensors;
    size_t node_count;
    const struct difftest_node* nodes;
    size_t output_count;
    const size_t* outputs; /* tensors */
};

enum { DIFFTEST_OK = 0, DIFFTEST_UNSUPPORTED = 1, DIFFTEST_FAILED = 2 };

/* One way to run a graph. `contract` is a contract of `difftest list contracts`, NULL means "strict". */
struct difftest_plan {
    const char* name;
    const char* contract;
};

struct difftest_plugin_table {
    uint32_t abi_version; /* DIFFTEST_PLUGIN_ABI_VERSION */
    const char* name;
    const char* version;
    size_t plan_count; /* at least 1 */
    const struct difftest_plan* plans;
    /* Whether the plan can run the graph. Returns DIFFTEST_OK, DIFFTEST_UNSUPPORTED, or DIFFTEST_FAILED. `message` (of
       `message_bytes`) takes one line that says why. */
    int (*supports)(const struct difftest_graph* graph, size_t plan, char* message, size_t message_bytes);
    /* Runs the graph once. Called several times; each time every output must be written. */
    int (*run)(const struct difftest_graph* graph, size_t plan, char* message, size_t message_bytes);
};

/* What the library exports. */
const struct difftest_plugin_table* difftest_plugin(void);

/* Whether two texts are the same. */
static inline int difftest_same(const char* a, const char* b) {
    while (*a && *a == *b) {
        ++a;
        ++b;
    }
    return *a == *b;
}

/* For plug-ins: the tensor at a slot, NULL when the slot is not used. */
static inline const struct difftest_tensor* difftest_at(const struct difftest_graph* graph,
                                                        const struct difftest_node* node, const char* slot) {
    for (size_t i = 0; i < node->slot_count; ++i) {
        if (difftest_same(node->slots[i].name, slot)) {
            return &graph->tensors[node->slots[i].tensor];
        }
    }
    return NULL;
}

/* For plug-ins: a number of an attribute; 0 when there is none. */
static inline double difftest_number(const struct difftest_node* node, const char* attribute, size_t index) {
    for (size_t i = 0; i < node->attribute_count; ++i) {
        if (difftest_same(node->attributes[i].name, attribute)) {
            return index < node->attributes[i].count ? node->attributes[i].values[index] : 0;
        }
    }
    return 0;
}

#ifdef __cplusplus
}
#endif

#endif
