#include "harness/export/benchdnn_line.hpp"

#include "harness/export/verification.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <numeric>

namespace difftest::harness {
namespace {

using Json = nlohmann::ordered_json;
using Extents = std::vector<std::int64_t>;

/// The one primitive of a recording, with the memory of its arguments.
class RecordedPrimitive {
public:
    explicit RecordedPrimitive(const Json& recording) : recording_(recording) {
        for (const Json& call : recording.at("calls")) {
            if (call.at("primitive") != "reorder") {
                if (call_ != nullptr) {
                    throw NotExpressible("it takes more than one primitive, and a line of benchdnn is one");
                }
                call_ = &call;
            }
        }
        if (call_ == nullptr && recording.at("calls").size() == 1) {
            call_ = &recording.at("calls").front();
        }
        if (call_ == nullptr) {
            throw NotExpressible("it is a chain of reorders, and a line of benchdnn is one primitive");
        }
    }

    std::string implementation() const { return call_->at("implementation").get<std::string>(); }
    std::string kind() const { return call_->at("primitive").get<std::string>(); }
    const Json& parameters() const { return call_->at("parameters"); }
    const Json& attributes() const { return call_->at("attributes"); }

    const Json* memory(const std::string& argument) const {
        for (const Json& each : call_->at("arguments")) {
            if (each.at("argument") == argument) {
                return &recording_.at("memories").at(each.at("memory").get<std::size_t>());
            }
        }
        return nullptr;
    }
    Extents extents(const std::string& argument) const { return required(argument).at("dimensions").get<Extents>(); }
    std::string type(const std::string& argument) const { return required(argument).at("type").get<std::string>(); }

    /// "acdb": the dimensions from the outermost to the innermost; "any" where the library chose a blocked layout.
    std::string tag(const std::string& argument) const {
        const Json& layout = required(argument);
        if (!layout.at("plain").get<bool>()) {
            return "any";
        }
        const auto strides = layout.at("strides").get<Extents>();
        std::vector<std::size_t> order(strides.size());
        std::iota(order.begin(), order.end(), 0U);
        const Extents sizes = extents(argument);
        std::stable_sort(order.begin(), order.end(), [&strides, &sizes](std::size_t a, std::size_t b) {
            return std::pair(strides[a], sizes[a]) > std::pair(strides[b], sizes[b]);
        });
        std::string tag;
        for (const std::size_t dimension : order) {
            tag += static_cast<char>('a' + static_cast<char>(dimension));
        }
        return tag;
    }

private:
    const Json& required(const std::string& argument) const {
        const Json* const found = memory(argument);
        if (found == nullptr || !found->contains("dimensions")) {
            throw NotExpressible("the layout of " + argument + " is the library's own");
        }
        return *found;
    }

