#include "backends/kernel_manifest/manifest.hpp"
#include "backends/kernel_manifest/names.hpp"
#include "backends/kernel_manifest/step_reader.hpp"
#include "reference/graph/graph.hpp"
#include "reference/graph/json_cursor.hpp"
#include "reference/graph/names.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

namespace difftest::backends::kernel_manifest {
namespace {

using graph::JsonCursor;

constexpr std::size_t kMostArguments = 256;
constexpr std::size_t kMostDimensions = 100;  ///< that need one another

/// Adds the place to what an expression complains of.
template <typename Work>
auto at(const JsonCursor& cursor, Work work) {
    try {
        return work();
    } catch (const ExpressionError& error) {
        cursor.fail(error.what());
    }
}

class ManifestReader {
public:
    Manifest read(const JsonCursor& cursor) {
        cursor.allow_only({"format", "version", "name", "entry", "pattern", "require", "dimensions", "arguments",
                           "global", "local", "defines", "options", "contract"});
        check_version(cursor);
        read_identity(cursor);
        read_pattern(cursor.member("pattern"));
        read_dimensions(cursor);
        read_requirements(cursor);
        read_arguments(cursor.member("arguments"));
        manifest_.global = work_size(cursor.member("global"));
        if (const auto local = cursor.find("local")) {
            manifest_.local = work_size(*local);
            if (manifest_.local.size() != manifest_.global.size()) {
                local->fail(
                    fmt::format("has {} dimensions, global has {}", manifest_.local.size(), manifest_.global.size()));
            }
        }
        read_defines(cursor);
        return std::move(manifest_);
    }

private:
    static void check_version(const JsonCursor& cursor) {
        const JsonCursor format = cursor.member("format");
        if (format.text() != "difftest-kernel-manifest") {
            format.fail("must be \"difftest-kernel-manifest\"");
        }
        const JsonCursor version = cursor.member("version");
        if (version.integer() != 1) {
            version.fail(fmt::format("version {} is unknown; this difftest reads version 1", version.integer()));
        }
    }

    void read_identity(const JsonCursor& cursor) {
        manifest_.entry = identifier(cursor.member("entry"));
        const auto name = cursor.find("name");
        manifest_.name = name ? identifier(*name) : manifest_.entry;
        if (const auto options = cursor.find("options")) {
            manifest_.options = options->text();
            if (!graph::is_printable(manifest_.options)) {
                options->fail("must be printable text");
            }
        }
        if (const auto contract = cursor.find("contract")) {
            manifest_.contract = contract::Contract::parse(contract->text());
            if (!manifest_.contract) {
                contract->fail(fmt::format("{}: no such contract (see: difftest list contracts)",
                                           graph::in_quotes(contract->text())));
            }
        }
    }

    void read_pattern(const JsonCursor& cursor) {
        for (const JsonCursor& element : cursor.elements()) {
            StepPattern step = read_step(element);
            if (manifest_.step(step.name) != nullptr || step.name == kOutput) {
                element.member("name").fail(fmt::format("'{}' stands for something else already", step.name));
            }
            if (manifest_.pattern.empty() && (step.optional || !step.chain.empty())) {
                element.fail("the first step reads no step before it, and is never optional");
            }
            manifest_.pattern.push_back(std::move(step));
        }
        if (manifest_.pattern.empty()) {
            cursor.fail("must have a step");
        }
    }

    /// An expression whose names mean something, as text or as a whole number.
    Expression expression(const JsonCursor& cursor) const {
        return at(cursor, [&] {
            if (cursor.json().is_number_integer()) {
                return Expression::parse(std::to_string(cursor.integer()));
            }
            Expression result = Expression::parse(cursor.text());
            for (const std::string& name : result.names()) {
                if (const std::string complaint = complaint_about(manifest_, parse_name(name)); !complaint.empty()) {
                    throw ExpressionError(fmt::format("expression {}: {}", graph::in_quotes(result.text()), complaint));
                }
            }
            return result;
        });
    }

