#include "backends/opencl/device_benchmark.hpp"

#include "backends/opencl/opencl_backend.hpp"
#include "backends/opencl/opencl_executable.hpp"
#include "reference/graph/case_builder.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>

namespace difftest::backends::opencl {
namespace {

using Clock = std::chrono::steady_clock;
using graph::DataType;

/// Launches in a turn of each work: as short for what launches three times as for a single launch.
constexpr int kLaunches = 12;
constexpr int kLaunchesOfARun = 3;
constexpr int kFewestRounds = 5;
constexpr int kMostRounds = 200;
constexpr double kMostMicroseconds = 2e6;

/// deconvolution -> scale -> relu -> fake_quantize u8 -> scale -> u8 with a few thousand products.
graph::Case small_case() {
    graph::CaseBuilder builder("small_case");
    graph::TensorData data(DataType::u8, {1, 15, 5, 4});
    graph::TensorData weights(DataType::s8, {30, 15, 3, 3});
    for (std::int64_t i = 0; i < data.size(); ++i) {
        data.set(i, static_cast<double>(i * 37 % 256));
    }
    for (std::int64_t i = 0; i < weights.size(); ++i) {
        weights.set(i, static_cast<double>(i * 29 % 129 - 64));
    }
    const graph::TensorId scale = builder.per_channel("scale", std::vector<float>(30, 1.0F / 9), 4);
    graph::TensorId at =
        builder.node("deconv", graph::Deconvolution{{1, 1}, {1, 1}, {0, 0}, {0, 0}, {0, 0}, 1},
                     {builder.input("input", data), builder.constant("weights", weights)}, DataType::s32);
    at = builder.node("scale1", graph::Binary{graph::BinaryAlgorithm::multiply}, {at, scale}, DataType::f32);
    at = builder.node("relu", graph::Eltwise{graph::EltwiseAlgorithm::relu, 0, 0}, {at}, DataType::f32);
    at = builder.node(
        "quant", graph::FakeQuantize{256, graph::FakeQuantizeForm::specification},
        {at, builder.scalar("il", 0), builder.scalar("ih", 700), builder.scalar("ol", 0), builder.scalar("oh", 255)},
        DataType::u8);
    at = builder.node("scale2", graph::Binary{graph::BinaryAlgorithm::multiply}, {at, scale}, DataType::f32);
    return builder.build({builder.node("out", graph::Convert{}, {at}, DataType::u8)});
}

double microseconds_since(Clock::time_point start) {
    return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

/// Processor time of all threads, the driver's among them: what other programs take does not count.
double processor_microseconds() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

struct Cost {
    double clock = 0;      ///< microseconds
    double processor = 0;  ///< microseconds
};

struct Work {
    std::function<void()> once;
    int launches = 1;
};

/// For each work the mean of the best of many rounds, in which they take turns: what else the machine does counts
/// little, and on all of them.
template <std::size_t kWorks>
std::array<Cost, kWorks> costs_of(const std::array<Work, kWorks>& works) {
    std::array<Cost, kWorks> best;
    const Clock::time_point begin = Clock::now();
    for (int round = 0; round < kMostRounds; ++round) {
        if (round >= kFewestRounds && microseconds_since(begin) > kMostMicroseconds) {
            break;
        }
        for (std::size_t i = 0; i < kWorks; ++i) {
            const int turns = kLaunches / works[i].launches;
            const Clock::time_point start = Clock::now();
            const double processor = processor_microseconds();
            for (int turn = 0; turn < turns; ++turn) {
                works[i].once();
            }
            const Cost mean{microseconds_since(start) / turns, (processor_microseconds() - processor) / turns};
            best[i] = round == 0
                          ? mean
                          : Cost{std::min(best[i].clock, mean.clock), std::min(best[i].processor, mean.processor)};
        }
    }
    return best;
}

nlohmann::ordered_json measured(Backend& backend, const graph::Case& value, const std::string& name,
                                const Buffers& buffers) {
    Plan plan;
    plan.name = name;
    Clock::time_point start = Clock::now();
    std::unique_ptr<Executable> executable = backend.prepare(value, plan, buffers);
    const double build = microseconds_since(start);
    start = Clock::now();
    executable->execute();
    const double first = microseconds_since(start);
    auto& opencl = static_cast<OpenclExecutable&>(*executable);
    // As the session runs a plan: two executions, and another one of a fresh executable.
    const auto whole_run = [&] {
        const std::unique_ptr<Executable> again = backend.prepare(value, plan, buffers);
        again->execute();
        again->execute();
        backend.prepare(value, plan, buffers)->execute();
    };
    const auto [launch, execute, run] =
        costs_of<3>({{{[&] { opencl.launch(); }}, {[&] { opencl.execute(); }}, {whole_run, kLaunchesOfARun}}});
    return {{"plan", name},
            {"build_ms", build / 1000},
            {"first_execution_ms", first / 1000},
            {"launch_us", launch.clock},
            {"execute_us", execute.clock},
            {"execute_ratio", execute.clock / launch.clock},
            {"run_us", run.clock},
            {"run_ratio", run.clock / (kLaunchesOfARun * launch.clock)},
            {"run_to_one_launch", run.clock / launch.clock},
            {"launch_processor_us", launch.processor},
            {"run_processor_us", run.processor},
            {"run_processor_ratio", run.processor / (kLaunchesOfARun * launch.processor)}};
}

}  // namespace

std::string benchmark_document(const std::string& selector) {
    // No cache knows the kernels: neither ours nor the drivers'.
    const std::filesystem::path folder = std::filesystem::temp_directory_path() /
                                         ("difftest_bench_" + std::to_string(Clock::now().time_since_epoch().count()));
    for (const char* const variable : {"XDG_CACHE_HOME", "POCL_CACHE_DIR", "CUDA_CACHE_PATH"}) {
        ::setenv(variable, folder.c_str(), 1);
    }
    std::filesystem::create_directories(folder);
    nlohmann::ordered_json document;
    {
        const std::unique_ptr<Backend> backend = make_opencl_backend(selector);
        const Description description = backend->describe();
        document = {{"device", description.runtime}, {"library", description.library}};
        graph::Case value = small_case();
        std::vector<std::byte> output(
            static_cast<std::size_t>(*graph::element_count(value.graph.tensors.back().shape)));
        Buffers buffers;
        for (graph::TensorData& data : value.data) {
            buffers.tensors.push_back(data.bytes());
        }
        buffers.tensors.back() = output;
        for (const char* const plan : {"fused", "fused@tiled", "fused+shared"}) {
            document["plans"].push_back(measured(*backend, value, plan, buffers));
        }
    }
    std::error_code error;
    std::filesystem::remove_all(folder, error);
    return document.dump();
}

}  // namespace difftest::backends::opencl
