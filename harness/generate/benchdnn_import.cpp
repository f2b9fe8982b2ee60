#include "harness/generate/benchdnn_import.hpp"

#include "harness/generate/counter_random.hpp"
#include "reference/graph/case_builder.hpp"
#include "reference/graph/enumeration_names.hpp"

#include <fmt/format.h>

#include <charconv>
#include <map>
#include <optional>
#include <stdexcept>
#include <vector>

namespace difftest::harness {
namespace {

using graph::DataType;
using graph::TensorData;
using Extents = std::vector<std::int64_t>;

constexpr std::uint64_t kSeed = 26;

[[noreturn]] void refuse(std::string_view what) {
    throw std::invalid_argument(fmt::format("cannot import {}", what));
}

std::vector<std::string> split(std::string_view text, std::string_view separators) {
    std::vector<std::string> parts;
    std::size_t begin = 0;
    while (begin <= text.size()) {
        const std::size_t end = std::min(text.find_first_of(separators, begin), text.size());
        if (end > begin) {
            parts.emplace_back(text.substr(begin, end - begin));
        }
        begin = end + 1;
    }
    return parts;
}

float number_of(const std::string& text) {
    float value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
        refuse(fmt::format("the number '{}'", text));
    }
    return value;
}

DataType type_of(const std::string& name) {
    const auto type = graph::data_type_from(name);
    if (!type) {
        refuse(fmt::format("the type '{}'", name));
    }
    return *type;
}

/// A primitive as both forms describe it.
struct Description {
    bool transposed = false;
    DataType source = DataType::f32;
    DataType weights = DataType::f32;
    DataType destination = DataType::f32;
    std::map<std::string, std::int64_t> numbers;  ///< "ic" -> 8
    std::vector<std::string> post_ops;            ///< "linear:0.5:0"
    bool has_scale = false;
    bool scale_per_channel = false;
    bool has_source_zero_point = false;
};

/// "mb1ic8_ih4": letters and their numbers.
std::map<std::string, std::int64_t> shape_numbers(std::string_view text) {
    std::map<std::string, std::int64_t> numbers;
    std::size_t at = 0;
    while (at < text.size()) {
        if (text[at] == '_' || text[at] == 'n') {  // "n" begins the name of a problem
            if (text[at] == 'n') {
                break;
            }
            ++at;
            continue;
        }
        const std::size_t digits = text.find_first_of("0123456789", at);
        const std::size_t end = std::min(text.find_first_not_of("0123456789", digits), text.size());
        std::int64_t value = 0;
        const auto [last, error] =
            std::from_chars(text.data() + std::min(digits, text.size()), text.data() + end, value);
        if (digits == std::string_view::npos || digits == at || error != std::errc() || last != text.data() + end) {
            refuse(fmt::format("the shape '{}'", text));
        }
        numbers[std::string(text.substr(at, digits - at))] = value;
        at = end;
    }
    return numbers;
}

/// The numbers of a letter for each spatial dimension that the description has; `otherwise` where it is left out.
Extents spatial(const Description& d, const std::string& letter, std::int64_t otherwise) {
    Extents values;
    for (const std::string axis : {"d", "h", "w"}) {
        if (d.numbers.contains("i" + axis)) {
            const auto found = d.numbers.find(letter + axis);
            values.push_back(found == d.numbers.end() ? otherwise : found->second);
        }
    }
    // "ih5" alone is 5x5: benchdnn completes a missing width by the height.
    if (d.numbers.contains("ih") && !d.numbers.contains("iw")) {
        values.push_back(values.back());
    }
    return values;
}

std::int64_t required(const Description& d, const std::string& name) {
    const auto found = d.numbers.find(name);
    if (found == d.numbers.end()) {
        refuse(fmt::format("a shape without '{}'", name));
    }
    return found->second;
}

TensorData filled(DataType type, const graph::Shape& shape, std::uint64_t stream) {
    TensorData data(type, shape);
    const CounterRandom random(kSeed, stream);
    const bool is_float = !graph::is_integer(type);
    const std::int64_t lowest = is_float ? -64 : static_cast<std::int64_t>(graph::lowest_of(type));
    const std::int64_t highest = is_float ? 64 : static_cast<std::int64_t>(graph::highest_of(type));
    for (std::int64_t i = 0; i < data.size(); ++i) {
        data.set(i, static_cast<double>(random.integer_at(static_cast<std::uint64_t>(i), lowest, highest)));
    }
    return data;
}

/// Shapes and the graph of one description.
class Importer {
public:
    Importer(const Description& d, const std::string& name) : d_(d), builder_(name) {}

