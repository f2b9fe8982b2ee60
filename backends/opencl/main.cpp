// difftest-worker-opencl [--device PLATFORM.DEVICE|NAME]: generated kernels on one OpenCL device, as a worker.
//     --kernel FILE --manifest FILE: a kernel of the user's in the place of one partition (the code in FILE is
//     executed)
// difftest-worker-opencl --list-devices: one JSON document on stdout about every device behind the ICD loader.
#include "backends/opencl/device_list.hpp"
#include "backends/opencl/opencl_backend.hpp"
#include "backends/worker/serve.hpp"

#include <cstdio>
#include <optional>
#include <string>

int main(int argc, char** argv) {
    using namespace difftest::backends;
    std::string selector;
    opencl::OwnKernelFiles own;
    for (int i = 1; i < argc; ++i) {
        if (std::string(argv[i]) == "--list-devices") {
            std::puts(opencl::devices_document().c_str());
            return 0;
        }
        if (std::string(argv[i]) == "--device" && i + 1 < argc) {
            selector = argv[i + 1];
        }
        if (std::string(argv[i]) == "--kernel" && i + 1 < argc) {
            own.kernel = argv[i + 1];
        }
        if (std::string(argv[i]) == "--manifest" && i + 1 < argc) {
            own.manifest = argv[i + 1];
        }
    }
    const auto make = [&] {
        return opencl::make_opencl_backend(selector, own.kernel.empty() ? std::nullopt : std::optional(own));
    };
    return serve(make, argc, argv);
}
