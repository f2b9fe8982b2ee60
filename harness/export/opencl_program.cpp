#include "harness/export/opencl_program.hpp"

#include "harness/export/cpp_names.hpp"
#include "harness/export/expected_ranges.hpp"
#include "harness/report/template_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

namespace difftest::harness {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostLines = 250;

std::string c_type(const std::string& type) {
    static const std::map<std::string, std::string> kTypes = {{"f32", "cl_float"}, {"s32", "cl_int"},
                                                              {"s8", "cl_char"},   {"u8", "cl_uchar"},
                                                              {"f16", "cl_half"},  {"bf16", "cl_ushort"}};
    return kTypes.at(type);
}

/// A literal of C with that text in it.
std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (const char c : text) {
        result += c == '"' || c == '\\' ? "\\" : "";
        result += c;
    }
    return result + "\"";
}

/// One program from one recording.
class Writer {
public:
    Writer(const ExportSubject& subject, const Json& recording) : subject_(subject), recording_(recording) {}

    ReproducerFiles files() {
        for (const Json& buffer : recording_.at("buffers")) {
            add_buffer(buffer);
        }
        for (const Json& launch : recording_.at("launches")) {
            add_launch(launch);
        }
        for (const ExportedOutput& output : subject_.outputs) {
            add_output(output);
        }
        const Json view = {{"title", subject_.title},    {"library", subject_.library}, {"reason", subject_.reason},
                           {"device", quoted(device())}, {"buffers", buffers_},         {"programs", programs_},
                           {"launches", launches_},      {"has_halves", has_halves_},   {"outputs", outputs_}};
        const std::string source = with_single_gaps(fill_template("opencl.c.mustache", view, Escaping::none));
        const auto lines = static_cast<std::size_t>(std::count(source.begin(), source.end(), '\n'));
        if (lines > kMostLines) {
            throw NotExpressible(fmt::format("the program would have {} lines: too many to be read", lines));
        }
        files_.insert(files_.begin(), {"reproducer.c", source});
        return files_;
    }

private:
    std::string device() const {
        return recording_.at("platform").get<std::string>() + ": " + recording_.at("device").get<std::string>();
    }

    void add_buffer(const Json& buffer) {
        const bool is_float = buffer.at("type") == "f32";
        const bool is_written = buffer.at("written").get<bool>();
        std::vector<std::string> values = buffer.at("values").get<std::vector<std::string>>();
        const std::size_t elements = std::max<std::size_t>(values.size(), 1);
        for (std::string& value : values) {
            value = is_float ? float_literal(value) : value;
        }
        while (values.size() > 1 && (values.back() == "0" || values.back() == "0.0f")) {
            values.pop_back();  // the rest of an array is 0 anyway; padding is long
        }
        names_of_buffers_.push_back(names_.unique(buffer.at("name").get<std::string>()));
        buffers_.push_back({{"name", names_of_buffers_.back()},
                            {"type", c_type(buffer.at("type").get<std::string>())},
                            {"elements", elements},
                            {"values", is_written || values.empty() ? "" : " = " + braced(values)},
                            {"is_written", is_written}});
    }

    /// The program of that source and those options, which several launches may share.
    std::string program_of(const Json& launch) {
        const std::pair key(launch.at("source").get<std::string>(), launch.at("options").get<std::string>());
        const auto found = names_of_programs_.find(key);
        if (found != names_of_programs_.end()) {
            return found->second;
        }
        const std::size_t number = files_.size() + 1;
        const std::string file = number == 1 ? "kernels.cl" : fmt::format("kernels_{}.cl", number);
        files_.push_back({file, key.first});
        const std::string name = names_.unique("program");
        programs_.push_back({{"name", name}, {"file", quoted(file)}, {"options", quoted(key.second)}});
        return names_of_programs_[key] = name;
    }