    graph::Case build(const std::string& origin) {
        graph::TensorId flowing = contraction();
        if (d_.has_scale) {
            const graph::TensorId factor =
                operand("result_scale", d_.scale_per_channel ? "per_oc" : "common", 1.0F / 16);
            flowing = builder_.node("scaled", graph::Binary{graph::BinaryAlgorithm::multiply}, {flowing, factor},
                                    DataType::f32);
        }
        for (std::size_t i = 0; i < d_.post_ops.size(); ++i) {
            flowing = post_op(flowing, d_.post_ops[i], fmt::format("post_op_{}", i));
        }
        if (builder_.graph().tensor(flowing).type != d_.destination) {
            flowing = builder_.node("stored", graph::Convert{}, {flowing}, d_.destination);
        }
        builder_.annotate("origin", origin);
        return builder_.build({flowing});
    }

private:
    graph::TensorId contraction() {
        const std::int64_t groups = d_.numbers.contains("g") ? d_.numbers.at("g") : 1;
        const std::int64_t channels = required(d_, "ic");
        channels_out_ = required(d_, "oc");
        if (groups < 1 || channels % groups != 0 || channels_out_ % groups != 0) {
            refuse("channels that the groups do not divide");
        }
        const Extents in = spatial(d_, "i", 1);
        const Extents out = spatial(d_, "o", 1);
        const Extents kernel = spatial(d_, "k", 1);
        const Extents strides = spatial(d_, "s", 1);
        const Extents begins = spatial(d_, "p", 0);
        Extents dilations = spatial(d_, "d", 0);
        Extents ends;
        for (std::size_t i = 0; i < in.size(); ++i) {
            const std::int64_t reach = (kernel[i] - 1) * (dilations[i] + 1) + 1;
            // The padding behind follows from the result's size.
            ends.push_back(d_.transposed ? (in[i] - 1) * strides[i] + reach - out[i] - begins[i]
                                         : (out[i] - 1) * strides[i] + reach - in[i] - begins[i]);
            ++dilations[i];
        }
        graph::Shape source = {d_.numbers.contains("mb") ? d_.numbers.at("mb") : 2, channels};
        source.insert(source.end(), in.begin(), in.end());
        graph::Shape weights = {channels_out_, channels / groups};
        weights.insert(weights.end(), kernel.begin(), kernel.end());
        rank_ = source.size();
        std::vector<graph::TensorId> inputs = {builder_.input("data", filled(d_.source, source, 1)),
                                               builder_.constant("weights", filled(d_.weights, weights, 2))};
        if (d_.has_source_zero_point) {
            TensorData zero_point(DataType::s32, {});
            zero_point.set(0, 3);
            inputs.push_back(graph::kAbsent);
            inputs.push_back(builder_.constant("data_zero_point", std::move(zero_point)));
        }
        const DataType sums = graph::is_integer(d_.source) ? DataType::s32 : d_.source;
        if (d_.transposed) {
            return builder_.node("deconvolution",
                                 graph::Deconvolution{strides, dilations, begins, ends, Extents(in.size(), 0), groups},
                                 inputs, sums);
        }
        return builder_.node("convolution", graph::Convolution{strides, dilations, begins, ends, groups}, inputs, sums);
    }

    /// A parameter: one number, or one for each channel (then they differ).
    graph::TensorId operand(const std::string& name, const std::string& policy, float value) {
        if (policy == "common" || policy == "0") {  // a log has masks: 1 << 1 is the channels
            return builder_.scalar(name, value);
        }
        if (policy != "per_oc" && policy != "per_dim_1" && policy != "2") {
            refuse(fmt::format("the policy '{}'", policy));
        }
        std::vector<float> values;
        for (std::int64_t c = 0; c < channels_out_; ++c) {
            values.push_back(value * static_cast<float>(c % 7 + 1));
        }
        return builder_.per_channel(name, values, rank_);
    }

    graph::TensorId post_op(graph::TensorId flowing, const std::string& text, const std::string& name) {
        std::vector<std::string> parts = split(text, ":");
        for (const std::string_view prefix : {"eltwise_", "binary_"}) {
            if (parts.front().starts_with(prefix)) {
                parts.front().erase(0, prefix.size());
            }
        }
        static const std::map<std::string, graph::BinaryAlgorithm> kBinary = {
            {"add", graph::BinaryAlgorithm::add},      {"mul", graph::BinaryAlgorithm::multiply},
            {"sub", graph::BinaryAlgorithm::subtract}, {"div", graph::BinaryAlgorithm::divide},
            {"max", graph::BinaryAlgorithm::maximum},  {"min", graph::BinaryAlgorithm::minimum}};
        if (const auto binary = kBinary.find(parts.front()); binary != kBinary.end()) {
            if (parts.size() > 1 && parts[1] != "f32") {
                refuse(fmt::format("a binary post-op with {}", parts[1]));
            }
            const graph::TensorId other = operand(name + "_operand", parts.size() > 2 ? parts[2] : "common", 0.75F);
            return builder_.node(name, graph::Binary{binary->second}, {flowing, other}, DataType::f32);
        }
        const auto algorithm = graph::value_from_name<graph::EltwiseAlgorithm>(parts.front());
        if (!algorithm || (parts.size() > 3 && number_of(parts[3]) != 1.0F)) {
            refuse(fmt::format("the post-op '{}'", text));
        }
        const float alpha = parts.size() > 1 ? number_of(parts[1]) : 0;
        const float beta = parts.size() > 2 ? number_of(parts[2]) : 0;
        return builder_.node(name, graph::Eltwise{*algorithm, alpha, beta}, {flowing}, DataType::f32);
    }

