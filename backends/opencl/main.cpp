// difftest-worker-opencl [--device PLATFORM.DEVICE|NAME]: generated kernels on one OpenCL device, as a worker.
// difftest-worker-opencl --list-devices: one JSON document on stdout about every device behind the ICD loader.
#include "backends/opencl/device_list.hpp"
#include "backends/opencl/opencl_backend.hpp"
#include "backends/worker/serve.hpp"

#include <cstdio>
#include <string>

int main(int argc, char** argv) {
    using namespace difftest::backends;
    std::string selector;
    for (int i = 1; i < argc; ++i) {
        if (std::string(argv[i]) == "--list-devices") {
            std::puts(opencl::devices_document().c_str());
            return 0;
        }
        if (std::string(argv[i]) == "--device" && i + 1 < argc) {
            selector = argv[i + 1];
        }
    }
    return serve([&] { return opencl::make_opencl_backend(selector); }, argc, argv);
}
