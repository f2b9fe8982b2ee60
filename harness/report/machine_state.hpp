#pragma once

#include "harness/report/screen_style.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// What `difftest doctor` has to say, as values.
namespace difftest::harness {

struct RungState {
    std::string isa;
    bool runs_here = false;
    std::string reason;  ///< why not
};

struct BackendState {
    std::string name;
    std::string program;
    bool available = false;
    std::string library;
    std::string library_version;
    std::string library_path;
    std::string runtime;
    std::string contract;
    std::string mxcsr;  ///< of the worker when its library had been loaded; empty where there is none
    std::vector<RungState> ladder;
    std::string problem;  ///< what is wrong or missing, and what to do
};

/// A device behind the OpenCL ICD loader.
struct OpenclDevice {
    std::string selector;  ///< as in --backend opencl:SELECTOR
    std::string name;
    std::string platform;
    std::string version;
    std::string driver;
    std::uint64_t memory_bytes = 0;
    std::uint64_t largest_allocation_bytes = 0;
    std::vector<std::string> capabilities;  ///< CL_FP_... in single precision
    std::string contract;                   ///< of kernels that call no functions
    std::string function_contract;          ///< of those that do
    std::vector<std::string> kernels;       ///< what can be generated for what the device offers beyond OpenCL 1.2
    std::string extensions;
};

struct MachineState {
    std::string difftest_version;
    std::string cpu;
    int cpus = 0;
    std::string mxcsr;  ///< "0x1f80 (round to nearest even, no flush to zero)"; empty where there is none
    bool mxcsr_is_default = true;
    std::string corpora;  ///< directory of the cases
    std::vector<BackendState> backends;
    std::vector<std::string> opencl_platforms;  ///< ICD files of this machine
    std::vector<OpenclDevice> opencl_devices;
    std::vector<std::string> missing;  ///< one line each: what is missing and what to install
};

std::string machine_screen(const MachineState& machine, const ScreenStyle& style);

/// The JSON document of `difftest doctor --json` (reports/schema/doctor.schema.json).
std::string machine_document(const MachineState& machine);

}  // namespace difftest::harness
