// difftest-worker-onnxruntime: ONNX Runtime as a worker.
#include "backends/onnxruntime/onnxruntime_backend.hpp"
#include "backends/worker/serve.hpp"

int main(int argc, char** argv) {
    return difftest::backends::serve([] { return difftest::backends::onnxruntime::make_onnxruntime_backend(); }, argc,
                                     argv);
}
