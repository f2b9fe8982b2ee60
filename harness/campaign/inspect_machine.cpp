#include "harness/campaign/inspect_machine.hpp"

#include "harness/campaign/backend_availability.hpp"
#include "harness/campaign/backend_session.hpp"
#include "harness/campaign/campaign_environment.hpp"
#include "harness/execute/captured_output.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

namespace difftest::harness {
namespace {

#if defined(__SSE__)
/// Rounding control in bits 13-14, flush-to-zero in bit 15, denormals-are-zero in bit 6 (Intel SDM, volume 1, section
/// 10.2.3); sticky flags are left out.
struct FloatingPointMode {
    explicit FloatingPointMode(unsigned mxcsr)
        : control(mxcsr & ~0x3FU), rounding(mxcsr >> 13U & 3U), flushes((mxcsr & (1U << 15U | 1U << 6U)) != 0) {}

    bool is_default() const { return rounding == 0 && !flushes; }
    std::string text() const {
        static constexpr std::string_view kRounding[] = {"to nearest even", "down", "up", "toward zero"};
        return fmt::format("0x{:04x}: rounds {}, subnormals {}", control, kRounding[rounding],
                           flushes ? "flushed" : "kept");
    }

    unsigned control;
    unsigned rounding;
    bool flushes;
};
#endif

/// Of this process, which the workers inherit by default.
void read_floating_point_mode(MachineState& machine) {
#if defined(__SSE__)
    const FloatingPointMode mode(_mm_getcsr());
    machine.mxcsr = mode.text();
    machine.mxcsr_is_default = mode.is_default();
#else
    machine.mxcsr_is_default = true;
#endif
}

/// Of the worker after its library was loaded: a library that was linked with -ffast-math may change it there.
void read_floating_point_mode(BackendState& backend, Worker& worker) {
#if defined(__SSE__)
    const WorkerResources resources = worker.resources();
    const FloatingPointMode mode(resources.vector_control);
    backend.mxcsr = mode.text();
    if (!mode.is_default()) {
        backend.problem = fmt::format("loading the library changes the floating-point environment to {}", mode.text());
    }
#else
    (void)backend;
    (void)worker;
#endif
}

std::vector<std::string> opencl_platforms() {
    std::vector<std::string> names;
    std::error_code error;
    const char* const folder = std::getenv("OCL_ICD_VENDORS");  // the loader looks there instead
    for (const auto& entry :
         std::filesystem::directory_iterator(folder == nullptr ? "/etc/OpenCL/vendors" : folder, error)) {
        if (entry.path().extension() == ".icd") {
            names.push_back(entry.path().filename().string());
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

/// The worker lists the devices: a driver that breaks must not break this program.
void read_opencl_devices(MachineState& machine) {
    const std::filesystem::path program = worker_program("opencl");
    if (!std::filesystem::exists(program)) {
        return;  // listed among the backends
    }
    const CapturedOutput listed = captured_output(program, {"--list-devices"}, std::chrono::seconds(60));
    const nlohmann::json document = nlohmann::json::parse(listed.text, nullptr, false);
    if (!listed.problem.empty() || !document.is_object()) {
        machine.missing.push_back(fmt::format("OpenCL devices: {} {}", program.filename().string(),
                                              listed.problem.empty() ? "gave no list" : listed.problem));
        return;
    }
    for (const nlohmann::json& driver : document.value("broken_drivers", nlohmann::json::array())) {
        machine.missing.push_back(fmt::format("OpenCL driver {} ({}) {}", driver.value("file", ""),
                                              driver.value("library", ""), driver.value("problem", "")));
    }
    for (const nlohmann::json& device : document.value("devices", nlohmann::json::array())) {
        machine.opencl_devices.push_back(
            {device.value("selector", ""), device.value("name", ""), device.value("platform", ""),
             device.value("version", ""), device.value("driver", ""), device.value("memory_bytes", std::uint64_t{0}),
             device.value("largest_allocation_bytes", std::uint64_t{0}),
             device.value("capabilities", std::vector<std::string>{}), device.value("contract", ""),
             device.value("function_contract", ""), device.value("kernels", std::vector<std::string>{}),
             device.value("extensions", "")});
    }
}

void inspect_ladder(BackendState& state, BackendSession& session) {
    for (const std::string& isa : session.description().isa_ladder) {
        const BackendSession::Rung rung = session.rung(isa);
        state.ladder.push_back({isa, rung.worker != nullptr, rung.reason});
    }
}

BackendState inspect_backend(const BackendKind& kind) {
    BackendState state;
    const std::optional<std::string> example = example_name(kind);
    state.name = example ? *example : fmt::format("{}:{}", kind.name, kind.argument);
    state.program = worker_program(kind.name).filename().string();
    state.available = is_available(kind);
    if (!state.available) {
        state.problem = fmt::format("{} was not built: {}", state.program, kind.missing);
        return state;
    }
    if (!example) {
        state.library = "an engine of your own";
        return state;
    }
    try {
        BackendSession session(select_backend(*example), std::nullopt);
        const backends::Description& is = session.description();
        state.library = is.library;
        state.library_version = is.library_version;
        state.library_path = is.library_path;
        state.runtime = is.runtime;
        state.contract = is.contract.to_string();
        inspect_ladder(state, session);
        if (const BackendSession::Rung rung = session.rung(is.isa); rung.worker != nullptr) {
            read_floating_point_mode(state, *rung.worker);
        }
    } catch (const WorkerUnavailable& error) {
        state.problem = error.what();
        state.available = false;
    }
    return state;
}

}  // namespace

MachineState inspect_machine(const Corpora& corpora) {
    MachineState machine;
    const CampaignEnvironment here = environment_here();
    machine.difftest_version = here.difftest_version;
    machine.cpu = here.cpu;
    machine.cpus = here.cpus;
    machine.corpora = corpora.directory().string();
    read_floating_point_mode(machine);
    machine.opencl_platforms = opencl_platforms();
    read_opencl_devices(machine);
    for (const BackendKind& kind : backend_kinds()) {
        machine.backends.push_back(inspect_backend(kind));
        if (!machine.backends.back().problem.empty()) {
            machine.missing.push_back(fmt::format("backend {}: {}", kind.name, machine.backends.back().problem));
        }
    }
    if (corpora.named_cases().empty()) {
        machine.missing.push_back(fmt::format("named cases: none in {}", corpora.named().string()));
    }
    if (!machine.mxcsr_is_default) {
        machine.missing.emplace_back(
            "the default floating-point environment: MXCSR was changed before difftest started");
    }
    return machine;
}

}  // namespace difftest::harness
