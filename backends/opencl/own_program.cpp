#include "backends/opencl/own_program.hpp"

#include "backends/backend.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace difftest::backends::opencl {
namespace {

/// The type of OpenCL C.
std::string_view own_name(graph::DataType type) {
    switch (type) {
        case graph::DataType::s8: return "char";
        case graph::DataType::u8: return "uchar";
        case graph::DataType::s32: return "int";
        case graph::DataType::f32: return "float";
        case graph::DataType::f16: return "half";
        case graph::DataType::bf16: return "ushort";
    }
    return "";
}

/// "uchar" of "uchar16*"; empty for a type that is no scalar or vector of OpenCL C, such as a struct.
std::string element_of(std::string type) {
    while (!type.empty() && (type.back() == '*' || type.back() == ' ' || (type.back() >= '0' && type.back() <= '9'))) {
        type.pop_back();
    }
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kLongNames{
        {{"unsigned char", "uchar"}, {"unsigned int", "uint"}, {"unsigned short", "ushort"}, {"signed char", "char"}}};
    for (const auto& [longer, shorter] : kLongNames) {
        type = type == longer ? std::string(shorter) : type;
    }
    static constexpr std::array<std::string_view, 8> kKnown{"char", "uchar", "short", "ushort",
                                                            "int",  "uint",  "float", "half"};
    return std::find(kKnown.begin(), kKnown.end(), type) == kKnown.end() ? "" : type;
}

/// A buffer of bytes may be read in packs of four or two; numbers in binary floating point may not be taken for
/// integers but as bits of the same width.
bool may_point_at(std::string_view parameter, graph::DataType element) {
    if (parameter == own_name(element)) {
        return true;
    }
    switch (element) {
        case graph::DataType::s8:
        case graph::DataType::u8:
            return parameter == "int" || parameter == "uint" || parameter == "short" || parameter == "ushort";
        case graph::DataType::s32:
        case graph::DataType::f32: return parameter == "uint";
        case graph::DataType::f16:
        case graph::DataType::bf16: return parameter == "ushort";
    }
    return false;
}

class Check {
public:
    Check(const cl::Program& program, const Device& device, const Kernel& kernel)
        : device_(device), kernel_(kernel), built_(entry(program)) {}

    void run() const {
        check_parameters();
        check_work_size();
    }

private:
    [[noreturn]] void fail(const std::string& message) const {
        throw BadInput(fmt::format("kernel '{}': {}", kernel_.entry, message));
    }

    cl::Kernel entry(const cl::Program& program) const {
        try {
            return {program, kernel_.entry.c_str()};
        } catch (const cl::Error& error) {
            if (error.err() != CL_INVALID_KERNEL_NAME) {
                throw;
            }
            std::string names = program.getInfo<CL_PROGRAM_KERNEL_NAMES>();
            std::replace(names.begin(), names.end(), ';', ' ');
            fail(names.empty() ? "the program has no kernel"
                               : fmt::format("the program has no kernel of that name; it has {}", names));
        }
    }

    void check_parameters() const {
        const auto count = built_.getInfo<CL_KERNEL_NUM_ARGS>();
        if (count != kernel_.arguments.size()) {
            fail(fmt::format("takes {} arguments, the manifest gives {} for this graph", count,
                             kernel_.arguments.size()));
        }
        for (cl_uint index = 0; index < count; ++index) {
            check_parameter(index);
        }
    }

    void check_parameter(cl_uint index) const {
        std::string type;
        std::string name;
        try {
            type = built_.getArgInfo<CL_KERNEL_ARG_TYPE_NAME>(index).c_str();
            name = built_.getArgInfo<CL_KERNEL_ARG_NAME>(index).c_str();
        } catch (const cl::Error&) {
            return;  // the compiler kept no information
        }
        const bool is_buffer = !std::holds_alternative<ScalarArgument>(kernel_.arguments[index]);
        const ParameterNote& note = kernel_.parameters[index];
        const std::string complaint = complaint_about_parameter(type, is_buffer, note.type);
        if (!complaint.empty()) {
            fail(fmt::format("parameter {} ({} {}) cannot take {}, which is {}", index, type, name, note.role,
                             complaint));
        }
    }

    void check_work_size() const {
        const auto most = device_.handle.getInfo<CL_DEVICE_MAX_WORK_ITEM_SIZES>();
        const std::size_t dimensions = kernel_.global.size();
        if (dimensions > most.size()) {
            fail(fmt::format("global has {} dimensions, {} has {}", dimensions, device_.name, most.size()));
        }
        std::size_t items = 1;
        for (std::size_t d = 0; d < kernel_.local.size(); ++d) {
            const std::size_t local = kernel_.local[d];
            if (local > most[d]) {
                fail(fmt::format("local[{}] is {}, {} has at most {}", d, local, device_.name, most[d]));
            }
            if (kernel_.global[d] % local != 0) {
                fail(fmt::format("global[{0}] is {1}, which is no multiple of local[{0}], {2}", d, kernel_.global[d],
                                 local));
            }
            items *= local;
        }
        const auto limit = built_.getWorkGroupInfo<CL_KERNEL_WORK_GROUP_SIZE>(device_.handle);
        if (items > limit) {
            fail(fmt::format("a work group of {} items, {} runs this kernel with at most {}", items, device_.name,
                             limit));
        }
        std::size_t total = 1;
        for (const std::size_t size : kernel_.global) {
            if (__builtin_mul_overflow(total, size, &total) || total > kMostItems) {
                fail(fmt::format("more than 2^40 work items"));
            }
        }
    }

    static constexpr std::size_t kMostItems = std::size_t{1} << 40;

    const Device& device_;
    const Kernel& kernel_;
    cl::Kernel built_;
};

}  // namespace

std::string joined_options(const std::string& base, const std::string& own) {
    std::string options = base;
    const std::size_t standard = options.find("-cl-std=");
    if (own.find("-cl-std=") != std::string::npos && standard != std::string::npos) {
        options.erase(standard, options.find(' ', standard) - standard);
    }
    return options + (own.empty() ? "" : " ") + own;
}

std::string complaint_about_parameter(const std::string& type, bool is_buffer, graph::DataType element) {
    const bool is_pointer = type.find('*') != std::string::npos;
    const std::string expected = fmt::format("{}{}", is_buffer ? "a buffer of " : "", own_name(element));
    if (is_pointer != is_buffer) {
        return expected;
    }
    const std::string parameter = element_of(type);
    if (parameter.empty()) {
        return "";
    }
    const bool fits = is_buffer
                          ? may_point_at(parameter, element)
                          : parameter == own_name(element) || (element == graph::DataType::s32 && parameter == "uint");
    return fits ? "" : expected;
}

const cl::Program& own_program(DevicePrograms& programs, const Device& device, const Kernel& kernel,
                               const std::string& options) {
    try {
        const cl::Program& program =
            programs.program(kernel.source, joined_options(options, kernel.options) + " -cl-kernel-arg-info");
        Check(program, device, kernel).run();
        return program;
    } catch (const BackendError& error) {
        throw BadInput(fmt::format("kernel '{}': {}", kernel.entry, error.what()));
    } catch (const cl::Error& error) {
        throw BadInput(fmt::format("kernel '{}': {} ({})", kernel.entry, status_text(error.err()), error.what()));
    }
}

}  // namespace difftest::backends::opencl