    void add_launch(const Json& launch) {
        const auto sizes = [](const Json& of) {
            return fmt::format("(size_t[]){{{}}}", fmt::join(of.get<std::vector<std::size_t>>(), ", "));
        };
        const Json& global = launch.at("global");
        if (std::find(global.begin(), global.end(), Json(0)) != global.end()) {
            return;
        }
        Json arguments = Json::array();
        for (const Json& argument : launch.at("arguments")) {
            std::string value;
            if (argument.contains("buffer")) {
                value = fmt::format("sizeof(cl_mem), &{}_buffer",
                                    names_of_buffers_.at(argument.at("buffer").get<std::size_t>()));
            } else if (argument.contains("float")) {
                value = fmt::format("sizeof(cl_float), &(cl_float){{{}}}",
                                    float_literal(argument.at("float").get<std::string>()));
            } else {
                value = fmt::format("sizeof(cl_int), &(cl_int){{{}}}", argument.at("int").get<int>());
            }
            arguments.push_back({{"index", arguments.size()}, {"value", value}});
        }
        const auto entry = launch.at("entry").get<std::string>();
        launches_.push_back({{"program", program_of(launch)},
                             {"name", names_.unique(entry)},
                             {"entry", quoted(entry)},
                             {"arguments", std::move(arguments)},
                             {"dimensions", global.size()},
                             {"global", sizes(global)},
                             {"local", launch.at("local").empty() ? "NULL" : sizes(launch.at("local"))}});
    }

    void add_output(const ExportedOutput& output) {
        const Json& buffers = recording_.at("buffers");
        const auto found = std::find_if(buffers.begin(), buffers.end(), [&output](const Json& each) {
            return each.at("tensor") == output.name && each.at("written").get<bool>();
        });
        if (found == buffers.end()) {
            throw NotExpressible(fmt::format("output '{}' is not written by a kernel", output.name));
        }
        const graph::DataType type = output.allowed.type();
        const bool is_half = type == graph::DataType::f16 || type == graph::DataType::bf16;
        has_halves_ = has_halves_ || is_half;
        const std::string& name = names_of_buffers_.at(static_cast<std::size_t>(found - buffers.begin()));
        const ExpectedRanges ranges = expected_ranges(output.allowed);
        const auto places = found->at("places").get<std::vector<std::int64_t>>();
        std::vector<std::string> texts;
        for (const std::int64_t place : places) {
            texts.push_back(std::to_string(place));
        }
        const std::string place = places.empty() ? "i" : name + "_places[i]";
        const char* const decoded = type == graph::DataType::f16 ? "from_half" : "from_bfloat";
        outputs_.push_back(
            {{"name", name},
             {"range_type", graph::is_integer(type) ? "cl_int" : "cl_float"},
             {"lowest", braced(ranges.lowest)},
             {"highest", braced(ranges.highest)},
             {"has_places", !places.empty()},
             {"places", braced(texts)},
             {"got", is_half ? fmt::format("{}({}[{}])", decoded, name, place) : fmt::format("{}[{}]", name, place)},
             {"elements", output.allowed.size()}});
    }

    const ExportSubject& subject_;
    const Json& recording_;
    CppNames names_;
    std::vector<std::string> names_of_buffers_;
    std::map<std::pair<std::string, std::string>, std::string> names_of_programs_;
    ReproducerFiles files_;
    bool has_halves_ = false;
    Json buffers_ = Json::array();
    Json programs_ = Json::array();
    Json launches_ = Json::array();
    Json outputs_ = Json::array();
};

}  // namespace

ReproducerFiles opencl_program(const ExportSubject& subject) {
    if (subject.recording.empty()) {
        throw NotExpressible(subject.why_not_recorded);
    }
    const Json recording = Json::parse(subject.recording);
    if (recording.at("format") != "difftest-opencl-recording") {
        throw NotExpressible("no kernels: the finding is in another library than OpenCL");
    }
    return Writer(subject, recording).files();
}

}  // namespace difftest::harness
