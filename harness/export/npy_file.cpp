#include "harness/export/npy_file.hpp"

#include <fmt/format.h>

#include <cctype>
#include <fstream>
#include <stdexcept>

namespace difftest::harness {
namespace {

constexpr std::size_t kAlignment = 64;
constexpr std::size_t kPreamble = 10;  // magic, version, length of the header

std::string descriptor_of(graph::DataType type) {
    switch (type) {
        case graph::DataType::s8: return "|i1";
        case graph::DataType::u8: return "|u1";
        case graph::DataType::s32: return "<i4";
        case graph::DataType::f32: return "<f4";
        case graph::DataType::f16: return "<f2";
        case graph::DataType::bf16: return "<u2";
    }
    return "";
}

/// A Python tuple: "()", "(3,)", "(1, 3)".
std::string tuple_of(const graph::Shape& shape) {
    std::string text;
    for (const std::int64_t dimension : shape) {
        text += fmt::format("{}{}", text.empty() ? "" : ", ", dimension);
    }
    return fmt::format("({}{})", text, shape.size() == 1 ? "," : "");
}

std::string file_name_of(const std::string& tensor) {
    std::string name = tensor;
    for (char& character : name) {
        const auto byte = static_cast<unsigned char>(character);
        if (std::isalnum(byte) == 0 && character != '.' && character != '_' && character != '-') {
            character = '_';
        }
    }
    return name + ".npy";
}

}  // namespace

std::string npy_bytes(const graph::TensorData& tensor) {
    std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}",
                                     descriptor_of(tensor.type()), tuple_of(tensor.shape()));
    // The data begins at a multiple of 64 bytes; the header ends with a newline.
    const std::size_t total = (kPreamble + header.size() + 1 + kAlignment - 1) / kAlignment * kAlignment;
    header.append(total - kPreamble - header.size() - 1, ' ');
    header += '\n';
    std::string bytes("\x93NUMPY\x01\x00", 8);
    bytes += static_cast<char>(header.size() & 0xFFU);
    bytes += static_cast<char>(header.size() >> 8);
    bytes += header;
    bytes.append(reinterpret_cast<const char*>(tensor.bytes().data()), tensor.bytes().size());
    return bytes;
}

std::vector<std::filesystem::path> write_npy_files(const graph::Case& value, const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (std::size_t i = 0; i < value.graph.tensors.size(); ++i) {
        if (value.graph.tensors[i].role == graph::TensorRole::intermediate) {
            continue;
        }
        files.push_back(folder / file_name_of(value.graph.tensors[i].name));
        std::ofstream stream(files.back(), std::ios::binary | std::ios::trunc);
        stream << npy_bytes(value.data[i]);
        stream.close();
        if (!stream) {
            throw std::runtime_error(fmt::format("{}: cannot be written", files.back().string()));
        }
    }
    return files;
}

}  // namespace difftest::harness
