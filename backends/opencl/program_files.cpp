#include "backends/opencl/program_files.hpp"

#include <fmt/format.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <system_error>
#include <utility>

namespace difftest::backends::opencl {
namespace {

namespace fs = std::filesystem;

/// The first bytes of a file; another layout gets another number.
constexpr std::array<char, 8> kMagic{'d', 't', 'o', 'c', 'l', '0', '0', '1'};

struct Header {
    std::array<char, 8> magic = kMagic;
    std::uint64_t bytes = 0;
    std::uint64_t checksum = 0;
    std::uint64_t key = 0;  ///< a second hash of the key, with another seed
};

std::string hex_of(const std::string& key) {
    const XXH128_hash_t hash = XXH3_128bits(key.data(), key.size());
    return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

Header header_of(const std::string& key, std::span<const unsigned char> binary) {
    return {kMagic, binary.size(), XXH3_64bits(binary.data(), binary.size()),
            XXH3_64bits_withSeed(key.data(), key.size(), 1)};
}

bool same(const Header& a, const Header& b) {
    return a.magic == b.magic && a.bytes == b.bytes && a.checksum == b.checksum && a.key == b.key;
}

}  // namespace

ProgramFiles::ProgramFiles(fs::path folder, std::uint64_t most_bytes)
    : folder_(std::move(folder)), most_bytes_(most_bytes) {}

fs::path ProgramFiles::usual_folder() {
    const char* const cache = std::getenv("XDG_CACHE_HOME");
    const char* const home = std::getenv("HOME");
    if (cache != nullptr && *cache != '\0') {
        return fs::path(cache) / "difftest" / "opencl";
    }
    return home != nullptr && *home != '\0' ? fs::path(home) / ".cache" / "difftest" / "opencl" : fs::path();
}

fs::path ProgramFiles::file_of(const std::string& key) const {
    return folder_ / (hex_of(key) + ".program");
}

std::optional<std::vector<unsigned char>> ProgramFiles::read(const std::string& key) const {
    if (folder_.empty()) {
        return std::nullopt;
    }
    const fs::path file = file_of(key);
    std::error_code error;
    const std::uintmax_t size = fs::file_size(file, error);
    if (error || size < sizeof(Header) || size > most_bytes_) {
        return std::nullopt;
    }
    std::ifstream stream(file, std::ios::binary);
    Header header;
    std::vector<unsigned char> binary(size - sizeof header);
    stream.read(reinterpret_cast<char*>(&header), sizeof header);
    stream.read(reinterpret_cast<char*>(binary.data()), static_cast<std::streamsize>(binary.size()));
    if (!stream || !same(header, header_of(key, binary))) {
        return std::nullopt;
    }
    fs::last_write_time(file, fs::file_time_type::clock::now(), error);  // it was of use
    return binary;
}

void ProgramFiles::write(const std::string& key, std::span<const unsigned char> binary) const {
    if (folder_.empty() || binary.size() + sizeof(Header) > most_bytes_) {
        return;
    }
    std::error_code error;
    fs::create_directories(folder_, error);
    const fs::path file = file_of(key);
    const fs::path unfinished = fmt::format("{}.{}", file.string(), ::getpid());
    const Header header = header_of(key, binary);
    std::ofstream stream(unfinished, std::ios::binary);
    stream.write(reinterpret_cast<const char*>(&header), sizeof header);
    stream.write(reinterpret_cast<const char*>(binary.data()), static_cast<std::streamsize>(binary.size()));
    stream.close();
    if (!stream) {
        fs::remove(unfinished, error);
        return;
    }
    fs::rename(unfinished, file, error);
    remove_oldest();
}

void ProgramFiles::remove_oldest() const {
    struct File {
        fs::file_time_type used;
        std::uintmax_t bytes;
        fs::path path;
    };
    std::vector<File> files;
    std::uint64_t total = 0;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder_, error)) {
        // Another process may remove a file in between: it counts as absent.
        std::error_code gone;
        const File file{entry.last_write_time(gone), entry.file_size(gone), entry.path()};
        if (!gone) {
            files.push_back(file);
            total += file.bytes;
        }
    }
    std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.used < b.used; });
    for (const File& file : files) {
        if (total <= most_bytes_) {
            return;
        }
        total -= file.bytes;
        fs::remove(file.path, error);
    }
}

}  // namespace difftest::backends::opencl
