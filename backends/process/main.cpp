// difftest-worker-process --command COMMAND: an engine that speaks the process protocol, as a worker. The command is
// executed.
#include "backends/process/process_backend.hpp"
#include "backends/worker/serve.hpp"

#include <string>

int main(int argc, char** argv) {
    std::string command;
    for (int i = 1; i + 1 < argc; ++i) {
        if (std::string(argv[i]) == "--command") {
            command = argv[i + 1];
        }
    }
    return difftest::backends::serve([&] { return difftest::backends::make_process_backend(command); }, argc, argv);
}
