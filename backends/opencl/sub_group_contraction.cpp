#include "backends/opencl/sub_group_contraction.hpp"

#include "backends/opencl/contraction_geometry.hpp"
#include "backends/opencl/packed_weights.hpp"
#include "backends/opencl/tap_loops.hpp"

#include <fmt/format.h>

#include <variant>

// Lanes that have no channel hold whatever lies in the padding and are never asked; lanes that have no feature multiply
// by weights that are zero, and store nothing.

namespace difftest::backends::opencl {
namespace {

using graph::DataType;

class SubGroupContraction {
public:
    SubGroupContraction(KernelWriter& writer, const SubGroupWords& words, const graph::Node& node,
                        const std::vector<std::string>& coordinates, const std::string& name)
        : writer_(writer),
          words_(words),
          node_(node),
          at_(coordinates),
          name_(name),
          geometry_(contraction_geometry(writer.graph(), node)),
          integer_(graph::is_integer(writer.tensor(node.inputs[0]).type)),
          type_(integer_ ? "int" : "float") {}

    bool has_form() const {
        const bool constant = writer_.tensor(node_.inputs[1]).role == graph::TensorRole::constant;
        const bool fits = !integer_ || !needs_long_sums(writer_.value(), node_, geometry_.taps());
        const bool one_group = geometry_.groups == 1 || geometry_.outputs_per_group % kSubGroup == 0;
        return constant && fits && (one_group || is_depthwise());
    }

    SubGroupText text() {
        SubGroupText text;
        const std::string weights = weights_table();
        text.sums =
            fmt::format("    {} sum_{} = 0;\n", type_, name_) + weights_zero_point() + tap_loops_begin(geometry_, at_);
        text.sums += is_depthwise() ? own_product(weights) : all_products(weights);
        text.sums += tap_loops_end(geometry_);
        text.result = result_text(writer_, node_, name_, at_[1], "sum_" + name_);
        text.variant = reads_blocks_ ? "block" : "gather";
        return text;
    }

private:
    bool is_depthwise() const {
        return geometry_.groups > 1 && geometry_.inputs_per_group == 1 && geometry_.outputs_per_group == 1;
    }
    std::int64_t features() const { return geometry_.groups * geometry_.outputs_per_group; }
    std::int64_t channels() const { return geometry_.groups * geometry_.inputs_per_group; }
    std::int64_t taps_of_channel() const { return geometry_.taps() / geometry_.inputs_per_group; }
    std::int64_t channel_blocks() const { return (geometry_.inputs_per_group + kSubGroup - 1) / kSubGroup; }

    std::string weights_table() {
        const DataType type = writer_.tensor(node_.inputs[1]).type;
        const std::string element = !integer_ ? "float" : (type == DataType::s8 ? "char" : "uchar");
        return writer_.table(packed_lanes(writer_.value(), node_, geometry_), element);
    }

    /// Of the lane's feature; the weights are the same for all lanes otherwise.
    std::string weights_zero_point() {
        const graph::TensorId id = node_.inputs[4];
        if (id == graph::kAbsent) {
            return "";
        }
        return fmt::format("    const int zero_{} = {} < {} ? {} : 0;\n", name_, at_[1], features(),
                           channel_parameter(writer_, id, at_[1]));
    }

    /// The lane's channel minus its zero point. `block` and `channel`: the first channel of the 16, and the lane's.
    std::string data(const std::string& block, const std::string& channel, const std::string& has_channel) {
        const graph::TensorId id = node_.inputs[0];
        const AddressMap map = writer_.own_map(id);
        const std::size_t size = graph::size_of(writer_.tensor(id).type);
        const bool whole_blocks =
            map[1].block % kSubGroup == 0 && map[1].inner == 1 && words_.has_blocks(size) &&
            (geometry_.groups == 1 || is_depthwise() || geometry_.inputs_per_group % kSubGroup == 0);
        std::string value;
        if (whole_blocks) {
            reads_blocks_ = true;
            value = words_.block_read(size, writer_.pointer(id), offset_text(map, data_at(block)));
            value = integer_ ? fmt::format("(int){}({})",
                                           writer_.tensor(id).type == DataType::s8 ? "as_char" : "as_uchar", value)
                             : fmt::format("as_float({})", value);
        } else {
            value = fmt::format("({} ? {} : 0)", has_channel, writer_.load(id, offset_text(map, data_at(channel))));
        }
        const graph::TensorId zero_point = node_.inputs[3];
        if (zero_point == graph::kAbsent) {
            return value;
        }
        return fmt::format("{} - ({} ? {} : 0)", value, has_channel, channel_parameter(writer_, zero_point, channel));
    }

