// difftest-worker-plugin --plugin FILE: a plug-in, as a worker. Loading the plug-in executes its code.
#include "backends/plugin/plugin_backend.hpp"
#include "backends/worker/serve.hpp"

#include <string>

int main(int argc, char** argv) {
    std::string file;
    for (int i = 1; i + 1 < argc; ++i) {
        if (std::string(argv[i]) == "--plugin") {
            file = argv[i + 1];
        }
    }
    return difftest::backends::serve([&] { return difftest::backends::make_plugin_backend(file); }, argc, argv);
}
