#include "harness/export/onednn_program.hpp"

#include "harness/export/cpp_names.hpp"
#include "harness/export/expected_ranges.hpp"
#include "harness/export/onednn_operation.hpp"
#include "harness/report/template_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace difftest::harness {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostLines = 120;
std::string c_type(const std::string& type) {
    static const std::map<std::string, std::string> kTypes = {{"f32", "float"},          {"s32", "std::int32_t"},
                                                              {"s8", "std::int8_t"},     {"u8", "std::uint8_t"},
                                                              {"bf16", "std::uint16_t"}, {"f16", "std::uint16_t"}};
    const auto found = kTypes.find(type);
    if (found == kTypes.end()) {
        throw NotExpressible(fmt::format("no C++ type for {}", type));
    }
    return found->second;
}

/// One program from one recording.
class Writer {
public:
    Writer(const ExportSubject& subject, const Json& recording, bool guarded)
        : subject_(subject), recording_(recording), guarded_(guarded) {}

    Json view() {
        find_written();
        name_memories();
        for (const Json& call : calls()) {
            add_call(call);
        }
        if (!guarded_) {
            add_outputs();
        }
        return {
            {"title", subject_.title},           {"library", subject_.library}, {"isa", subject_.isa},
            {"reason", subject_.reason},         {"guarded", guarded_},         {"buffers", buffers_},
            {"plain_memories", plain_memories_}, {"primitives", primitives_},   {"library_memories", library_memories_},
            {"executions", executions_},         {"outputs", outputs_}};
    }

private:
    const Json& calls() const { return recording_.at("calls"); }
    const Json& memory(std::size_t number) const { return recording_.at("memories").at(number); }
    static bool is_plain(const Json& memory) { return memory.at("plain").get<bool>(); }

    void find_written() {
        for (const Json& call : calls()) {
            for (const Json& each : call.at("arguments")) {
                const auto name = each.at("argument").get<std::string>();
                if (name == "DNNL_ARG_DST" || name == "DNNL_ARG_SCRATCHPAD") {
                    written_.insert(memory(each.at("memory").get<std::size_t>()).at("buffer").get<std::size_t>());
                }
            }
        }
    }

    void add_buffer(std::size_t number, const Json& memory) {
        const Json& buffer = recording_.at("buffers").at(number);
        if (buffer_names_.contains(number)) {
            return;
        }
        const auto type = memory.at("type").get<std::string>();
        std::vector<std::string> values = buffer.at("values").get<std::vector<std::string>>();
        const bool is_float = type == "f32";
        std::transform(values.begin(), values.end(), values.begin(),
                       [is_float](const std::string& value) { return is_float ? float_literal(value) : value; });
        const auto tensor = buffer.at("tensor").get<std::string>();
        const std::string name = names_.unique((tensor.empty() ? "operand" : tensor) + "_values");
        buffer_names_[number] = name;
        if (!tensor.empty()) {
            buffer_of_tensor_[tensor] = name;
        }
        const bool is_input = !written_.contains(number);
        const std::string text =
            is_input ? braced(values) : fmt::format("({}, {})", values.size(), is_float ? "77.0f" : "77");
        buffers_.push_back({{"buffer_type", c_type(type)}, {"buffer_name", name}, {"buffer_values", text}});
    }

    void name_memories() {
        const Json& memories = recording_.at("memories");
        for (std::size_t i = 0; i < memories.size(); ++i) {
            const Json& each = memories.at(i);
            const auto number = each.at("buffer").get<std::size_t>();
            const auto tensor = recording_.at("buffers").at(number).at("tensor").get<std::string>();
            if (!is_plain(each)) {
                if (!written_.contains(number)) {
                    throw NotExpressible("values in a layout that only the library knows");
                }
                memory_names_.push_back(names_.unique(tensor.empty() ? "packed" : tensor + "_packed"));
                continue;
            }
            add_buffer(number, each);
            const std::string name = names_.unique(tensor.empty() ? "operand" : tensor);
            memory_names_.push_back(name);
            plain_memories_.push_back({{"memory_name", name},
                                       {"memory_layout", layout_of(each)},
                                       {"memory_buffer", buffer_names_.at(number)}});
        }
    }

    static std::string layout_of(const Json& memory) {
        return fmt::format("{{{}, dt::{}, memory::dims{}}}", dims_text(memory.at("dimensions")),
                           memory.at("type").get<std::string>(), dims_text(memory.at("strides")));
    }

    /// How a primitive is told about a memory: by its layout, or to choose one.
    std::string described(const Json& call, const std::string& argument) const {
        for (const Json& each : call.at("arguments")) {
            if (each.at("argument") != argument) {
                continue;
            }
            const auto number = each.at("memory").get<std::size_t>();
            if (is_plain(memory(number))) {
                Json asked = memory(number);
                asked["strides"] = each.at("strides").is_null() ? asked.at("strides") : each.at("strides");
                return asked == memory(number) ? memory_names_[number] + ".get_desc()"
                                               : "memory::desc" + layout_of(asked);
            }
            if (const auto chosen = chosen_.find(number); chosen != chosen_.end()) {
                return chosen->second;
            }
            return fmt::format("memory::desc({}, dt::{}, memory::format_tag::any)",
                               dims_text(memory(number).at("dimensions")),
                               memory(number).at("type").get<std::string>());
        }
        return "";
    }

