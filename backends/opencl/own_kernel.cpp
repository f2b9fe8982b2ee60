#include "backends/opencl/own_kernel.hpp"

#include "backends/backend.hpp"
#include "backends/kernel_manifest/bindings.hpp"
#include "backends/kernel_manifest/kernel_file.hpp"
#include "backends/opencl/kernel_writer.hpp"
#include "backends/opencl/own_constants.hpp"
#include "backends/opencl/plan_contract.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace difftest::backends::opencl {
namespace {

using namespace kernel_manifest;

/// Whether all of these belong to steps that are there: what belongs to others is left out.
template <typename Work>
bool unless_missing(Work work) {
    try {
        work();
        return true;
    } catch (const NotThere&) {
        return false;
    }
}

/// Follows the manifest for one case.
class KernelMaker {
public:
    KernelMaker(const Manifest& manifest, const graph::Case& value, const Match& match)
        : manifest_(manifest), value_(value), match_(match), bindings_(manifest, value.graph, match) {}

    Kernel make() {
        kernel_.nodes = match_.nodes;
        kernel_.entry = manifest_.entry;
        kernel_.implementation = "own:" + manifest_.name;
        kernel_.options = manifest_.options;
        kernel_.is_program = true;
        for (const ArgumentRole& role : manifest_.arguments) {
            unless_missing([&] { std::visit([this](const auto& each) { add(each); }, role); });
        }
        kernel_.global = work_size(manifest_.global, "global");
        kernel_.local = work_size(manifest_.local, "local");
        return std::move(kernel_);
    }

    /// "#define NAME VALUE" for each define.
    std::string preamble() const {
        std::string text;
        for (const auto& [name, value] : manifest_.defines) {
            std::string written;
            if (unless_missing([&, &define = value] { written = std::visit(*this, define); })) {
                text += fmt::format("#define {} {}\n", name, written);
            }
        }
        return text;
    }

    std::string operator()(const Expression& expression) const { return integer_text(bindings_.value(expression)); }
    std::string operator()(const LiteralValue& literal) const { return literal.text; }
    std::string operator()(const ConstantValue& constant) const {
        if (const std::optional<AttributeValue> attribute = bindings_.attribute(constant.of)) {
            const auto* number = std::get_if<std::int64_t>(&*attribute);
            return number != nullptr ? integer_text(*number) : literal(std::get<float>(*attribute));
        }
        return constant_text(data_of(constant.of), text_of(constant.of));
    }

private:
    const graph::TensorData& data_of(const Reference& reference) const {
        const graph::TensorId id = bindings_.tensor(reference);
        if (id == graph::kAbsent) {
            throw Unsupported(
                fmt::format("kernel '{}' needs {}, which the graph does not use", manifest_.name, text_of(reference)));
        }
        if (value_.graph.tensor(id).role != graph::TensorRole::constant) {
            throw Unsupported(fmt::format("kernel '{}' needs {} as a constant, and '{}' is none", manifest_.name,
                                          text_of(reference), value_.graph.tensor(id).name));
        }
        return value_.data_of(id);
    }

    void add(const TensorRole& role) {
        const graph::TensorId id = bindings_.tensor(role.tensor);
        if (id == graph::kAbsent && role.optional) {
            return;
        }
        const bool is_constant = id == graph::kAbsent || value_.graph.tensor(id).role == graph::TensorRole::constant;
        if (is_constant) {
            const bool in_contraction =
                !role.tensor.step.empty() && graph::is_contraction(bindings_.node(role.tensor.step).operation);
            const graph::Shape& output = value_.graph.tensor(bindings_.output()).shape;
            const graph::TensorData& data = data_of(role.tensor);
            push(TableArgument{constant_bytes(data, role, output, in_contraction)}, role.tensor, data.type());
            return;
        }
        check_memory(role, value_.graph.tensor(id));
        push(TensorArgument{id}, role.tensor, value_.graph.tensor(id).type);
    }

    void check_memory(const TensorRole& role, const graph::Tensor& tensor) const {
        if (!activation_layout_named(role.layout)) {
            throw Unsupported(
                fmt::format("kernel '{}' takes {} in {}, and only constants come in layouts of weights; "
                            "'{}' is none",
                            manifest_.name, text_of(role.tensor), role.layout, tensor.name));
        }
        graph::Shape wanted = value_.graph.tensor(bindings_.output()).shape;
        for (std::size_t d = 0; role.expansion == Expansion::channel && d < wanted.size(); ++d) {
            wanted[d] = d == 1 ? wanted[d] : 1;
        }
        if (role.expansion != Expansion::none && tensor.shape != wanted) {
            throw Unsupported(
                fmt::format("kernel '{}' takes {} in the shape {}, '{}' is {}, and only constants are "
                            "expanded",
                            manifest_.name, text_of(role.tensor), graph::to_string(wanted), tensor.name,
                            graph::to_string(tensor.shape)));
        }
    }

    void add(const IntegerScalar& scalar) {
        const std::int64_t number = bindings_.value(scalar.value);
        if (number < std::numeric_limits<std::int32_t>::min() || number > std::numeric_limits<std::int32_t>::max()) {
            throw BadInput(
                fmt::format("{}: argument '{}' is {}, which is no int", manifest_.file, scalar.value.text(), number));
        }
        push(ScalarArgument{static_cast<std::int32_t>(number)}, {"", scalar.value.text()}, graph::DataType::s32);
    }

