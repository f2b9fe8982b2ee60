#include "backends/onednn/library_description.hpp"
#include "backends/onednn/onednn_backend.hpp"
#include "backends/worker/serve.hpp"

int main(int argc, char** argv) {
    using namespace difftest::backends;
    return serve(
        [] {
            onednn::check_library_version();
            return onednn::make_onednn_backend();
        },
        argc, argv);
}