    static std::string algorithm_of(const Json& of) { return "algorithm::" + of.at("algorithm").get<std::string>(); }

    /// Lines that build the attributes; the name of what they build, or nothing.
    std::string add_attributes(const Json& call, Json& lines) {
        const Json& attributes = call.at("attributes");
        const Json& post_ops = attributes.at("post_ops");
        if (post_ops.empty() && attributes.at("scales").empty() && attributes.at("zero_points").empty()) {
            return "";
        }
        const std::string name = names_.unique("attributes");
        lines.push_back(fmt::format("primitive_attr {};", name));
        if (!post_ops.empty()) {
            const std::string steps = names_.unique("steps");
            lines.push_back(fmt::format("post_ops {};", steps));
            for (std::size_t i = 0; i < post_ops.size(); ++i) {
                lines.push_back(fmt::format("{}.{};", steps, post_op(call, post_ops.at(i), i)));
            }
            lines.push_back(fmt::format("{}.set_post_ops({});", name, steps));
        }
        for (const Json& each : attributes.at("scales")) {
            lines.push_back(fmt::format("{}.{};", name, set_scales(each)));
        }
        for (const Json& each : attributes.at("zero_points")) {
            lines.push_back(fmt::format("{}.{};", name, set_zero_points(each)));
        }
        return name;
    }

    std::string set_scales(const Json& scales) const {
        const int mask = scales.at("mask").get<int>();
        if (is_v3_) {
            return fmt::format("set_scales_mask({}, {})", scales.at("argument").get<std::string>(), mask);
        }
        std::vector<std::string> values;
        for (const Json& value : scales.at("values")) {
            values.push_back(float_literal(value.get<std::string>()));
        }
        return fmt::format("set_output_scales({}, {})", mask,
                           scales.at("run_time").get<bool>() ? "{DNNL_RUNTIME_F32_VAL}" : braced(values));
    }

    std::string set_zero_points(const Json& points) const {
        const auto argument = points.at("argument").get<std::string>();
        const int mask = points.at("mask").get<int>();
        if (is_v3_) {
            return fmt::format("set_zero_points_mask({}, {})", argument, mask);
        }
        const auto values = points.at("values").get<std::vector<std::int64_t>>();
        return fmt::format(
            "set_zero_points({}, {}, {{{}}})", argument, mask,
            points.at("run_time").get<bool>() ? "DNNL_RUNTIME_S32_VAL" : fmt::format("{}", fmt::join(values, ", ")));
    }

    std::string post_op(const Json& call, const Json& step, std::size_t index) const {
        const auto kind = step.at("kind").get<std::string>();
        const auto number = [&step](const char* member) { return float_literal(step.at(member).get<std::string>()); };
        if (kind == "eltwise") {
            return fmt::format("append_eltwise({}{}, {}, {})", is_v3_ ? "" : number("scale") + ", ", algorithm_of(step),
                               number("alpha"), number("beta"));
        }
        if (kind == "sum") {
            const auto type = step.at("type").get<std::string>();
            return fmt::format("append_sum({}, {}{})", number("scale"), step.at("zero_point").get<int>(),
                               type == "undef" ? "" : ", dt::" + type);
        }
        if (kind == "prelu") {
            return fmt::format("append_prelu({})", step.at("mask").get<int>());
        }
        if (kind == "depthwise") {
            const auto type = [&step](const char* member) { return step.at(member).get<std::string>(); };
            return fmt::format("append_dw(dt::{}, dt::{}, dt::{}, {}, {}, {}{})", type("weights"), type("bias"),
                               type("result"), step.at("kernel").get<int>(), step.at("stride").get<int>(),
                               step.at("padding").get<int>(), is_v3_ ? "" : ", 0, {1.0f}");
        }
        const std::string argument = fmt::format("DNNL_ARG_ATTR_MULTIPLE_POST_OP({}) | DNNL_ARG_SRC_1", index);
        return fmt::format("append_binary({}, {})", algorithm_of(step), described(call, argument));
    }

    static std::string class_of(const std::string& kind) {
        const bool has_no_direction = kind == "matmul" || kind == "binary" || kind == "reduction" || kind == "reorder";
        return has_no_direction ? kind : kind + "_forward";
    }

