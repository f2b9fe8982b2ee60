#include "backends/opencl/device_programs.hpp"

#include "backends/backend.hpp"
#include "backends/kernel_manifest/kernel_file.hpp"
#include "backends/opencl/spirv_program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <regex>
#include <sstream>
#include <string_view>

namespace difftest::backends::opencl {
namespace {

/// A program holds its binary and what the driver made of it: some hundred kilobytes.
constexpr std::size_t kMostPrograms = 256;
constexpr std::size_t kLongestMessage = 300;
constexpr std::size_t kLongestLine = 2000;

/// A run asks twice: for the first executable and for a fresh one.
constexpr int kUsesWorthKeeping = 3;

std::string line_of(const std::string& text, std::size_t number) {
    // What stands before a user's own source does not count.
    static constexpr std::string_view kFirstLine = "#line 1\n";
    const std::size_t first = text.find(kFirstLine);
    std::istringstream lines(first == std::string::npos ? text : text.substr(first + kFirstLine.size()));
    std::string line;
    for (std::size_t i = 0; i < number; ++i) {
        if (!std::getline(lines, line)) {
            return "";
        }
    }
    return line.substr(std::min(line.find_first_not_of(" \t"), line.size()));
}

/// A compiler's complaint and the line that it is about. Compilers differ in what stands before the line, and in
/// whether "error:" stands before that.
struct Complaint {
    std::size_t line = 0;  ///< 0 = none
    std::string text;
};

Complaint complaint_from(const std::string& line) {
    static const std::regex kPlace(R"(:(\d{1,9})(?::\d+)?: *(?:(?:fatal )?error: *)?(.*))");
    std::smatch parts;
    if (std::regex_search(line, parts, kPlace)) {
        return {std::stoul(parts[1]), parts[2].str().substr(0, kLongestMessage)};
    }
    return {0, line.substr(std::min(line.find("error:") + 7, line.size())).substr(0, kLongestMessage)};
}

}  // namespace

std::string shortened_log(const std::string& log, const std::string& source) {
    std::istringstream lines(log);
    std::string first;
    for (std::string line; std::getline(lines, line);) {
        if (first.empty() && !line.empty()) {
            first = line;
        }
        if (line.find("error:") == std::string::npos) {
            continue;
        }
        const Complaint complaint = complaint_from(line.substr(0, kLongestLine));
        return complaint.line == 0 ? complaint.text
                                   : fmt::format("line {}: {} | {}", complaint.line, complaint.text,
                                                 line_of(source, complaint.line).substr(0, kLongestMessage));
    }
    return first.empty() ? "the compiler's log is empty" : first.substr(0, kLongestMessage);
}

DevicePrograms::DevicePrograms(cl::Context context, cl::Device device, std::string identity, ProgramFiles files)
    : context_(std::move(context)),
      device_(std::move(device)),
      identity_(std::move(identity)),
      files_(std::move(files)) {}

const cl::Program& DevicePrograms::program(const std::string& source, const std::string& options) {
    std::string key = fmt::format("{}\n{}\n{}", identity_, options, source);
    if (const auto known = by_key_.find(key); known != by_key_.end()) {
        entries_.splice(entries_.begin(), entries_, known->second);
    } else {
        entries_.push_front(entry_for(key, source, options));
        by_key_.emplace(std::move(key), entries_.begin());
    }
    if (entries_.size() > kMostPrograms) {
        by_key_.erase(entries_.back().key);
        entries_.pop_back();
    }
    Entry& entry = entries_.front();
    ++entry.uses;
    if (!entry.is_on_disk && (binaries_are_cheap_ || entry.uses == kUsesWorthKeeping)) {
        keep(entry);
    }
    return entry.program;
}

DevicePrograms::Entry DevicePrograms::entry_for(std::string key, const std::string& source,
                                                const std::string& options) {
    if (std::optional<cl::Program> known = load(key, options)) {
        ++loaded_;
        return {std::move(key), *std::move(known), {}, 0, true};
    }
    const auto start = std::chrono::steady_clock::now();
    cl::Program program = build(source, options);
    ++built_;
    return {std::move(key), std::move(program), std::chrono::steady_clock::now() - start, 0, false};
}

std::optional<cl::Program> DevicePrograms::load(const std::string& key, const std::string& options) {
    std::optional<std::vector<unsigned char>> binary = files_.read(key);
    if (!binary) {
        return std::nullopt;
    }
    try {
        cl::Program program(context_, {device_}, cl::Program::Binaries{*std::move(binary)});
        program.build({device_}, options.c_str());
        return program;
    } catch (const cl::Error&) {
        return std::nullopt;  // the driver refuses its own binary: build it anew
    }
}

/// PoCL compiles every kernel once more to hand out a binary: its programs are kept only when they are used again.
void DevicePrograms::keep(Entry& entry) {
    const auto start = std::chrono::steady_clock::now();
    entry.is_on_disk = true;  // one attempt
    try {
        const cl::Program::Binaries binaries = entry.program.getInfo<CL_PROGRAM_BINARIES>();
        if (!binaries.empty() && !binaries.front().empty()) {
            files_.write(entry.key, binaries.front());
        }
    } catch (const cl::Error&) {
        binaries_are_cheap_ = false;
    }
    binaries_are_cheap_ = binaries_are_cheap_ && (std::chrono::steady_clock::now() - start) * 4 < entry.build_time;
}

cl::Program DevicePrograms::build(const std::string& source, const std::string& options) {
    cl::Program program = kernel_manifest::is_spirv(source) ? program_from_spirv(context_, device_, source)
                                                            : cl::Program(context_, source);
    try {
        program.build({device_}, options.c_str());
    } catch (const cl::Error& error) {
        const std::string log = program.getBuildInfo<CL_PROGRAM_BUILD_LOG>(device_);
        throw BackendError(
            fmt::format("the kernel does not compile ({}): {}", status_text(error.err()), shortened_log(log, source)));
    }
    return program;
}

std::string status_text(cl_int status) {
    static constexpr std::array<std::pair<cl_int, std::string_view>, 24> kNames{{
        {CL_DEVICE_NOT_FOUND, "CL_DEVICE_NOT_FOUND"},
        {CL_DEVICE_NOT_AVAILABLE, "CL_DEVICE_NOT_AVAILABLE"},
        {CL_COMPILER_NOT_AVAILABLE, "CL_COMPILER_NOT_AVAILABLE"},
        {CL_MEM_OBJECT_ALLOCATION_FAILURE, "CL_MEM_OBJECT_ALLOCATION_FAILURE"},
        {CL_OUT_OF_RESOURCES, "CL_OUT_OF_RESOURCES"},
        {CL_OUT_OF_HOST_MEMORY, "CL_OUT_OF_HOST_MEMORY"},
        {CL_BUILD_PROGRAM_FAILURE, "CL_BUILD_PROGRAM_FAILURE"},
        {CL_MISALIGNED_SUB_BUFFER_OFFSET, "CL_MISALIGNED_SUB_BUFFER_OFFSET"},
        {CL_INVALID_VALUE, "CL_INVALID_VALUE"},
        {CL_INVALID_DEVICE, "CL_INVALID_DEVICE"},
        {CL_INVALID_CONTEXT, "CL_INVALID_CONTEXT"},
        {CL_INVALID_MEM_OBJECT, "CL_INVALID_MEM_OBJECT"},
        {CL_INVALID_BINARY, "CL_INVALID_BINARY"},
        {CL_INVALID_BUILD_OPTIONS, "CL_INVALID_BUILD_OPTIONS"},
        {CL_INVALID_PROGRAM_EXECUTABLE, "CL_INVALID_PROGRAM_EXECUTABLE"},
        {CL_INVALID_KERNEL_NAME, "CL_INVALID_KERNEL_NAME"},
        {CL_INVALID_ARG_INDEX, "CL_INVALID_ARG_INDEX"},
        {CL_INVALID_ARG_VALUE, "CL_INVALID_ARG_VALUE"},
        {CL_INVALID_ARG_SIZE, "CL_INVALID_ARG_SIZE"},
        {CL_INVALID_KERNEL_ARGS, "CL_INVALID_KERNEL_ARGS"},
        {CL_INVALID_WORK_GROUP_SIZE, "CL_INVALID_WORK_GROUP_SIZE"},
        {CL_INVALID_WORK_ITEM_SIZE, "CL_INVALID_WORK_ITEM_SIZE"},
        {CL_INVALID_BUFFER_SIZE, "CL_INVALID_BUFFER_SIZE"},
        {-1001, "CL_PLATFORM_NOT_FOUND_KHR"},
    }};
    for (const auto& [number, name] : kNames) {
        if (number == status) {
            return std::string(name);
        }
    }
    return fmt::format("OpenCL error {}", status);
}

}  // namespace difftest::backends::opencl
