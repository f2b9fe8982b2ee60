#include "reference/graph/tensor_text.hpp"

#include "reference/graph/compressed_text.hpp"
#include "reference/graph/half.hpp"
#include "reference/graph/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

namespace difftest::graph {
namespace {

static_assert(std::endian::native == std::endian::little, "the compressed form of a tensor is little-endian");

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Whether every element is kept by its decimal form, which has only one NaN.
bool decimal_form_is_lossless(const TensorData& tensor) {
    TensorData copy(tensor.type(), tensor.shape());
    for (std::int64_t i = 0; i < tensor.size(); ++i) {
        const double value = tensor.at(i);
        copy.set(i, std::isnan(value) ? kNan : value);
    }
    return copy == tensor;
}

OutputJson write_value(double value, DataType type) {
    if (is_integer(type)) {
        return static_cast<std::int64_t>(value);
    }
    if (std::isnan(value)) {
        return "nan";
    }
    if (std::isinf(value)) {
        return value > 0 ? "inf" : "-inf";
    }
    return static_cast<float>(value);
}

class ValueReader {
public:
    ValueReader(const JsonCursor& values, DataType type) : values_(values), type_(type) {}

    double read(std::size_t index) const {
        const InputJson& value = values_.json()[index];
        return is_integer(type_) ? read_integer(value, index) : read_floating(value, index);
    }

private:
    [[noreturn]] void fail(std::size_t index, std::string message) const {
        throw MisplacedInput({fmt::format("{}/{}", values_.place(), index), std::move(message)});
    }

    double read_integer(const InputJson& value, std::size_t index) const {
        if (!value.is_number_integer()) {
            fail(index, fmt::format("expected an integer, found {}", kind_of(value)));
        }
        const auto integer = integer_of(value);
        if (!integer || *integer < lowest_of(type_) || *integer > highest_of(type_)) {
            fail(index, fmt::format("{} is outside {} ({} to {})", value.dump(), name_of(type_), lowest_of(type_),
                                    highest_of(type_)));
        }
        return static_cast<double>(*integer);
    }

    double read_floating(const InputJson& value, std::size_t index) const {
        if (value.is_string()) {
            return read_named(value.get_ref<const std::string&>(), index);
        }
        const auto number = number_of(value);
        if (!number) {
            fail(index, fmt::format("expected a number, found {}", kind_of(value)));
        }
        const bool exact = type_ == DataType::f32 || (type_ == DataType::f16 ? from_f16(to_f16(*number))
                                                                             : from_bf16(to_bf16(*number))) == *number;
        if (!exact) {
            fail(index, fmt::format("{} is not a value of {}", value.dump(), name_of(type_)));
        }
        return *number;
    }

    double read_named(const std::string& text, std::size_t index) const {
        if (text == "nan") {
            return kNan;
        }
        if (text == "inf" || text == "-inf") {
            return text == "inf" ? kInfinity : -kInfinity;
        }
        fail(index, fmt::format("expected a number, \"nan\", \"inf\" or \"-inf\", found {}", in_quotes(text)));
    }

    const JsonCursor& values_;
    DataType type_;
};

TensorData read_values(const JsonCursor& values, DataType type, const Shape& shape) {
    if (!values.json().is_array()) {
        values.fail(fmt::format("expected an array, found {}", kind_of(values.json())));
    }
    const auto count = element_count(shape).value_or(0);
    if (values.json().size() != static_cast<std::size_t>(count)) {
        values.fail(
            fmt::format("{} values for a tensor of {} elements ({})", values.json().size(), count, to_string(shape)));
    }
    TensorData tensor(type, shape);
    const ValueReader reader(values, type);
    for (std::int64_t i = 0; i < count; ++i) {
        tensor.set(i, reader.read(static_cast<std::size_t>(i)));
    }
    return tensor;
}

TensorData read_compressed(const JsonCursor& text, DataType type, const Shape& shape) {
    const auto count = static_cast<std::size_t>(element_count(shape).value_or(0));
    try {
        const CompressedFrame frame = frame_from_text(text.text(), count * size_of(type));
        TensorData tensor(type, shape);
        decompress(frame, tensor.bytes());
        return tensor;
    } catch (const std::invalid_argument& error) {
        text.fail(error.what());
    }
}

}  // namespace

std::uint64_t unfolded_bytes(const Graph& graph) {
    std::uint64_t bytes = 0;
    for (const Tensor& tensor : graph.tensors) {
        if (tensor.role != TensorRole::intermediate) {
            bytes += static_cast<std::uint64_t>(element_count(tensor.shape).value_or(0)) * size_of(tensor.type);
        }
    }
    return bytes;
}

OutputJson write_tensor(const TensorData& tensor) {
    OutputJson object = OutputJson::object();
    if (tensor.size() > kMostInlineElements || !decimal_form_is_lossless(tensor)) {
        object["zstd"] = compress_to_text(tensor.bytes());
        return object;
    }
    OutputJson values = OutputJson::array();
    for (std::int64_t i = 0; i < tensor.size(); ++i) {
        values.push_back(write_value(tensor.at(i), tensor.type()));
    }
    object["values"] = std::move(values);
    return object;
}

TensorData read_tensor(const JsonCursor& cursor, DataType type, const Shape& shape) {
    cursor.allow_only({"values", "zstd"});
    const auto values = cursor.find("values");
    const auto compressed = cursor.find("zstd");
    if (values.has_value() == compressed.has_value()) {
        cursor.fail("exactly one of the keys \"values\" and \"zstd\" is needed");
    }
    return values ? read_values(*values, type, shape) : read_compressed(*compressed, type, shape);
}

}  // namespace difftest::graph
