// difftest-worker-xnnpack: XNNPACK as a worker.
#include "backends/worker/serve.hpp"
#include "backends/xnnpack/xnnpack_backend.hpp"

int main(int argc, char** argv) {
    return difftest::backends::serve([] { return difftest::backends::xnnpack::make_xnnpack_backend(); }, argc, argv);
}
