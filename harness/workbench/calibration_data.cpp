#include "harness/workbench/calibration_data.hpp"

#include "harness/campaign/input_error.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>

namespace difftest::harness {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& file, const std::string& what) {
    throw InputError(fmt::format("{}: {}", file.string(), what));
}

std::string bytes_of(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) {
        refuse(file, "cannot be read");
    }
    return {(std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>()};
}

template <typename Element>
std::vector<double> elements(std::string_view bytes) {
    std::vector<double> values;
    for (std::size_t at = 0; at + sizeof(Element) <= bytes.size(); at += sizeof(Element)) {
        Element element;
        std::memcpy(&element, bytes.data() + at, sizeof(Element));
        values.push_back(static_cast<double>(element));
    }
    return values;
}

/// What stands behind 'key': in a Python dictionary up to the comma or, of a tuple, its end.
std::string entry_of(const std::string& header, const std::string& key, const fs::path& file) {
    const std::size_t at = header.find("'" + key + "':");
    if (at == std::string::npos) {
        refuse(file, "no NumPy file: its header has no " + key);
    }
    const std::size_t begin = header.find_first_not_of(' ', at + key.size() + 3);
    const std::size_t end = header.find(header[begin] == '(' ? ')' : ',', begin);
    return header.substr(begin, end == std::string::npos ? end : end - begin);
}

graph::Shape shape_of_tuple(const std::string& tuple, const fs::path& file) {
    graph::Shape shape;
    std::int64_t extent = -1;
    for (const char character : tuple + ",") {
        if (character >= '0' && character <= '9') {
            extent = (extent < 0 ? 0 : extent) * 10 + (character - '0');
            if (extent > (std::int64_t{1} << 40)) {
                refuse(file, "an absurd shape");
            }
        } else if (extent >= 0) {
            shape.push_back(extent);
            extent = -1;
        }
    }
    return shape;
}

RealTensor read_proto(const fs::path& file) {
    onnx::TensorProto proto;
    if (!proto.ParseFromString(bytes_of(file)) || proto.data_type() != onnx::TensorProto::FLOAT) {
        refuse(file, "no f32 TensorProto");
    }
    RealTensor tensor;
    tensor.shape.assign(proto.dims().begin(), proto.dims().end());
    if (proto.has_raw_data()) {
        tensor.values = elements<float>(proto.raw_data());
    } else {
        tensor.values.assign(proto.float_data().begin(), proto.float_data().end());
    }
    return tensor;
}

bool is_data(const fs::path& file) {
    return file.extension() == ".npy" || file.extension() == ".pb";
}

RealTensor read_tensor(const fs::path& file, const graph::Shape& wanted) {
    RealTensor tensor = file.extension() == ".npy" ? read_npy(file) : read_proto(file);
    const auto count = graph::element_count(tensor.shape);
    if (!count || static_cast<std::size_t>(*count) != tensor.values.size()) {
        refuse(file, "its shape and its number of values differ");
    }
    bool fits = wanted.empty() || wanted.size() == tensor.shape.size();
    for (std::size_t d = 0; fits && d < wanted.size(); ++d) {
        fits = wanted[d] < 0 || wanted[d] == tensor.shape[d];
    }
    if (!fits || tensor.values.empty()) {
        refuse(file, fmt::format("shape ({}), but the model takes ({})", fmt::join(tensor.shape, ", "),
                                 fmt::join(wanted, ", ")));
    }
    if (!std::all_of(tensor.values.begin(), tensor.values.end(), [](double x) { return std::isfinite(x); })) {
        refuse(file, "a value that is not finite");
    }
    round_to_single(tensor);
    return tensor;
}

std::vector<fs::path> sorted_entries(const fs::path& folder) {
    std::error_code error;
    std::vector<fs::path> entries;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
        entries.push_back(entry.path());
    }
    if (error) {
        refuse(folder, "no folder");
    }
    std::sort(entries.begin(), entries.end());
    return entries;
}

/// One file for each input; nothing when a first one is missing, an error when a later one is.
Tensors sample_in(const fs::path& folder, const FloatModel& model) {
    Tensors sample;
    for (std::size_t i = 0; i < model.inputs.size(); ++i) {
        const auto& [name, shape] = model.inputs[i];
        bool found = false;
        for (const std::string& file : {name + ".npy", name + ".pb", fmt::format("input_{}.pb", i)}) {
            if (!found && fs::is_regular_file(folder / file)) {
                sample.emplace(name, read_tensor(folder / file, shape));
                found = true;
            }
        }
        if (!found && i > 0) {
            refuse(folder, fmt::format("no {}.npy or {}.pb", name, name));
        }
    }
    return sample.size() == model.inputs.size() ? sample : Tensors();
}

}  // namespace

RealTensor read_npy(const fs::path& file) {
    const std::string bytes = bytes_of(file);
    if (bytes.size() < 12 || !bytes.starts_with("\x93NUMPY")) {
        refuse(file, "no NumPy file");
    }
    const auto byte = [&bytes](std::size_t at) {
        return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at]));
    };
    const bool is_old = byte(6) == 1;
    const std::size_t length = byte(8) + 256 * byte(9) + (is_old ? 0 : 65536 * (byte(10) + 256 * byte(11)));
    const std::size_t begin = is_old ? 10 : 12;
    if (begin + length > bytes.size()) {
        refuse(file, "no NumPy file: its header is cut off");
    }
    const std::string header = bytes.substr(begin, length);
    const std::string type = entry_of(header, "descr", file);
    if (type != "'<f4'" && type != "'<f8'") {
        refuse(file, "elements of type " + type + ", not f32 or f64");
    }
    if (entry_of(header, "fortran_order", file) != "False") {
        refuse(file, "not in C order");
    }
    const std::string_view data = std::string_view(bytes).substr(begin + length);
    return {shape_of_tuple(entry_of(header, "shape", file), file),
            type == "'<f4'" ? elements<float>(data) : elements<double>(data)};
}

std::vector<Tensors> read_calibration_data(const fs::path& folder, const FloatModel& model) {
    std::vector<Tensors> samples;
    const std::vector<fs::path> entries = sorted_entries(folder);
    for (const fs::path& entry : entries) {
        if (fs::is_directory(entry)) {
            Tensors sample = sample_in(entry, model);
            if (!sample.empty()) {
                samples.push_back(std::move(sample));
            }
        }
    }
    if (samples.empty() && model.inputs.size() == 1) {
        for (const fs::path& entry : entries) {
            if (is_data(entry)) {
                samples.push_back({{model.inputs[0].first, read_tensor(entry, model.inputs[0].second)}});
            }
        }
    }
    if (samples.empty()) {
        Tensors sample = sample_in(folder, model);
        if (sample.empty()) {
            refuse(folder,
                   "no sample: .npy or .pb files, a sub-folder for each sample where the model has several inputs");
        }
        samples.push_back(std::move(sample));
    }
    return samples;
}

}  // namespace difftest::harness