    void read_dimensions(const JsonCursor& cursor) {
        const auto dimensions = cursor.find("dimensions");
        if (!dimensions) {
            return;
        }
        for (const auto& [name, value] : dimensions->members()) {
            if (!is_identifier(name) || name == kOutput || manifest_.step(name) != nullptr) {
                value.fail(fmt::format("{} cannot be the name of a dimension", graph::in_quotes(name)));
            }
            manifest_.dimensions.emplace(name, Expression());
        }
        for (const auto& [name, value] : dimensions->members()) {
            manifest_.dimensions[name] = expression(value);
        }
        std::set<std::string> above;
        std::set<std::string> fine;
        for (const auto& [name, value] : dimensions->members()) {
            check_circle(name, above, fine, value);
        }
    }

    void check_circle(const std::string& name, std::set<std::string>& above, std::set<std::string>& fine,
                      const JsonCursor& cursor) const {
        if (fine.count(name) != 0) {
            return;
        }
        if (!above.insert(name).second || above.size() > kMostDimensions) {
            cursor.fail(fmt::format("dimension '{}' needs {}", name,
                                    above.size() > kMostDimensions ? "too many others" : "its own value"));
        }
        for (const std::string& other : manifest_.dimensions.at(name).names()) {
            if (manifest_.dimensions.count(other) != 0) {
                check_circle(other, above, fine, cursor);
            }
        }
        above.erase(name);
        fine.insert(name);
    }

    void read_requirements(const JsonCursor& cursor) {
        if (const auto require = cursor.find("require")) {
            for (const JsonCursor& each : require->elements()) {
                manifest_.requirements.push_back(expression(each));
            }
        }
    }

    std::vector<Expression> work_size(const JsonCursor& cursor) const {
        std::vector<Expression> sizes;
        for (const JsonCursor& each : cursor.elements()) {
            sizes.push_back(expression(each));
        }
        if (sizes.empty() || sizes.size() > 3) {
            cursor.fail("must have 1 to 3 dimensions");
        }
        return sizes;
    }

    Reference tensor(const JsonCursor& cursor) const {
        Reference reference = at(cursor, [&] { return parse_reference(cursor.text()); });
        if (const std::string complaint = complaint_about_tensor(manifest_, reference); !complaint.empty()) {
            cursor.fail(complaint);
        }
        return reference;
    }

    /// A tensor, or a number among the attributes.
    ConstantValue constant(const JsonCursor& cursor) const {
        Reference reference = at(cursor, [&] { return parse_reference(cursor.text()); });
        const StepPattern* const step = manifest_.step(reference.step);
        const auto attributes =
            step == nullptr ? std::map<std::string, AttributeValue>{} : attributes_of(step->operation);
        const auto attribute = attributes.find(reference.member);
        const bool is_number =
            attribute != attributes.end() && (std::holds_alternative<float>(attribute->second) ||
                                              std::holds_alternative<std::int64_t>(attribute->second));
        return is_number ? ConstantValue{std::move(reference)} : ConstantValue{tensor(cursor)};
    }

    void read_arguments(const JsonCursor& cursor) {
        std::size_t outputs = 0;
        for (const JsonCursor& element : cursor.elements()) {
            manifest_.arguments.push_back(argument(element));
            const auto* role = std::get_if<TensorRole>(&manifest_.arguments.back());
            outputs += role != nullptr && role->tensor.member == kOutput ? 1 : 0;
        }
        if (manifest_.arguments.size() > kMostArguments) {
            cursor.fail(fmt::format("more than {} arguments", kMostArguments));
        }
        if (outputs != 1) {
            cursor.fail(fmt::format("one argument must be {{\"tensor\": \"output\"}}; there are {}", outputs));
        }
    }

    ArgumentRole argument(const JsonCursor& cursor) const {
        if (!cursor.find("scalar")) {
            return tensor_role(cursor);
        }
        cursor.allow_only({"scalar", "value", "constant"});
        const std::string& type = cursor.member("scalar").text();
        if (type != "int" && type != "float") {
            cursor.member("scalar").fail("must be int or float");
        }
        const auto constant_of = cursor.find("constant");
        if (constant_of.has_value() == cursor.find("value").has_value()) {
            cursor.fail("a scalar has a value or a constant");
        }
        if (constant_of && type == "int") {
            constant_of->fail("an int is given by its value");
        }
        if (constant_of) {
            return FloatScalar{constant(*constant_of)};
        }
        Expression value = expression(cursor.member("value"));
        return type == "int" ? ArgumentRole(IntegerScalar{std::move(value)})
                             : ArgumentRole(FloatScalar{std::move(value)});
    }

