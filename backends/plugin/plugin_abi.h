#ifndef DIFFTEST_PLUGIN_ABI_H
#define DIFFTEST_PLUGIN_ABI_H

/* The door for a kernel of your own, in C: a shared library that exports `difftest_plugin`. It runs in a worker
   process; the harness never loads it. Loading a plug-in executes its code. */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DIFFTEST_PLUGIN_ABI_VERSION 1

/* A dense row-major tensor. `type` is one of "s8", "u8", "s32", "f32", "f16", "bf16". */
struct difftest_tensor {
    const char* name;
    const char* type;
    size_t rank;
    const int64_t* shape;
    void* data;
};

struct difftest_plugin_table {
    uint32_t abi_version; /* DIFFTEST_PLUGIN_ABI_VERSION */
    const char* name;
    const char* version;
    /* Runs the graph of a case file (its JSON text) on the inputs and constants, writes the outputs. Returns 0; 1 when
       the graph is not supported; any other number when it failed. `message` takes one line that says why. */
    int (*run)(const char* case_text, const struct difftest_tensor* inputs, size_t input_count,
               struct difftest_tensor* outputs, size_t output_count, char* message, size_t message_bytes);
};

/* What the library exports. */
const struct difftest_plugin_table* difftest_plugin(void);

#ifdef __cplusplus
}
#endif

#endif