    void add(const FloatScalar& scalar) {
        if (const auto* expression = std::get_if<Expression>(&scalar.value)) {
            push(ScalarArgument{static_cast<float>(bindings_.value(*expression))}, {"", expression->text()},
                 graph::DataType::f32);
            return;
        }
        const Reference& of = std::get<ConstantValue>(scalar.value).of;
        push(ScalarArgument{number_of(of)}, of, graph::DataType::f32);
    }

    float number_of(const Reference& of) const {
        if (const std::optional<AttributeValue> attribute = bindings_.attribute(of)) {
            const auto* number = std::get_if<std::int64_t>(&*attribute);
            return number != nullptr ? static_cast<float>(*number) : std::get<float>(*attribute);
        }
        const graph::TensorData& data = data_of(of);
        if (data.size() != 1) {
            throw Unsupported(fmt::format("kernel '{}' takes one number for {}, which has {} here", manifest_.name,
                                          text_of(of), data.size()));
        }
        return static_cast<float>(data.at(0));
    }

    void push(KernelArgument argument, const Reference& role, graph::DataType type) {
        kernel_.arguments.push_back(std::move(argument));
        kernel_.parameters.push_back({text_of(role), type});
    }

    std::vector<std::size_t> work_size(const std::vector<Expression>& expressions, std::string_view which) const {
        std::vector<std::size_t> sizes;
        for (const Expression& expression : expressions) {
            const std::int64_t size = bindings_.value(expression);
            if (size <= 0) {
                throw BadInput(fmt::format("{}: /{}/{}: '{}' is {} here, and a work size is at least 1", manifest_.file,
                                           which, sizes.size(), expression.text(), size));
            }
            sizes.push_back(static_cast<std::size_t>(size));
        }
        return sizes;
    }

    const Manifest& manifest_;
    const graph::Case& value_;
    const Match& match_;
    Bindings bindings_;
    Kernel kernel_;
};

}  // namespace

std::optional<DeviceLayout> activation_layout_named(const std::string& name) {
    if (name == "row_major") {
        return DeviceLayout::bfyx;
    }
    for (const DeviceLayout layout : all_device_layouts()) {
        if (name_of(layout) == name) {
            return layout;
        }
    }
    return std::nullopt;
}

OwnKernel::OwnKernel(const std::string& kernel_file, const std::string& manifest_file) : file_(kernel_file) {
    try {
        KernelFiles files = read_kernel(kernel_file, manifest_file);
        source_ = std::move(files.source);
        manifest_ = std::move(files.manifest);
    } catch (const ManifestError& error) {
        throw BadInput(error.what());
    }
}

Kernel OwnKernel::kernel(const graph::Case& value, const Match& match) const {
    KernelMaker maker(manifest_, value, match);
    try {
        Kernel kernel = maker.make();
        if (is_spirv(source_)) {
            kernel.source = source_;
            return kernel;
        }
        // Programs are kept by their text, which does not show that a file it includes has changed.
        const bool includes = source_.find("#include") != std::string::npos;
        const std::string worker = includes ? fmt::format("// worker {}\n", ::getpid()) : "";
        // Lines count from the user's own first one.
        kernel.source = worker + maker.preamble() + "#line 1\n" + source_;
        return kernel;
    } catch (const ExpressionError& error) {
        throw BadInput(fmt::format("{}: {}", manifest_.file, error.what()));
    }
}

std::map<std::string, DeviceLayout> OwnKernel::layouts(const graph::Graph& graph, const Match& match) const {
    const Bindings bindings(manifest_, graph, match);
    std::map<std::string, DeviceLayout> result;
    for (const ArgumentRole& argument : manifest_.arguments) {
        const auto* role = std::get_if<TensorRole>(&argument);
        if (role == nullptr || (!role->tensor.step.empty() && !bindings.has_step(role->tensor.step))) {
            continue;
        }
        const graph::TensorId id = bindings.tensor(role->tensor);
        const std::optional<DeviceLayout> layout = activation_layout_named(role->layout);
        if (id == graph::kAbsent || graph.tensor(id).role == graph::TensorRole::constant || !layout) {
            continue;
        }
        const std::string& name = graph.tensor(id).name;
        if (const auto [known, added] = result.emplace(name, *layout); !added && known->second != *layout) {
            throw Unsupported(fmt::format("kernel '{}' takes '{}' in two layouts, {} and {}", manifest_.name, name,
                                          name_of(known->second), name_of(*layout)));
        }
    }
    return result;
}

contract::Contract OwnKernel::contract(const graph::Graph& graph, const Match& match, const Device& device,
                                       BuildVariant build) const {
    if (!manifest_.contract) {
        // Generated kernels divide in double where float is not rounded correctly; a user's does not have to.
        Device in_float = device;
        in_float.features.divides_in_double = false;
        return contract_of(graph, in_float, build);
    }
    graph::Graph rest = graph;
    rest.nodes.clear();
    for (std::size_t id = 0; id < graph.nodes.size(); ++id) {
        if (std::find(match.nodes.begin(), match.nodes.end(), static_cast<graph::NodeId>(id)) == match.nodes.end()) {
            rest.nodes.push_back(graph.nodes[id]);
        }
    }
    contract::Contract result = *manifest_.contract;
    for (const contract::Freedom freedom : contract_of(rest, device, build).freedoms()) {
        result.grant(freedom);
    }
    return result;
}

}  // namespace difftest::backends::opencl