    const Json& recording_;
    const Json* call_ = nullptr;
};

std::string without_prefix(const std::string& text, std::string_view prefix) {
    return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

/// How an operand of a binary post-op is repeated, in benchdnn's words.
std::string policy(const Extents& operand, const Extents& result) {
    Extents varying;
    for (std::size_t i = 0; i < operand.size(); ++i) {
        if (operand[i] != 1) {
            varying.push_back(static_cast<std::int64_t>(i));
        }
    }
    if (varying.empty()) {
        return "common";
    }
    if (varying == Extents{1}) {
        return "per_oc";
    }
    if (operand == result) {
        return "per_tensor";
    }
    throw NotExpressible("benchdnn has no name for how an operand is repeated");
}

std::string post_op(const RecordedPrimitive& primitive, const Json& step, std::size_t index) {
    const auto kind = step.at("kind").get<std::string>();
    const auto text = [&step](const char* member) { return step.at(member).get<std::string>(); };
    if (kind == "eltwise") {
        const std::string name = without_prefix(text("algorithm"), "eltwise_");
        const std::string scale = text("scale") == "1" ? "" : ":" + text("scale");
        return fmt::format("{}:{}:{}{}", name == "bounded_relu" ? "brelu" : name, text("alpha"), text("beta"), scale);
    }
    if (kind == "sum") {
        return fmt::format("sum:{}:{}{}", text("scale"), step.at("zero_point").get<int>(),
                           text("type") == "undef" ? "" : ":" + text("type"));
    }
    if (kind == "prelu") {
        return step.at("mask") == 0 ? "prelu" : "prelu:per_oc";
    }
    if (kind == "depthwise") {
        return fmt::format("dw:k{}s{}p{}:{}", step.at("kernel").get<int>(), step.at("stride").get<int>(),
                           step.at("padding").get<int>(), text("result"));
    }
    const std::string argument = fmt::format("DNNL_ARG_ATTR_MULTIPLE_POST_OP({}) | DNNL_ARG_SRC_1", index);
    return fmt::format("{}:{}:{}", without_prefix(text("algorithm"), "binary_"), primitive.type(argument),
                       policy(primitive.extents(argument), primitive.extents("DNNL_ARG_DST")));
}

std::string attributes(const RecordedPrimitive& primitive, bool is_v3) {
    std::string line;
    const Json& attributes = primitive.attributes();
    for (const Json& each : attributes.at("scales")) {
        const bool common = each.at("mask") == 0;
        const std::string argument = each.value("argument", "DNNL_ARG_WEIGHTS");
        const char* const name = argument == "DNNL_ARG_SRC" ? "src" : argument == "DNNL_ARG_DST" ? "dst" : "wei";
        line += is_v3 ? fmt::format(" --attr-scales={}:{}", name, common ? "common:0.25" : "per_oc")
                      : fmt::format(" --attr-oscale={}:0.25*", common ? "common" : "per_oc");
    }
    std::string zero_points;
    for (const Json& each : attributes.at("zero_points")) {
        const auto argument = each.at("argument").get<std::string>();
        const std::string name = argument == "DNNL_ARG_SRC" ? "src" : argument == "DNNL_ARG_DST" ? "dst" : "wei";
        zero_points += fmt::format("{}{}:{}:3{}", zero_points.empty() ? "" : "+", name,
                                   each.at("mask") == 0 ? "common" : "per_dim_1", is_v3 ? "" : "*");
    }
    line += zero_points.empty() ? "" : " --attr-zero-points=" + zero_points;
    std::string steps;
    for (std::size_t i = 0; i < attributes.at("post_ops").size(); ++i) {
        steps += (steps.empty() ? "" : "+") + post_op(primitive, attributes.at("post_ops").at(i), i);
    }
    return line + (steps.empty() ? "" : " --attr-post-ops=" + steps);
}

/// "ih5iw4", "kd2kh2kw2": one number for each spatial dimension.
std::string spatial(std::string_view letter, const Extents& values) {
    constexpr std::string_view kAxes = "dhw";
    std::string text;
    for (std::size_t i = 0; i < values.size(); ++i) {
        text += fmt::format("{}{}{}", letter, kAxes[3 - values.size() + i], values[i]);
    }
    return text;
}

Extents tail(const Extents& values, std::size_t from) {
    return {values.begin() + static_cast<std::ptrdiff_t>(from), values.end()};
}

std::string convolution_shape(const RecordedPrimitive& primitive) {
    const Extents source = primitive.extents("DNNL_ARG_SRC");
    const Extents weights = primitive.extents("DNNL_ARG_WEIGHTS");
    const Extents result = primitive.extents("DNNL_ARG_DST");
    const bool grouped = weights.size() > source.size();
    const Json& p = primitive.parameters();
    const auto numbers = [&p](const char* name) { return p.at(name).get<Extents>(); };
    std::string text = grouped ? fmt::format("g{}", weights[0]) : "";
    text += fmt::format("mb{}ic{}{}oc{}{}", source[0], source[1], spatial("i", tail(source, 2)), result[1],
                        spatial("o", tail(result, 2)));
    return text + spatial("k", tail(weights, grouped ? 3 : 2)) + spatial("s", numbers("strides")) +
           spatial("p", numbers("padding_left")) + spatial("d", numbers("dilations"));
}

std::string pooling_shape(const RecordedPrimitive& primitive) {
    const Extents source = primitive.extents("DNNL_ARG_SRC");
    const Extents result = primitive.extents("DNNL_ARG_DST");
    const Json& p = primitive.parameters();
    const auto numbers = [&p](const char* name) { return p.at(name).get<Extents>(); };
    return fmt::format("mb{}ic{}{}{}", source[0], source[1], spatial("i", tail(source, 2)),
                       spatial("o", tail(result, 2))) +
           spatial("k", numbers("kernel")) + spatial("s", numbers("strides")) + spatial("p", numbers("padding_left")) +
           (p.contains("dilations") ? spatial("d", numbers("dilations")) : "");
}

std::string cross(const Extents& values) {
    return fmt::format("{}", fmt::join(values, "x"));
}

/// The types of source, weights and destination: "--cfg=u8s8f32" in 2.x, "--dt=u8:s8:f32" in 3.x.
std::string contraction_types(const RecordedPrimitive& primitive, bool is_v3) {
    const std::string a = primitive.type("DNNL_ARG_SRC");
    const std::string b = primitive.type("DNNL_ARG_WEIGHTS");
    const std::string c = primitive.type("DNNL_ARG_DST");
    const bool all_float = a == "f32" && b == "f32" && c == "f32";
    return is_v3 ? fmt::format(" --dt={}:{}:{}", a, b, c) : " --cfg=" + (all_float ? "f32" : a + b + c);
}

/// Driver, options that depend on the primitive, and the shape: what stands around the attributes.
std::pair<std::string, std::string> driver(const RecordedPrimitive& primitive, bool is_v3) {
    const std::string kind = primitive.kind();
    const Json& p = primitive.parameters();
    const auto algorithm = [&p](std::string_view prefix) {
        return without_prefix(p.at("algorithm").get<std::string>(), prefix);
    };
    const auto source_to_result = [&primitive] {
        return fmt::format(" --sdt={} --ddt={}", primitive.type("DNNL_ARG_SRC"), primitive.type("DNNL_ARG_DST"));
    };
    const auto tags = [&primitive] {
        return fmt::format(" --stag={} --dtag={}", primitive.tag("DNNL_ARG_SRC"), primitive.tag("DNNL_ARG_DST"));
    };
    const auto bias = [&primitive, is_v3](const char* without) {
        const bool there = primitive.memory("DNNL_ARG_BIAS") != nullptr;
        if (there && is_v3) {
            return " --bia-dt=" + primitive.type("DNNL_ARG_BIAS");
        }
        return there ? std::string(" --dir=FWD_B") : std::string(without);
    };
    if (kind == "convolution" || kind == "deconvolution") {
        return {(kind == "convolution" ? "--conv" : "--deconv") + bias(" --dir=FWD_I") +
                    contraction_types(primitive, is_v3) + tags(),
                convolution_shape(primitive)};
    }
    if (kind == "inner_product") {
        const Extents source = primitive.extents("DNNL_ARG_SRC");
        return {"--ip" + bias(" --dir=FWD_I") + contraction_types(primitive, is_v3) + tags(),
                fmt::format("mb{}ic{}{}oc{}", source[0], source[1], spatial("i", tail(source, 2)),
                            primitive.extents("DNNL_ARG_DST")[1])};
    }
    if (kind == "matmul") {
        return {"--matmul" + contraction_types(primitive, is_v3) + tags(),
                cross(primitive.extents("DNNL_ARG_SRC")) + ":" + cross(primitive.extents("DNNL_ARG_WEIGHTS"))};
    }
    if (kind == "pooling" || kind == "pooling_v2") {
        const std::string name = algorithm("pooling_");
        const std::string type = primitive.type("DNNL_ARG_SRC");
        const std::string result = primitive.type("DNNL_ARG_DST");
        if (!is_v3 && type != result) {
            throw NotExpressible("benchdnn 2.x pools into the type of the source only");
        }
        return {fmt::format("--pool --dir=FWD_I {} --tag={} --alg={}",
                            is_v3 ? "--dt=" + type + ":" + result : "--cfg=" + type, primitive.tag("DNNL_ARG_SRC"),
                            name == "max"                   ? name
                            : name == "avg_include_padding" ? "avg_p"
                                                            : "avg_np"),
                pooling_shape(primitive)};
    }
    if (kind == "binary") {
        return {fmt::format("--binary --sdt={}:{} --ddt={} --alg={}", primitive.type("DNNL_ARG_SRC"),
                            primitive.type("DNNL_ARG_SRC_1"), primitive.type("DNNL_ARG_DST"), algorithm("binary_")),
                cross(primitive.extents("DNNL_ARG_SRC")) + ":" + cross(primitive.extents("DNNL_ARG_SRC_1"))};
    }
    if (kind == "eltwise") {
        return {
            fmt::format("--eltwise --dir=FWD_I --dt={} --alg={} --alpha={} --beta={}", primitive.type("DNNL_ARG_SRC"),
                        algorithm("eltwise_"), p.at("alpha").get<std::string>(), p.at("beta").get<std::string>()),
            cross(primitive.extents("DNNL_ARG_SRC"))};
    }
    if (kind == "reduction") {
        return {"--reduction" + source_to_result() + tags() + " --alg=" + algorithm("reduction_"),
                cross(primitive.extents("DNNL_ARG_SRC")) + ":" + cross(primitive.extents("DNNL_ARG_DST"))};
    }
    if (kind == "resampling") {
        const Extents source = primitive.extents("DNNL_ARG_SRC");
        return {"--resampling --dir=FWD_I" + source_to_result() + " --tag=" + primitive.tag("DNNL_ARG_SRC") +
                    " --alg=" + algorithm("resampling_"),
                fmt::format("mb{}ic{}{}{}", source[0], source[1], spatial("i", tail(source, 2)),
                            spatial("o", tail(primitive.extents("DNNL_ARG_DST"), 2)))};
    }
    if (kind == "reorder") {
        return {"--reorder" + source_to_result() + tags(), cross(primitive.extents("DNNL_ARG_SRC"))};
    }
    throw NotExpressible(fmt::format("this exporter has no benchdnn driver for a {} primitive", kind));
}

std::string line(const RecordedPrimitive& primitive, bool is_v3, const std::string& implementation) {
    const auto [before, shape] = driver(primitive, is_v3);
    const std::string chosen = implementation.empty() || !is_v3 ? "" : " --impl=" + implementation;
    return "benchdnn " + before + chosen + attributes(primitive, is_v3) + " " + shape;
}

}  // namespace

BenchdnnLines benchdnn_lines(const ExportSubject& subject) {
    if (subject.recording.empty()) {
        throw NotExpressible(subject.why_not_recorded);
    }
    const Json recording = Json::parse(subject.recording);
    if (!recording.contains("api")) {
        throw NotExpressible("benchdnn runs oneDNN: the finding is in another library");
    }
    const RecordedPrimitive primitive(recording);
    BenchdnnLines lines;
    const bool chooses = recording.at("implementation_choice").get<bool>();
    const std::string implementation = chooses ? primitive.implementation() : "";
    lines.v2 = line(primitive, false, implementation);
    lines.v3 = line(primitive, true, implementation);
    lines.caveat =
        "benchdnn fills the tensors, scales and zero points itself: the line says this primitive, not these values";
    if (chooses) {
        lines.caveat += "; 2.x has no option that chooses an implementation, and runs its first one";
    }
    return lines;
}

namespace {

/// "FAILED", "SKIPPED (SKIP_IMPL_HIT)": what benchdnn says of its one problem; empty when it died before.
std::string state_in(const std::string& output) {
    const std::size_t end = output.find(" __REPRO");
    const std::size_t line = end == std::string::npos ? end : output.rfind('\n', end);
    const std::size_t begin = end == std::string::npos ? end : output.find(':', line == std::string::npos ? 0 : line);
    return end == std::string::npos ? "" : output.substr(begin + 1, end - begin - 1);
}

/// Why a line that it accepted did not fail.
std::string why_not_shown(const std::string& state, const std::string& verdict) {
    if (state.starts_with("PASSED")) {
        return verdict == "violation"
                   ? "benchdnn passes with the values that it fills in (small integers, powers of two as scales)"
                   : "benchdnn passes: it does not see what is read or written outside of the tensors";
    }
    if (state.starts_with("MISTRUSTED")) {
        return "benchdnn calls it MISTRUSTED: nearly everything is 0 with the values that it fills in";
    }
    return state.empty() ? "benchdnn does not take the line" : "benchdnn does not run it: " + state;
}

}  // namespace

ReportedReproducer benchdnn_reproducer(const ExportSubject& subject, const std::filesystem::path& program) {
    const BenchdnnLines lines = benchdnn_lines(subject);
    const int threads = subject.value.execution.threads.value_or(0);
    const std::string environment = (subject.isa.empty() ? "" : "ONEDNN_MAX_CPU_ISA=" + subject.isa + " ") +
                                    (threads > 0 ? fmt::format("OMP_NUM_THREADS={} ", threads) : "");
    ReproducerFiles files = {{"benchdnn.txt", fmt::format("{0}{1}    # oneDNN 2.x\n{0}{2}    # oneDNN 3.x\n",
                                                          environment, lines.v2, lines.v3)}};
    if (program.empty()) {
        return {"benchdnn", "not_run", "not run here (--benchdnn names no program); " + lines.caveat,
                "",         "",        std::move(files)};
    }
    const bool is_v3 = Json::parse(subject.recording).at("api").get<int>() >= 3;
    const std::string arguments = (is_v3 ? lines.v3 : lines.v2).substr(std::string_view("benchdnn").size());
    const std::string own = shell_path(program, "--benchdnn");
    ReportedReproducer result =
        verified({"benchdnn", "", environment + own + arguments, false}, std::move(files), subject.verdict);
    result.command = environment + "benchdnn" + arguments;
    const std::string state = state_in(result.observed);
    const bool failed = state.starts_with("FAILED") || state.starts_with("UNTESTED_FAILED");
    const bool died = state.empty() && result.observed.find("exit status 1\n") == std::string::npos;
    result.status = failed || died ? "verified" : "not_reproduced";
    result.why = failed || died ? lines.caveat : why_not_shown(state, subject.verdict) + "\n" + result.observed;
    return result;
}

}  // namespace difftest::harness
