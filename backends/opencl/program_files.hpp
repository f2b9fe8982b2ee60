#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace difftest::backends::opencl {

/// Built programs on disk, each in a file that is named by a hash of everything that it depends on and holds a checksum
/// of its content. Whatever cannot be read, or is not what it says, is as good as absent; whatever cannot be written is
/// not kept. Several processes may share a folder: a file appears as a whole or not at all.
class ProgramFiles {
public:
    /// `most_bytes`: of all files together; beyond, those that were written or read the longest ago are removed.
    ProgramFiles(std::filesystem::path folder, std::uint64_t most_bytes);

    /// $XDG_CACHE_HOME/difftest/opencl, or ~/.cache/difftest/opencl; empty where there is neither.
    static std::filesystem::path usual_folder();

    std::optional<std::vector<unsigned char>> read(const std::string& key) const;
    void write(const std::string& key, std::span<const unsigned char> binary) const;

private:
    std::filesystem::path file_of(const std::string& key) const;
    void remove_oldest() const;

    std::filesystem::path folder_;
    std::uint64_t most_bytes_;
};

}  // namespace difftest::backends::opencl
