#include "harness/campaign/campaign_environment.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <sys/utsname.h>
#include <nlohmann/json.hpp>

#include <fstream>

namespace difftest::harness {
namespace {

std::string cpu_model() {
    std::ifstream stream("/proc/cpuinfo");
    for (std::string line; std::getline(stream, line);) {
        const std::size_t colon = line.find(": ");
        if (line.starts_with("model name") && colon != std::string::npos) {
            return line.substr(colon + 2);
        }
    }
    return "unknown";
}

int usable_cpus() {
    cpu_set_t set;
    CPU_ZERO(&set);
    return ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 0;
}

std::string system_name() {
    std::ifstream stream("/etc/os-release");
    std::string distribution;
    for (std::string line; std::getline(stream, line);) {
        constexpr std::string_view kName = "PRETTY_NAME=\"";
        if (line.starts_with(kName) && line.size() > kName.size()) {
            distribution = line.substr(kName.size(), line.size() - kName.size() - 1) + ", ";
        }
    }
    utsname name{};
    return ::uname(&name) == 0 ? fmt::format("{}{} {} {}", distribution, name.sysname, name.release, name.machine)
                               : distribution;
}

}  // namespace

CampaignEnvironment environment_here() {
#if defined(__clang__)
    const std::string compiler = "Clang " __clang_version__;
#else
    const std::string compiler = "GCC " __VERSION__;
#endif
    return {cpu_model(), usable_cpus(), system_name(), compiler, DIFFTEST_VERSION};
}

nlohmann::ordered_json environment_members(const CampaignEnvironment& environment) {
    return {{"cpu", environment.cpu},
            {"cpus", environment.cpus},
            {"system", environment.system},
            {"compiler", environment.compiler},
            {"difftest_version", environment.difftest_version}};
}

std::string environment_text(const CampaignEnvironment& environment) {
    return environment_members(environment).dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) +
           "\n";
}

}  // namespace difftest::harness