    void add_call(const Json& call) {
        const auto kind = call.at("primitive").get<std::string>();
        std::string argument_list;
        for (const Json& each : call.at("arguments")) {
            argument_list += fmt::format("{}\n        {{{}, {}}}", argument_list.empty() ? "" : ",",
                                         each.at("argument").get<std::string>(),
                                         memory_names_[each.at("memory").get<std::size_t>()]);
        }
        Json lines = Json::array();
        const std::string attributes = add_attributes(call, lines);
        if (kind == "reorder") {
            const std::string from = memory_of(call, "DNNL_ARG_SRC");
            const std::string to = memory_of(call, "DNNL_ARG_DST");
            if (!attributes.empty()) {
                const std::string name = names_.unique("reorder_description");
                primitives_.push_back({{"attribute_lines", std::move(lines)},
                                       {"primitive_type", "reorder"},
                                       {"primitive_name", name},
                                       {"primitive_arguments", fmt::format("cpu, {}.get_desc(), cpu, {}.get_desc(), {}",
                                                                           from, to, attributes)},
                                       {"choose", Json()}});
                executions_.push_back(fmt::format("reorder({}).execute(queue, {{{}}});", name, argument_list));
                return;
            }
            executions_.push_back(fmt::format("reorder({0}, {1}).execute(queue, {0}, {1});", from, to));
            return;
        }
        const std::string type = class_of(kind);
        const std::string name = names_.unique(kind + "_description");
        const std::string operation = onednn_operation(
            call, is_v3_, [this, &call](const std::string& argument) { return described(call, argument); });
        const std::string arguments =
            is_v3_ ? fmt::format("cpu, {}{}", operation, attributes.empty() ? "" : ", " + attributes)
                   : fmt::format("\n        {{{}}},\n        {}cpu", operation,
                                 attributes.empty() ? "" : attributes + ", ");
        primitives_.push_back(
            {{"attribute_lines", std::move(lines)},
             {"primitive_type", type},
             {"primitive_name", name},
             {"primitive_arguments", arguments},
             {"choose", recording_.at("implementation_choice").get<bool>() ? call.at("implementation") : Json()}});
        for (const Json& each : call.at("arguments")) {
            const auto number = each.at("memory").get<std::size_t>();
            if (!is_plain(memory(number)) && !chosen_.contains(number)) {
                chosen_[number] =
                    fmt::format("{}.query_md(query::exec_arg_md, {})", name, each.at("argument").get<std::string>());
                library_memories_.push_back({{"memory_name", memory_names_[number]}, {"memory_from", chosen_[number]}});
            }
        }
        executions_.push_back(fmt::format("{}({}).execute(queue, {{{}}});", type, name, argument_list));
    }

    std::string memory_of(const Json& call, const std::string& argument) const {
        for (const Json& each : call.at("arguments")) {
            if (each.at("argument") == argument) {
                return memory_names_[each.at("memory").get<std::size_t>()];
            }
        }
        throw NotExpressible("a reorder without " + argument);
    }

    void add_outputs() {
        for (const ExportedOutput& output : subject_.outputs) {
            const auto buffer = buffer_of_tensor_.find(output.name);
            if (buffer == buffer_of_tensor_.end()) {
                throw NotExpressible(fmt::format("output '{}' is not written by a call of the library", output.name));
            }
            const graph::DataType type = output.allowed.type();
            if (type == graph::DataType::f16 || type == graph::DataType::bf16) {
                throw NotExpressible("the output holds 16-bit numbers, which C++ has no type for");
            }
            const ExpectedRanges ranges = expected_ranges(output.allowed);
            const bool is_float = type == graph::DataType::f32;
            outputs_.push_back({{"output_type", c_type(std::string(graph::name_of(type)))},
                                {"range_type", is_float ? "float" : "std::int64_t"},
                                {"output_name", buffer->first},
                                {"output_buffer", buffer->second},
                                {"lowest", braced(ranges.lowest)},
                                {"highest", braced(ranges.highest)}});
        }
    }

    const ExportSubject& subject_;
    const Json& recording_;
    const bool guarded_;
    const bool is_v3_ = recording_.at("api").get<int>() >= 3;
    CppNames names_;
    std::set<std::size_t> written_;
    std::map<std::size_t, std::string> buffer_names_;
    std::map<std::string, std::string> buffer_of_tensor_;
    std::vector<std::string> memory_names_;
    std::map<std::size_t, std::string> chosen_;  ///< the layout that the library chose for a memory
    Json buffers_ = Json::array();
    Json plain_memories_ = Json::array();
    Json primitives_ = Json::array();
    Json library_memories_ = Json::array();
    Json executions_ = Json::array();
    Json outputs_ = Json::array();
};

}  // namespace

ReproducerFiles onednn_program(const ExportSubject& subject, bool guarded) {
    if (subject.recording.empty()) {
        throw NotExpressible(subject.why_not_recorded);
    }
    const Json recording = Json::parse(subject.recording);
    if (!recording.contains("api")) {
        throw NotExpressible("no calls of oneDNN: the finding is in another library");
    }
    const std::string source = with_single_gaps(
        fill_template("onednn.cpp.mustache", Writer(subject, recording, guarded).view(), Escaping::none));
    const auto lines = static_cast<std::size_t>(std::count(source.begin(), source.end(), '\n'));
    if (lines > kMostLines) {
        throw NotExpressible(fmt::format("the program would have {} lines: too many to be read", lines));
    }
    return {{"reproducer.cpp", source},
            {"CMakeLists.txt", fill_template("onednn.cmake.mustache", Json::object(), Escaping::none)}};
}

}  // namespace difftest::harness
