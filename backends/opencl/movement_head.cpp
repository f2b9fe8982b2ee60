#include "backends/opencl/heads.hpp"

#include <fmt/format.h>

#include <variant>

// Permute, reshape, slice and concat: which element of the data stands at a place of the result.

namespace difftest::backends::opencl {
namespace {

class Movement {
public:
    Movement(KernelWriter& writer, const graph::Node& node, const std::vector<std::string>& coordinates,
             const std::string& name)
        : writer_(writer), node_(node), at_(coordinates), name_(name) {}

    std::string operator()(const graph::Permute& op) const {
        std::vector<std::string> from(at_.size());
        for (std::size_t d = 0; d < at_.size(); ++d) {
            from[static_cast<std::size_t>(op.order[d])] = at_[d];
        }
        return defined(element(node_.inputs[0], from));
    }

    std::string operator()(const graph::Reshape& /*op*/) const {
        const graph::Shape& from = writer_.tensor(node_.inputs[0]).shape;
        const AddressMap row_major = address_map(writer_.tensor(node_.output).shape, DeviceLayout::bfyx);
        return fmt::format("    const int index_{} = {};\n", name_, offset_text(row_major, at_)) +
               coordinates_text(from, fmt::format("index_{}", name_), "from") +
               defined(element(node_.inputs[0], coordinate_names(from.size(), "from")));
    }

    std::string operator()(const graph::Slice& op) const {
        std::vector<std::string> from;
        for (std::size_t d = 0; d < at_.size(); ++d) {
            from.push_back(fmt::format("({} + {} * {})", op.begin[d], at_[d], op.step[d]));
        }
        return defined(element(node_.inputs[0], from));
    }

    std::string operator()(const graph::Concat& op) const {
        const auto axis = static_cast<std::size_t>(op.axis);
        std::string text = fmt::format("    {} {} = 0;\n", type(), name_);
        std::int64_t first = 0;
        for (const graph::TensorId input : node_.inputs) {
            if (input == graph::kAbsent) {
                continue;
            }
            const std::int64_t extent = writer_.tensor(input).shape[axis];
            std::vector<std::string> from = at_;
            from[axis] = fmt::format("({} - {})", at_[axis], first);
            text += fmt::format("    if ({0} >= {1} && {0} < {2}) {{ {3} = {4}; }}\n", at_[axis], first, first + extent,
                                name_, element(input, from));
            first += extent;
        }
        return text;
    }

    /// Nothing else moves data.
    template <typename Other>
    std::string operator()(const Other& /*op*/) const {
        return "";
    }

private:
    std::string type() const { return graph::is_integer(writer_.tensor(node_.output).type) ? "int" : "float"; }

    std::string defined(const std::string& expression) const {
        return fmt::format("    const {} {} = {};\n", type(), name_, expression);
    }

    std::string element(graph::TensorId id, const std::vector<std::string>& at) const {
        return writer_.load(id, offset_text(writer_.own_map(id), at));
    }

    KernelWriter& writer_;
    const graph::Node& node_;
    const std::vector<std::string>& at_;
    const std::string& name_;
};

}  // namespace

std::string movement_text(KernelWriter& writer, const graph::Node& node, const std::vector<std::string>& coordinates,
                          const std::string& name) {
    return std::visit(Movement(writer, node, coordinates, name), node.operation);
}

}  // namespace difftest::backends::opencl
