#include "harness/generate/benchdnn_import.hpp"

#include "harness/generate/described_steps.hpp"
#include "harness/generate/primitive_description.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

namespace difftest::harness {
namespace {

constexpr std::size_t kMostDimensions = 12;
constexpr std::size_t kShownBytes = 80;

using graph::DataType;

DataType type_of(const std::string& name) {
    const auto type = graph::data_type_from(name);
    if (!type) {
        refuse_import(fmt::format("the type '{}'", name));
    }
    return *type;
}

std::vector<DataType> types_of(const std::string& names) {
    std::vector<DataType> types;
    for (const std::string& name : import_words(names, ":")) {
        types.push_back(type_of(name));
    }
    return types;
}

/// One number of a shape. What is larger is no shape that anybody runs, and its products would overflow.
void check_extent(std::int64_t value, std::string_view shape) {
    constexpr std::int64_t kMost = std::int64_t{1} << 24;
    if (value > kMost) {
        refuse_import(fmt::format("the shape '{}': {} is too much", shape.substr(0, kShownBytes), value));
    }
}

/// "mb1ic8_ih4": letters and their numbers.
std::map<std::string, std::int64_t> shape_numbers(std::string_view text) {
    std::map<std::string, std::int64_t> numbers;
    std::size_t at = 0;
    while (at < text.size() && text[at] != 'n') {  // "n" begins the name of a problem
        if (text[at] == '_') {
            ++at;
            continue;
        }
        const std::size_t digits = text.find_first_of("0123456789", at);
        const std::size_t end = std::min(text.find_first_not_of("0123456789", digits), text.size());
        std::int64_t value = 0;
        const auto [last, error] =
            std::from_chars(text.data() + std::min(digits, text.size()), text.data() + end, value);
        if (digits == std::string_view::npos || digits == at || error != std::errc() || last != text.data() + end) {
            refuse_import(fmt::format("the shape '{}'", text));
        }
        check_extent(value, text);
        numbers[std::string(text.substr(at, digits - at))] = value;
        at = end;
    }
    return numbers;
}

/// "2x3:3x4", perhaps with "_nNAME" behind it.
std::vector<std::vector<std::int64_t>> shape_extents(std::string_view text) {
    std::vector<std::vector<std::int64_t>> result;
    for (const std::string& operand : import_words(text.substr(0, text.find('_')), ":")) {
        result.emplace_back();
        for (const std::string& extent : import_words(operand, "x")) {
            std::int64_t value = 0;
            const auto [end, error] = std::from_chars(extent.data(), extent.data() + extent.size(), value);
            if (error != std::errc() || end != extent.data() + extent.size()) {
                refuse_import(fmt::format("the shape '{}'", text));
            }
            check_extent(value, text);
            result.back().push_back(value);
        }
        if (result.back().empty() || result.back().size() > kMostDimensions) {
            refuse_import(fmt::format("the shape '{}'", text.substr(0, kShownBytes)));
        }
    }
    return result;
}

void read_shape(PrimitiveDescription& d, std::string_view text) {
    const bool has_numbers = d.kind == "convolution" || d.kind == "deconvolution" || d.kind == "inner_product" ||
                             d.kind == "pooling" || d.kind == "resampling";
    if (has_numbers) {
        d.numbers = shape_numbers(text);
    } else {
        d.extents = shape_extents(text);
    }
}

/// "u8s8f32": types without anything between them; one stands for all.
void read_configuration(PrimitiveDescription& d, std::string_view text) {
    std::vector<DataType> types;
    while (!text.empty()) {
        std::size_t length = 0;
        for (const std::string_view name : {"bf16", "f16", "f32", "s32", "s8", "u8"}) {
            length = text.starts_with(name) ? name.size() : length;
        }
        if (length == 0) {
            refuse_import(fmt::format("the types '{}'", text));
        }
        types.push_back(type_of(std::string(text.substr(0, length))));
        text.remove_prefix(length);
    }
    if (types.empty() || types.size() > 3) {
        refuse_import("a configuration that is not one, two or three types");
    }
    d.sources = {types.front()};
    d.weights = types.size() == 3 ? types[1] : types.front();
    d.destination = types.back();
}

/// "src:common:3+dst:per_dim_1": argument, policy or mask; the values are not those of the application anyway.
std::vector<DescribedParameter> parameters_of(std::string_view text, std::string_view separators) {
    std::vector<DescribedParameter> result;
    for (const std::string& each : import_words(text, separators)) {
        const std::vector<std::string> words = some_words(each, ":");
        result.push_back({words.front(), words.size() > 1 ? words[1] : "common"});
    }
    return result;
}

std::string without_prefix(const std::string& text, std::string_view prefix) {
    return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

void read_option(PrimitiveDescription& d, const std::string& name, const std::string& value) {
    static const std::set<std::string> kAboutHow = {"--stag",   "--wtag",     "--dtag",    "--tag",
                                                    "--mode",   "--impl",     "--v",       "--skip-impl",
                                                    "--engine", "--bia_mask", "--bia-mask"};
    if (name == "--cfg") {
        read_configuration(d, value);
    } else if (name == "--dt") {
        std::string joined = value;
        std::erase(joined, ':');
        read_configuration(d, joined);
    } else if (name == "--sdt") {
        d.sources = types_of(value);
        if (d.sources.empty()) {
            refuse_import(name + " without a type");
        }
        d.weights = d.sources.back();
        d.destination = d.sources.front();
    } else if (name == "--ddt") {
        d.destination = type_of(value);
    } else if (name == "--bia-dt" || name == "--bia_dt") {
        d.bias = graph::data_type_from(value);
    } else if (name == "--alg") {
        d.algorithm = value;
        for (const char* const prefix : {"eltwise_", "binary_", "pooling_", "reduction_", "resampling_"}) {
            d.algorithm = without_prefix(d.algorithm, prefix);
        }
    } else if (name == "--alpha" || name == "--beta") {
        (name == "--alpha" ? d.alpha : d.beta) = import_number(value);
    } else if (name == "--scales") {
        for (const std::string& scale : import_words(value, ":")) {
            d.addend_scales.push_back(import_number(scale));
        }
    } else if (name == "--attr-post-ops") {
        d.post_ops = import_words(value, "+");
    } else if (name == "--attr-oscale") {
        d.has_result_scale = true;
        d.result_scale_policy = some_words(value, ":").front();
    } else if (name == "--attr-scales") {
        d.scales = parameters_of(value, "+");
    } else if (name == "--attr-zero-points") {
        d.zero_points = parameters_of(value, "+");
    } else if (name == "--dir") {
        if (value != "FWD_I" && value != "FWD_D" && value != "FWD_B") {
            refuse_import(name + "=" + value);
        }
        d.bias = value == "FWD_B" ? std::optional(DataType::f32) : std::nullopt;
    } else if (!kAboutHow.contains(name)) {
        refuse_import(value.empty() ? name : name + "=" + value);
    }
}

/// benchdnn's drivers and the library's kinds.
std::optional<std::string> kind_of(std::string_view driver) {
    static const std::map<std::string_view, std::string> kKinds = {
        {"--conv", "convolution"}, {"--deconv", "deconvolution"}, {"--ip", "inner_product"},
        {"--matmul", "matmul"},    {"--pool", "pooling"},         {"--eltwise", "eltwise"},
        {"--binary", "binary"},    {"--reorder", "reorder"},      {"--sum", "sum"},
        {"--prelu", "prelu"},      {"--reduction", "reduction"},  {"--resampling", "resampling"}};
    const auto found = kKinds.find(driver);
    return found == kKinds.end() ? std::nullopt : std::optional(found->second);
}

/// "src_u8::blocked:acdb:f0" and "src:u8::blocked:acdb::f0"
void read_layout(PrimitiveDescription& d, const std::string& text) {
    const std::vector<std::string> words = import_words(text, "_:");
    if (words.size() < 2 || words[0] == "diff" || words[0] == "ws" || words[1] == "undef") {
        return;
    }
    if (words[0] == "src" || words[0] == "src0" || words[0] == "src1" || words[0] == "data") {
        d.sources.push_back(type_of(words[1]));
        d.destination = words[0] == "data" ? d.sources.back() : d.destination;
    } else if (words[0] == "wei") {
        d.weights = type_of(words[1]);
    } else if (words[0] == "dst") {
        d.destination = type_of(words[1]);
    } else if (words[0] == "bia") {
        d.bias = type_of(words[1]);
    }
}

void read_attribute(PrimitiveDescription& d, const std::string& text) {
    const std::size_t colon = std::min(text.find(':'), text.size());
    const std::string name = text.substr(0, colon);
    const std::string_view value = std::string_view(text).substr(std::min(colon + 1, text.size()));
    if (name == "attr-post-ops") {
        d.post_ops = import_words(value, "+;");
    } else if (name == "attr-oscale") {
        d.has_result_scale = true;
        d.result_scale_policy = some_words(value, ":").front();
    } else if (name == "attr-scales") {
        d.scales = parameters_of(value, "+_");
    } else if (name == "attr-zero-points") {
        d.zero_points = parameters_of(value, "+_");
    } else if (name != "attr-scratchpad") {
        refuse_import(fmt::format("'{}'", text));
    }
}

/// "alg:eltwise_linear alpha:2 beta:1"
void read_operation(PrimitiveDescription& d, const std::string& text) {
    for (const std::string& part : import_words(text, " ")) {
        const std::vector<std::string> words = import_words(part, ":");
        if (words.size() == 2 && words[0] == "alg") {
            d.algorithm = without_prefix(words[1], d.kind + "_");
        } else if (words.size() == 2 && (words[0] == "alpha" || words[0] == "beta")) {
            (words[0] == "alpha" ? d.alpha : d.beta) = import_number(words[1]);
        }
    }
}

}  // namespace

graph::Case case_from_benchdnn(std::string_view line, const std::string& name) {
    PrimitiveDescription d;
    d.sources = {DataType::f32};
    std::string shape;
    const bool is_v2 = line.find("--cfg=") != std::string_view::npos;
    for (const std::string& word : import_words(line, " \t\n")) {
        if (const auto kind = kind_of(word)) {
            d.kind = *kind;
            const bool has_bias = d.kind == "convolution" || d.kind == "deconvolution" || d.kind == "inner_product";
            d.bias = has_bias && is_v2 ? std::optional(DataType::f32) : std::nullopt;  // --dir=FWD_B is its default
        } else if (word.starts_with("--")) {
            const std::size_t equals = std::min(word.find('='), word.size());
            read_option(d, word.substr(0, equals), word.substr(std::min(equals + 1, word.size())));
        } else if (!d.kind.empty()) {
            shape = word;
        }
    }
    if (d.kind.empty() || shape.empty()) {
        refuse_import("a line without a driver that it knows and a shape");
    }
    read_shape(d, shape);
    return described_case(d, name, std::string(line));
}

bool is_verbose_execution(std::string_view line) {
    return (line.starts_with("onednn_verbose,") || line.starts_with("dnnl_verbose,")) &&
           line.find(",exec,") != std::string_view::npos;
}

graph::Case case_from_verbose(std::string_view line, const std::string& name) {
    std::vector<std::string> fields;  // of which some hold nothing
    for (std::size_t begin = 0; begin <= line.size();) {
        const std::size_t end = std::min(line.find(',', begin), line.size());
        fields.emplace_back(line.substr(begin, end - begin));
        begin = end + 1;
    }
    // ..., exec, engine, kind, implementation, direction, layouts, attributes, operation, shape, time
    fields.erase(fields.begin(), std::find(fields.begin(), fields.end(), "exec"));
    if (fields.size() < 9) {
        refuse_import("this line: " + std::string(line.substr(0, 80)));
    }
    PrimitiveDescription d;
    d.kind = fields[2] == "pooling_v2" ? "pooling" : fields[2];
    const std::string& direction = fields[4];
    if (direction.find("backward") != std::string::npos) {
        refuse_import(fmt::format("a {} primitive", direction));
    }
    for (const std::string& layout : import_words(fields[5], " ")) {
        read_layout(d, layout);
    }
    for (const std::string& attribute : import_words(fields[6], " ")) {
        read_attribute(d, attribute);
    }
    read_operation(d, fields[7]);
    static const std::set<std::string> kRead = {"convolution", "deconvolution", "inner_product", "matmul",
                                                "pooling",     "eltwise",       "binary",        "reorder",
                                                "sum",         "prelu",         "reduction",     "resampling"};
    if (!kRead.contains(d.kind)) {
        refuse_import(fmt::format("a {} primitive", d.kind));
    }
    read_shape(d, fields[8]);
    return described_case(d, name, std::string(line));
}

}  // namespace difftest::harness
