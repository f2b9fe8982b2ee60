// difftest-worker-faulty --fault NAME[@NODE][,...]: the reference with rules broken, as a worker.
#include "backends/faulty/faulty_backend.hpp"
#include "backends/worker/serve.hpp"

#include <string>

int main(int argc, char** argv) {
    std::string faults = "none";
    for (int i = 1; i + 1 < argc; ++i) {
        if (std::string(argv[i]) == "--fault") {
            faults = argv[i + 1];
        }
    }
    return difftest::backends::serve(
        [&] { return difftest::backends::make_faulty_backend(difftest::backends::parse_fault_requests(faults)); }, argc,
        argv);
}