    TensorRole tensor_role(const JsonCursor& cursor) const {
        cursor.allow_only({"tensor", "layout", "expand", "optional"});
        TensorRole role{tensor(cursor.member("tensor")), "row_major"};
        if (role.tensor.member == kOutput && !role.tensor.step.empty()) {
            cursor.member("tensor").fail("only the last result is in memory; it is called \"output\"");
        }
        if (const auto layout = cursor.find("layout")) {
            role.layout = layout->text();
            check_layout(*layout);
        }
        if (const auto expand = cursor.find("expand")) {
            if (expand->text() != "channel" && expand->text() != "full") {
                expand->fail(
                    fmt::format("unknown expansion {} (known: channel, full)", graph::in_quotes(expand->text())));
            }
            role.expansion = expand->text() == "channel" ? Expansion::channel : Expansion::full;
        }
        if (const auto optional = cursor.find("optional")) {
            role.optional = optional->truth_value();
        }
        return role;
    }

    static void check_layout(const JsonCursor& cursor) {
        for (const auto* names : {&activation_layout_names(), &weights_layout_names()}) {
            if (std::find(names->begin(), names->end(), cursor.text()) != names->end()) {
                return;
            }
        }
        cursor.fail(fmt::format("unknown layout {} (known: {}, {})", graph::in_quotes(cursor.text()),
                                fmt::join(activation_layout_names(), ", "), fmt::join(weights_layout_names(), ", ")));
    }

    void read_defines(const JsonCursor& cursor) {
        const auto defines = cursor.find("defines");
        if (!defines) {
            return;
        }
        for (const auto& [name, value] : defines->members()) {
            if (!is_identifier(name)) {
                value.fail(fmt::format("{} is no name of a macro", graph::in_quotes(name)));
            }
            manifest_.defines.emplace(name, define(value));
        }
    }

    DefineValue define(const JsonCursor& cursor) const {
        if (!cursor.json().is_object()) {
            return expression(cursor);
        }
        cursor.allow_only({"literal", "constant"});
        const auto literal = cursor.find("literal");
        if (!literal) {
            return constant(cursor.member("constant"));
        }
        if (cursor.find("constant") || !graph::is_printable(literal->text())) {
            cursor.fail("a define is one literal of printable text, or one constant");
        }
        return LiteralValue{literal->text()};
    }

    Manifest manifest_;
};

}  // namespace

const std::vector<std::string>& activation_layout_names() {
    static const std::vector<std::string> kNames{
        "row_major", "bfyx", "byxf", "b_fs_yx_fsv4", "b_fs_yx_fsv16", "b_fs_yx_fsv32", "bs_fs_yx_bsv16_fsv16"};
    return kNames;
}

const std::vector<std::string>& weights_layout_names() {
    static const std::vector<std::string> kNames{
        "oiyx", "ioyx", "os_is_yx_isv16_osv16", "os_is_yx_osv16_isv16", "is_os_yx_isv16_osv16", "os_is_yx_osv16_isv4"};
    return kNames;
}

const StepPattern* Manifest::step(std::string_view wanted) const {
    const auto found =
        std::find_if(pattern.begin(), pattern.end(), [wanted](const StepPattern& each) { return each.name == wanted; });
    return found == pattern.end() ? nullptr : &*found;
}

Manifest parse_manifest(std::string_view text, const std::string& file) {
    try {
        const graph::InputJson document = graph::parse_json(text);
        Manifest manifest = ManifestReader().read(JsonCursor(document, ""));
        manifest.file = file;
        return manifest;
    } catch (const graph::MisplacedInput& error) {
        const std::string& place = error.problem().place;
        std::string message = fmt::format("{}: {}{}", file, place.empty() ? "" : place + ": ", error.problem().message);
        // Whatever the expression holds that the message quotes.
        constexpr std::size_t kLongest = 1000;
        std::replace_if(
            message.begin(), message.end(), [](unsigned char each) { return each < 0x20 || each == 0x7F; }, ' ');
        throw ManifestError(message.size() > kLongest ? message.substr(0, kLongest) + "..." : message);
    }
}

}  // namespace difftest::backends::kernel_manifest