    const Description& d_;
    graph::CaseBuilder builder_;
    std::int64_t channels_out_ = 0;
    std::size_t rank_ = 0;
};

/// "u8s8f32": three types without anything between them.
void read_configuration(Description& d, std::string_view text) {
    std::vector<DataType> types;
    while (!text.empty() && types.size() < 3) {
        std::size_t length = 0;
        for (const std::string_view name : {"bf16", "f16", "f32", "s32", "s8", "u8"}) {
            length = text.starts_with(name) ? name.size() : length;
        }
        if (length == 0) {
            refuse(fmt::format("the types '{}'", text));
        }
        types.push_back(type_of(std::string(text.substr(0, length))));
        text.remove_prefix(length);
    }
    if (types.size() == 1) {
        types.resize(3, types.front());
    }
    if (types.size() != 3) {
        refuse("a configuration that is not three types");
    }
    d.source = types[0];
    d.weights = types[1];
    d.destination = types[2];
}

void read_option(Description& d, const std::string& name, const std::string& value) {
    if (name == "--cfg") {
        read_configuration(d, value);
    } else if (name == "--dt") {
        const std::vector<std::string> types = split(value, ":");
        read_configuration(d, types.size() == 3 ? types[0] + types[1] + types[2] : value);
    } else if (name == "--attr-post-ops") {
        d.post_ops = split(value, "+");
    } else if (name == "--attr-oscale" || name == "--attr-scales") {
        d.has_scale = true;
        d.scale_per_channel = value.find("per_oc") != std::string::npos;
    } else if (name == "--attr-zero-points") {
        if (!value.starts_with("src:common")) {
            refuse(name + "=" + value);
        }
        d.has_source_zero_point = true;
    } else if (name == "--dir") {
        if (value != "FWD_I" && value != "FWD_D") {
            refuse(name + "=" + value);
        }
    } else if (name != "--stag" && name != "--wtag" && name != "--dtag" && name != "--mode" && name != "--impl") {
        refuse(value.empty() ? name : name + "=" + value);
    }
}

}  // namespace

graph::Case case_from_benchdnn(std::string_view line, const std::string& name) {
    Description d;
    bool has_driver = false;
    for (const std::string& word : split(line, " \t\n")) {
        if (word == "--conv" || word == "--deconv") {
            has_driver = true;
            d.transposed = word == "--deconv";
        } else if (word.starts_with("--")) {
            const std::size_t equals = std::min(word.find('='), word.size());
            read_option(d, word.substr(0, equals), word.substr(std::min(equals + 1, word.size())));
        } else if (has_driver) {
            d.numbers = shape_numbers(word);
        }
    }
    if (!has_driver || d.numbers.empty()) {
        refuse("a line without --conv or --deconv and a shape");
    }
    return Importer(d, name).build(std::string(line));
}

bool is_verbose_execution(std::string_view line) {
    return (line.starts_with("onednn_verbose,") || line.starts_with("dnnl_verbose,")) &&
           line.find(",exec,") != std::string_view::npos;
}

graph::Case case_from_verbose(std::string_view line, const std::string& name) {
    const std::vector<std::string> fields = split(line, ",");
    Description d;
    bool has_kind = false;
    for (const std::string& field : fields) {
        if (field == "convolution" || field == "deconvolution") {
            has_kind = true;
            d.transposed = field == "deconvolution";
        }
        const bool begins_as_shape = field.starts_with("mb") || (field.starts_with('g') && field.find("mb") < 6);
        if (begins_as_shape && field.find("ic") != std::string::npos) {
            d.numbers = shape_numbers(field);
        }
        for (const std::string& part : split(field, " ")) {
            const std::vector<std::string> words = split(part, "_:");
            const auto type = [&words] { return words.size() > 1 ? type_of(words[1]) : DataType::f32; };
            if (words.front() == "src") {
                d.source = type();
            } else if (words.front() == "wei") {
                d.weights = type();
            } else if (words.front() == "dst") {
                d.destination = type();
            } else if (words.front() == "bia" && words.size() > 1 && words[1] != "undef") {
                refuse("a primitive with a bias");
            } else if (part.starts_with("attr-post-ops:")) {
                d.post_ops = split(std::string_view(part).substr(std::string_view("attr-post-ops:").size()), "+; ");
            } else if (part.starts_with("attr-oscale:") || part.starts_with("attr-scales:")) {
                d.has_scale = true;
                d.scale_per_channel = part.find(":2") != std::string::npos || part.find(":1") != std::string::npos;
            } else if (part.starts_with("attr-zero-points:")) {
                if (part.find("src") == std::string::npos || part.find("dst") != std::string::npos) {
                    refuse(part);
                }
                d.has_source_zero_point = true;
            }
        }
    }
    if (!has_kind || d.numbers.empty()) {
        refuse("this primitive: " + std::string(line.substr(0, 80)));
    }
    return Importer(d, name).build(std::string(line));
}

}  // namespace difftest::harness
