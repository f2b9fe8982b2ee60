#include "harness/report/machine_state.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace difftest::harness {
namespace {

using Json = nlohmann::ordered_json;

std::string ladder_text(const BackendState& backend, const ScreenStyle& style) {
    std::vector<std::string> here;
    std::vector<std::string> not_here;
    for (const RungState& rung : backend.ladder) {
        (rung.runs_here ? here : not_here).push_back(rung.isa);
    }
    std::string text;
    if (!here.empty()) {
        text += fmt::format("    runs here:     {}\n", fmt::join(here, " "));
    }
    if (!not_here.empty()) {
        text += fmt::format("    {}not testable: {}{}\n", style.faint(), fmt::join(not_here, " "), style.reset());
    }
    return text;
}

std::string backend_text(const BackendState& backend, const ScreenStyle& style) {
    if (!backend.available) {
        return fmt::format("  {}{}{}: {}\n", style.failure(), backend.name, style.reset(), backend.problem);
    }
    std::string text = fmt::format("  {}{}{}: {}\n", style.pass(), backend.name, style.reset(),
                                   backend.library.empty() ? "no library of its own" : backend.library);
    const auto line = [&text](std::string_view name, const std::string& value) {
        text += value.empty() ? "" : fmt::format("    {:<15}{}\n", fmt::format("{}:", name), value);
    };
    line("worker", backend.program);
    line("library", backend.library_path);
    line("runtime", backend.runtime);
    line("contract", backend.contract);
    line("mxcsr", backend.mxcsr);
    line("problem", backend.problem);
    return text + ladder_text(backend, style);
}

Json backend_document(const BackendState& backend) {
    Json ladder = Json::array();
    for (const RungState& rung : backend.ladder) {
        ladder.push_back({{"isa", rung.isa},
                          {"runs_here", rung.runs_here},
                          {"reason", rung.reason.empty() ? Json() : Json(rung.reason)}});
    }
    return {{"name", backend.name},
            {"program", backend.program},
            {"available", backend.available},
            {"library", backend.library},
            {"library_version", backend.library_version},
            {"library_path", backend.library_path},
            {"runtime", backend.runtime},
            {"contract", backend.contract},
            {"mxcsr", backend.mxcsr.empty() ? Json() : Json(backend.mxcsr)},
            {"ladder", std::move(ladder)},
            {"problem", backend.problem.empty() ? Json() : Json(backend.problem)}};
}

std::string device_text(const OpenclDevice& device, const ScreenStyle& style) {
    std::string text = fmt::format("  {}opencl:{}{}: {}\n", style.pass(), device.selector, style.reset(), device.name);
    const auto line = [&text](std::string_view name, const std::string& value) {
        text += value.empty() ? "" : fmt::format("    {:<15}{}\n", fmt::format("{}:", name), value);
    };
    line("platform", device.platform);
    line("version", device.version);
    line("driver", device.driver);
    line("memory", fmt::format("{} MiB, at most {} MiB in one allocation", device.memory_bytes >> 20,
                               device.largest_allocation_bytes >> 20));
    line("floats", fmt::format("{}", fmt::join(device.capabilities, " ")));
    line("contract",
         fmt::format("{}; {} where functions such as exp are called", device.contract, device.function_contract));
    line("kernels", fmt::format("{}", fmt::join(device.kernels, "; ")));
    line("extensions", device.extensions);
    return text;
}

Json device_document(const OpenclDevice& device) {
    return {{"selector", device.selector},
            {"name", device.name},
            {"platform", device.platform},
            {"version", device.version},
            {"driver", device.driver},
            {"memory_bytes", device.memory_bytes},
            {"largest_allocation_bytes", device.largest_allocation_bytes},
            {"capabilities", device.capabilities},
            {"contract", device.contract},
            {"function_contract", device.function_contract},
            {"kernels", device.kernels},
            {"extensions", device.extensions}};
}

}  // namespace

std::string machine_screen(const MachineState& machine, const ScreenStyle& style) {
    std::string text =
        fmt::format("difftest {}\ncpu:     {}, {} usable\n", machine.difftest_version, machine.cpu, machine.cpus);
    if (!machine.mxcsr.empty()) {
        text += fmt::format("mxcsr:   {}{}{}\n", machine.mxcsr_is_default ? "" : style.failure(), machine.mxcsr,
                            machine.mxcsr_is_default ? "" : style.reset());
    }
    text += fmt::format("corpora: {}\nbackends\n", machine.corpora);
    for (const BackendState& backend : machine.backends) {
        text += backend_text(backend, style);
    }
    text += fmt::format("opencl:  {}\n", machine.opencl_platforms.empty()
                                             ? "no ICD registered"
                                             : fmt::format("{}", fmt::join(machine.opencl_platforms, " ")));
    for (const OpenclDevice& device : machine.opencl_devices) {
        text += device_text(device, style);
    }
    for (const std::string& line : machine.missing) {
        text += fmt::format("{}missing: {}{}\n", style.failure(), line, style.reset());
    }
    return text + (machine.missing.empty() ? "nothing is missing\n" : "");
}

std::string machine_document(const MachineState& machine) {
    Json backends = Json::array();
    for (const BackendState& backend : machine.backends) {
        backends.push_back(backend_document(backend));
    }
    Json devices = Json::array();
    for (const OpenclDevice& device : machine.opencl_devices) {
        devices.push_back(device_document(device));
    }
    const Json document = {{"format", "difftest-doctor"},
                           {"version", 1},
                           {"difftest_version", machine.difftest_version},
                           {"cpu", machine.cpu},
                           {"cpus", machine.cpus},
                           {"mxcsr", machine.mxcsr.empty() ? Json() : Json(machine.mxcsr)},
                           {"mxcsr_is_default", machine.mxcsr_is_default},
                           {"corpora", machine.corpora},
                           {"backends", std::move(backends)},
                           {"opencl_platforms", machine.opencl_platforms},
                           {"opencl_devices", std::move(devices)},
                           {"missing", machine.missing}};
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace difftest::harness
