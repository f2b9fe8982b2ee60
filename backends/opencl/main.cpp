// difftest-worker-opencl [--device PLATFORM.DEVICE|NAME]: generated kernels on one OpenCL device, as a worker.
//     --record FILE: what each plan asks of the device is written into the file.
// difftest-worker-opencl --benchmark [--device ...]: one JSON document on stdout about what launches and checks cost.
//     --kernel FILE --manifest FILE: a kernel of the user's in the place of one partition (the code in FILE is
//     executed)
// difftest-worker-opencl --list-devices: one JSON document on stdout about every device behind the ICD loader.
#include "backends/opencl/device_benchmark.hpp"
#include "backends/opencl/device_list.hpp"
#include "backends/opencl/opencl_backend.hpp"
#include "backends/worker/serve.hpp"

#include <cstdio>
#include <exception>
#include <optional>
#include <string>

int main(int argc, char** argv) {
    using namespace difftest::backends;
    std::string selector;
    bool benchmark = false;
    opencl::OwnKernelFiles own;
    std::string recording;
    for (int i = 1; i < argc; ++i) {
        if (std::string(argv[i]) == "--list-devices") {
            std::puts(opencl::devices_document().c_str());
            return 0;
        }
        benchmark = benchmark || std::string(argv[i]) == "--benchmark";
        if (std::string(argv[i]) == "--device" && i + 1 < argc) {
            selector = argv[i + 1];
        }
        if (std::string(argv[i]) == "--record" && i + 1 < argc) {
            recording = argv[i + 1];
        }
        if (std::string(argv[i]) == "--kernel" && i + 1 < argc) {
            own.kernel = argv[i + 1];
        }
        if (std::string(argv[i]) == "--manifest" && i + 1 < argc) {
            own.manifest = argv[i + 1];
        }
    }
    if (benchmark) {
        try {
            std::puts(opencl::benchmark_document(selector).c_str());
            return 0;
        } catch (const std::exception& error) {
            std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
            return 1;
        }
    }
    const auto make = [&] {
        return opencl::make_opencl_backend(selector, own.kernel.empty() ? std::nullopt : std::optional(own), recording);
    };
    return serve(make, argc, argv);
}
