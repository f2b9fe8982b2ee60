#include "reference/graph/enumeration_names.hpp"
#include "reference/graph/graph_json.hpp"
#include "reference/graph/names.hpp"
#include "reference/graph/operation_attributes.hpp"
#include "reference/graph/size_rules.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

namespace difftest::graph {
namespace {

/// Calls `use` with a default-constructed operation of every kind.
template <typename Use>
void for_each_operation(Use&& use) {
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        (use(std::variant_alternative_t<Index, Operation>{}), ...);
    }
    (std::make_index_sequence<std::variant_size_v<Operation>>{});
}

Operation read_operation_name(const JsonCursor& cursor) {
    const std::string& text = cursor.text();
    std::optional<Operation> found;
    std::vector<std::string_view> known;
    for_each_operation([&](const auto& op) {
        known.push_back(op.name);
        if (op.name == text) {
            found = op;
        }
    });
    if (!found) {
        cursor.fail(fmt::format("unknown operation {}; known: {}", in_quotes(text), fmt::join(known, ", ")));
    }
    return *std::move(found);
}

void read_attribute(const JsonCursor& cursor, std::int64_t& value) {
    value = cursor.integer();
}

void read_attribute(const JsonCursor& cursor, bool& value) {
    value = cursor.truth_value();
}

void read_attribute(const JsonCursor& cursor, float& value) {
    value = cursor.number();
}

void read_attribute(const JsonCursor& cursor, std::vector<std::int64_t>& value) {
    value = cursor.integers();
}

template <typename Enum>
requires std::is_enum_v<Enum>
void read_attribute(const JsonCursor& cursor, Enum& value) {
    const std::string& text = cursor.text();
    const auto found = value_from_name<Enum>(text);
    if (!found) {
        std::vector<std::string_view> known;
        for (const auto& entry : names_of<Enum>()) {
            known.push_back(entry.name);
        }
        cursor.fail(fmt::format("unknown value {}; known: {}", in_quotes(text), fmt::join(known, ", ")));
    }
    value = *found;
}

void read_attributes(const JsonCursor& cursor, Operation& operation) {
    std::vector<std::string_view> names;
    const auto collect = [&](std::string_view name, const auto& /*member*/) { names.push_back(name); };
    const auto read = [&](std::string_view name, auto& member) { read_attribute(cursor.member(name), member); };
    std::visit([&](const auto& op) { visit_attributes(op, collect); }, operation);
    cursor.allow_only(names);
    std::visit([&](auto& op) { visit_attributes(op, read); }, operation);
}

DataType read_type(const JsonCursor& cursor) {
    const std::string& text = cursor.text();
    const auto found = data_type_from(text);
    if (!found) {
        cursor.fail(fmt::format("unknown type {}; known: s8, u8, s32, f32, f16, bf16", in_quotes(text)));
    }
    return *found;
}

class GraphReader {
public:
    explicit GraphReader(const Limits& limits) : limits_(limits) {}

    Graph read(const JsonCursor& cursor) {
        cursor.allow_only({"inputs", "constants", "nodes", "outputs"});
        for (const JsonCursor& tensor : cursor.member("inputs").elements()) {
            read_declared(tensor, TensorRole::input);
        }
        for (const JsonCursor& tensor : cursor.member("constants").elements()) {
            read_declared(tensor, TensorRole::constant);
        }
        const JsonCursor nodes = cursor.member("nodes");
        const std::vector<JsonCursor> elements = nodes.elements();
        if (elements.size() > limits_.nodes) {
            nodes.fail(fmt::format("{} nodes are more than {}", elements.size(), limits_.nodes));
        }
        for (const JsonCursor& node : elements) {
            read_node(node);
        }
        for (const JsonCursor& output : cursor.member("outputs").elements()) {
            graph_.outputs.push_back(read_reference(output, "no tensor has the name"));
        }
        return std::move(graph_);
    }

private:
    void read_declared(const JsonCursor& cursor, TensorRole role) {
        cursor.allow_only({"name", "type", "shape"});
        Tensor tensor;
        tensor.name = read_tensor_name(cursor.member("name"));
        tensor.type = read_type(cursor.member("type"));
        tensor.shape = read_shape(cursor.member("shape"));
        tensor.role = role;
        add(std::move(tensor));
    }

