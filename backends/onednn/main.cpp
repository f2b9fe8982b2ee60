// difftest-worker-onednn [--record FILE]: with --record what each plan asks of the library is written into the file.
#include "backends/onednn/library_description.hpp"
#include "backends/onednn/onednn_backend.hpp"
#include "backends/worker/serve.hpp"

#include <filesystem>
#include <string_view>

int main(int argc, char** argv) {
    using namespace difftest::backends;
    std::filesystem::path recording;
    for (int i = 1; i + 1 < argc; ++i) {
        if (std::string_view(argv[i]) == "--record") {
            recording = argv[i + 1];
        }
    }
    return serve(
        [&recording] {
            onednn::check_library_version();
            return onednn::make_onednn_backend(recording);
        },
        argc, argv);
}
