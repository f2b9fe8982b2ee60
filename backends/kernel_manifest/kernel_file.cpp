#include "backends/kernel_manifest/kernel_file.hpp"

#include "backends/kernel_manifest/kernel_macros.hpp"

#include <fmt/format.h>

#include <array>
#include <cstring>
#include <fstream>
#include <iterator>

namespace difftest::backends::kernel_manifest {
namespace {

constexpr std::size_t kLargestKernel = std::size_t{16} << 20;

std::string content_of(const std::filesystem::path& file) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error)) {
        throw ManifestError(
            fmt::format("{}: {}", file.string(), std::filesystem::exists(file, error) ? "not a file" : "no such file"));
    }
    if (std::filesystem::file_size(file, error) > kLargestKernel) {
        throw ManifestError(fmt::format("{}: too large for a kernel ({} MiB)", file.string(), kLargestKernel >> 20));
    }
    std::ifstream stream(file, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(stream), {});
    if (!stream || text.empty()) {
        throw ManifestError(fmt::format("{}: {}", file.string(), stream ? "empty" : "cannot be read"));
    }
    return text;
}

}  // namespace

bool is_spirv(const std::string& program) {
    static constexpr std::array<unsigned char, 4> kMagic{0x03, 0x02, 0x23, 0x07};  // of a little-endian machine
    return program.size() >= kMagic.size() && std::memcmp(program.data(), kMagic.data(), kMagic.size()) == 0;
}

KernelFiles read_kernel(const std::filesystem::path& kernel, const std::filesystem::path& manifest) {
    KernelFiles files{content_of(kernel), parse_manifest(content_of(manifest), manifest.string())};
    if (is_spirv(files.source) && !files.manifest.defines.empty()) {
        throw ManifestError(
            fmt::format("{}: /defines: {} is SPIR-V, for which there are none", manifest.string(), kernel.string()));
    }
    if (const std::string complaint =
            is_spirv(files.source) ? "" : complaint_about_macros(files.source, files.manifest);
        !complaint.empty()) {
        throw ManifestError(fmt::format("{}: {} ({})", manifest.string(), complaint, kernel.string()));
    }
    return files;
}

}  // namespace difftest::backends::kernel_manifest