    Shape read_shape(const JsonCursor& cursor) const {
        Shape shape = cursor.integers();
        if (auto complaint = complaint_about_shape(shape, limits_)) {
            cursor.fail(*std::move(complaint));
        }
        return shape;
    }

    std::string read_tensor_name(const JsonCursor& cursor) const {
        std::string name = cursor.text();
        if (auto complaint = complaint_about_name(name)) {
            cursor.fail(*std::move(complaint));
        }
        if (ids_.contains(name)) {
            cursor.fail(fmt::format("another tensor has the name {}", in_quotes(name)));
        }
        return name;
    }

    TensorId read_reference(const JsonCursor& cursor, std::string_view complaint) const {
        const auto found = ids_.find(cursor.text());
        if (found == ids_.end()) {
            cursor.fail(fmt::format("{} {}", complaint, in_quotes(cursor.text())));
        }
        return found->second;
    }

    void read_node(const JsonCursor& cursor) {
        cursor.allow_only({"name", "op", "inputs", "attributes", "output"});
        Node node;
        node.name = cursor.member("name").text();
        if (!node_names_.insert(node.name).second) {
            cursor.member("name").fail(fmt::format("another node has the name {}", in_quotes(node.name)));
        }
        node.operation = read_operation_name(cursor.member("op"));
        read_inputs(cursor.member("inputs"), node);
        read_attributes(cursor.member("attributes"), node.operation);
        read_output(cursor, node);
        graph_.nodes.push_back(std::move(node));
    }

    void read_inputs(const JsonCursor& cursor, Node& node) const {
        std::vector<std::string_view> names;
        for (const Slot& slot : slots_of(node.operation)) {
            names.push_back(slot.name);
        }
        cursor.allow_only(names);
        for (const Slot& slot : slots_of(node.operation)) {
            const auto input = cursor.find(slot.name);
            if (!input && !slot.optional) {
                cursor.fail(fmt::format("the input {} is missing", in_quotes(slot.name)));
            }
            node.inputs.push_back(input ? read_reference(*input, "no tensor before this node has the name") : kAbsent);
        }
    }

    void read_output(const JsonCursor& cursor, Node& node) {
        const JsonCursor output = cursor.member("output");
        output.allow_only({"name", "type", "shape"});
        Tensor tensor;
        tensor.name = read_tensor_name(output.member("name"));
        tensor.type = read_type(output.member("type"));
        tensor.shape = infer(cursor, node);
        tensor.producer = static_cast<NodeId>(graph_.nodes.size());
        if (const auto shape = output.find("shape"); shape && shape->integers() != tensor.shape) {
            shape->fail(fmt::format("shape {} where {} follows from the inputs", to_string(shape->integers()),
                                    to_string(tensor.shape)));
        }
        node.output = add(std::move(tensor));
    }

    Shape infer(const JsonCursor& cursor, const Node& node) const {
        std::vector<Shape> shapes;
        for (const TensorId id : node.inputs) {
            shapes.push_back(id == kAbsent ? Shape() : graph_.tensor(id).shape);
        }
        ShapeResult result = infer_shape(node.operation, shapes);
        if (result.problem) {
            throw MisplacedInput({cursor.place() + result.problem->place, result.problem->message});
        }
        if (auto complaint = complaint_about_shape(result.shape, limits_)) {
            cursor.fail(*std::move(complaint));
        }
        return std::move(result.shape);
    }

    TensorId add(Tensor tensor) {
        const auto id = static_cast<TensorId>(graph_.tensors.size());
        ids_.emplace(tensor.name, id);
        graph_.tensors.push_back(std::move(tensor));
        return id;
    }

    const Limits& limits_;
    Graph graph_;
    std::unordered_map<std::string, TensorId> ids_;
    std::unordered_set<std::string> node_names_;
};

}  // namespace

Graph read_graph(const JsonCursor& cursor, const Limits& limits) {
    return GraphReader(limits).read(cursor);
}

}  // namespace difftest::graph
