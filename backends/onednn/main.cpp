#include "backends/onednn/onednn_backend.hpp"
#include "backends/worker/serve.hpp"

int main(int argc, char** argv) {
    return difftest::backends::serve(difftest::backends::onednn::make_onednn_backend, argc, argv);
}