    std::string weight(const std::string& weights, const std::string& first) {
        const std::size_t size = integer_ ? 1 : 4;
        std::string value = fmt::format("{}[{} + lane]", weights, first);
        if (words_.has_blocks(size)) {
            const std::string read = words_.block_read(size, weights, first);
            const bool is_signed = writer_.tensor(node_.inputs[1]).type == DataType::s8;
            value = fmt::format("{}({})", !integer_ ? "as_float" : (is_signed ? "as_char" : "as_uchar"), read);
        }
        if (!integer_) {
            return value;
        }
        return node_.inputs[4] == graph::kAbsent ? fmt::format("(int){}", value)
                                                 : fmt::format("((int){} - zero_{})", value, name_);
    }

    /// Each lane multiplies its own channel.
    std::string own_product(const std::string& weights) {
        const std::string has_channel = fmt::format("{} < {}", at_[1], channels());
        return fmt::format("            const {} x = {};\n            sum_{} += x * {};\n", type_,
                           data(fmt::format("(c1 * {})", kSubGroup), at_[1], has_channel), name_,
                           weight(weights, fmt::format("(c1 * {} + tap) * {}", taps_of_channel(), kSubGroup)));
    }

    /// Every lane multiplies all channels.
    std::string all_products(const std::string& weights) {
        const std::int64_t of_group = geometry_.inputs_per_group;
        const std::string group = geometry_.groups == 1 ? ""
                                                        : fmt::format("c1 * {} / {} * {} + ", kSubGroup,
                                                                      geometry_.outputs_per_group, of_group);
        const std::string block = fmt::format("({}cb * {})", group, kSubGroup);
        const std::string channel = fmt::format("({}cb * {} + lane)", group, kSubGroup);
        const std::string has_channel = fmt::format("cb * {} + lane < {}", kSubGroup, of_group);
        std::string text = fmt::format("        for (int cb = 0; cb < {}; ++cb) {{\n", channel_blocks());
        text += fmt::format("            const {} x = {};\n            ", type_, data(block, channel, has_channel));
        text += words_.share(type_, "x");
        text += fmt::format("            const int tile = ((c1 * {} + cb) * {} + tap) * {};\n", channel_blocks(),
                            taps_of_channel(), kSubGroup * kSubGroup);
        text += fmt::format("            const int count = min({}, {} - cb * {});\n", kSubGroup, of_group, kSubGroup);
        text += fmt::format(
            "            for (int k = 0; k < count; ++k) {{\n                sum_{} += {} * {};\n"
            "            }}\n        }}\n",
            name_, words_.of_lane(type_, "x", "k"), weight(weights, fmt::format("tile + k * {}", kSubGroup)));
        return text;
    }

    std::vector<std::string> data_at(const std::string& channel) const {
        std::vector<std::string> at{at_[0], channel};
        for (std::size_t axis = 0; axis < geometry_.axes.size(); ++axis) {
            at.push_back(fmt::format("i{}", axis));
        }
        return at;
    }

    KernelWriter& writer_;
    const SubGroupWords& words_;
    const graph::Node& node_;
    const std::vector<std::string>& at_;
    const std::string& name_;
    ContractionGeometry geometry_;
    bool integer_;
    std::string type_;
    bool reads_blocks_ = false;
};

}  // namespace

std::optional<SubGroupText> sub_group_contraction_text(KernelWriter& writer, const SubGroupWords& words,
                                                       const graph::Node& node,
                                                       const std::vector<std::string>& coordinates,
                                                       const std::string& name) {
    if (!graph::is_contraction(node.operation) || std::holds_alternative<graph::Matmul>(node.operation)) {
        return std::nullopt;
    }
    SubGroupContraction contraction(writer, words, node, coordinates, name);
    return contraction.has_form() ? std::optional(contraction.text()) : std::nullopt;
}

}  // namespace difftest::backends::opencl
