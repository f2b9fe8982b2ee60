#include "backends/opencl/tiled_contraction.hpp"

#include "backends/opencl/contraction_geometry.hpp"
#include "backends/opencl/packed_weights.hpp"
#include "backends/opencl/tap_loops.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <variant>

// With zero points, sum (x - zx)(w - zw) = sum x w - zw sum x - sum zx (w - zw), over the taps that lie inside the
// data: the last sum is a table, one entry for each tap. All in 32 bits without sign: only the result must fit.

namespace difftest::backends::opencl {
namespace {

constexpr std::int64_t kBlock = 4;

class TiledContraction {
public:
    TiledContraction(KernelWriter& writer, const graph::Node& node, const std::vector<std::string>& coordinates,
                     const std::string& name)
        : writer_(writer),
          node_(node),
          at_(coordinates),
          name_(name),
          geometry_(contraction_geometry(writer.graph(), node)) {}

    bool has_constant_weights() const { return writer_.tensor(node_.inputs[1]).role == graph::TensorRole::constant; }
    bool is_integer() const { return graph::is_integer(writer_.tensor(node_.inputs[0]).type); }
    bool is_depthwise() const {
        return geometry_.groups > 1 && geometry_.inputs_per_group == 1 && geometry_.outputs_per_group == 1;
    }
    bool has_one_group() const { return geometry_.groups == 1 || geometry_.outputs_per_group % kBlock == 0; }
    bool fits_int() const { return !is_integer() || !needs_long_sums(writer_.value(), node_, geometry_.taps()); }

    bool has_native_dot() const {
        return writer_.features().integer_dot_product && !writer_.specification().emulated_dot;
    }

    /// x and w are vectors of four features; integers and floats alike.
    std::string depthwise() {
        const std::string weights =
            writer_.table(packed_floats(writer_.value(), node_, geometry_), "float");  // every 8-bit integer is exact
        const bool integer = is_integer();
        const std::string type = integer ? "int4" : "float4";
        std::string loaded = fmt::format("vload4({} / 4 * {} + tap, {})", at_[1], taps_of_channel(), weights);
        loaded = integer ? fmt::format("convert_int4({})", loaded) : loaded;
        const std::string w = shifted(loaded, 4);
        const std::string x =
            shifted(writer_.load(node_.inputs[0], writer_.own_map(node_.inputs[0]), data_at(at_[1]), 4), 3);
        return fmt::format("    {} sum_{} = 0;\n", type, name_) + loops_begin() +
               fmt::format("        sum_{} += {} * {};\n", name_, x, w) + loops_end() + result(integer);
    }

    std::string floats() {
        const std::string weights = writer_.table(packed_floats(writer_.value(), node_, geometry_), "float");
        const std::string x =
            writer_.load(node_.inputs[0], offset_text(writer_.own_map(node_.inputs[0]), data_at(channel("ic"))));
        return fmt::format("    float4 sum_{} = 0;\n", name_) + loops_begin() +
               fmt::format("        for (int ic = 0; ic < {}; ++ic) {{\n", geometry_.inputs_per_group) +
               fmt::format("            sum_{} += {} * vload4(({} / 4 * {} + tap) * {} + ic, {});\n        }}\n", name_,
                           x, at_[1], taps_of_channel(), geometry_.inputs_per_group, weights) +
               loops_end() + result(false);
    }

    std::string dots() {
        const std::string weights = writer_.table(packed_bytes(writer_.value(), node_, geometry_), "int");
        const std::int64_t blocks = (geometry_.inputs_per_group + kBlock - 1) / kBlock;
        const std::int64_t rest = geometry_.inputs_per_group % kBlock;
        const bool shifts_weights = node_.inputs[4] != graph::kAbsent;
        std::string text = fmt::format("    uint4 sum_{0} = 0;\n    uint all_{0} = 0;\n", name_) + loops_begin();
        text += fmt::format("        const int tile = ({} / 4 * {} + tap) * {};\n", at_[1], taps_of_channel(), blocks);
        text += fmt::format("        for (int j = 0; j < {}; ++j) {{\n", geometry_.inputs_per_group / kBlock);
        text += dot_text(four_channels(kBlock), weights, shifts_weights) + "        }\n";
        if (rest != 0) {
            text += fmt::format("        {{\n            const int j = {};\n", blocks - 1);
            text += dot_text(four_channels(rest), weights, shifts_weights) + "        }\n";
        }
        if (node_.inputs[3] != graph::kAbsent) {
            const std::string table = writer_.table(packed_compensation(writer_.value(), node_, geometry_), "int");
            text += fmt::format("        sum_{} -= as_uint4(vload4({} / 4 * {} + tap, {}));\n", name_, at_[1],
                                taps_of_channel(), table);
        }
        text += loops_end();
        if (shifts_weights) {
            const std::string table = writer_.table(packed_zero_points(writer_.value(), node_, geometry_), "int");
            text += fmt::format("    sum_{0} -= as_uint4(vload4({1} / 4, {2})) * all_{0};\n", name_, at_[1], table);
        }
        return text + result(true);
    }

private:
    std::int64_t taps_of_channel() const { return geometry_.taps() / geometry_.inputs_per_group; }

    std::string channel(const std::string& inside) const {
        return geometry_.groups == 1 ? fmt::format("({})", inside)
                                     : fmt::format("({} / {} * {} + {})", at_[1], geometry_.outputs_per_group,
                                                   geometry_.inputs_per_group, inside);
    }

    std::vector<std::string> data_at(const std::string& of_channel) const {
        std::vector<std::string> at{at_[0], of_channel};
        for (std::size_t axis = 0; axis < geometry_.axes.size(); ++axis) {
            at.push_back(fmt::format("i{}", axis));
        }
        return at;
    }

    std::string loops_begin() const { return tap_loops_begin(geometry_, at_); }
    std::string loops_end() const { return tap_loops_end(geometry_); }

    /// A vector minus the zero points of its four features.
    std::string shifted(const std::string& values, std::size_t slot) {
        const graph::TensorId id = node_.inputs[slot];
        if (id == graph::kAbsent) {
            return values;
        }
        if (writer_.value().data_of(id).size() == 1) {
            return fmt::format("({} - {})", values, channel_parameter(writer_, id, ""));
        }
        return fmt::format("({} - vload4(0, {} + {}))", values, writer_.pointer(id), at_[1]);
    }

    /// Channels 4 j to 4 j + 3 of the group as a vector of bytes. Lanes that belong to no channel are whatever lies in
    /// the padding, whose weights are zero, or zero.
    std::string four_channels(std::int64_t lanes) {
        const graph::TensorId data = node_.inputs[0];
        const std::string type = writer_.tensor(data).type == graph::DataType::s8 ? "char4" : "uchar4";
        const AddressMap map = writer_.own_map(data);
        const bool aligned = geometry_.groups == 1 || geometry_.inputs_per_group % kBlock == 0;
        const bool is_blocked = map[1].block % kBlock == 0 && map[1].inner == 1 && aligned;
        const bool is_dense = map[1].block == 1 && map[1].outer == 1 && lanes == kBlock;
        const bool sees_padding = lanes != kBlock && node_.inputs[4] != graph::kAbsent;
        if ((is_blocked && !sees_padding) || is_dense) {
            return fmt::format("vload4(0, {} + {})", writer_.pointer(data),
                               offset_text(map, data_at(channel("4 * j"))));
        }
        std::vector<std::string> each;
        for (std::int64_t lane = 0; lane < kBlock; ++lane) {
            each.push_back(lane < lanes
                               ? fmt::format("{}[{}]", writer_.pointer(data),
                                             offset_text(map, data_at(channel(fmt::format("4 * j + {}", lane)))))
                               : "0");
        }
        return fmt::format("({})({})", type, fmt::join(each, ", "));
    }

    std::string dot_text(const std::string& four, const std::string& weights, bool shifts_weights) const {
        const bool signed_data = writer_.tensor(node_.inputs[0]).type == graph::DataType::s8;
        const bool signed_weights = writer_.tensor(node_.inputs[1]).type == graph::DataType::s8;
        const std::string function =
            has_native_dot() ? "dot" : fmt::format("dot_{}{}", signed_data ? 's' : 'u', signed_weights ? 's' : 'u');
        const std::string w = signed_weights ? "as_char4" : "as_uchar4";
        std::string text = fmt::format("            const {} x = {};\n", signed_data ? "char4" : "uchar4", four);
        text += fmt::format("            const int4 w = vload4(tile + j, {});\n", weights);
        for (unsigned lane = 0; lane < kBlock; ++lane) {
            text += fmt::format("            sum_{0}.s{1} += (uint){2}(x, {3}(w.s{1}));\n", name_, lane, function, w);
        }
        if (shifts_weights) {
            text +=
                fmt::format("            all_{} += (uint)((int)x.s0 + (int)x.s1 + (int)x.s2 + (int)x.s3);\n", name_);
        }
        return text;
    }

    /// The sum with its bias.
    std::string result(bool integer) {
        const graph::TensorId bias = node_.inputs[2];
        std::string added;
        if (bias != graph::kAbsent) {
            const bool single = graph::element_count(writer_.tensor(bias).shape) == 1;
            const std::string load = writer_.load(bias, {{1, 0, 0}, {1, single ? 0 : 1, 0}}, {"0", at_[1]}, 4);
            added = integer ? fmt::format(" + as_uint4({})", load) : fmt::format(" + {}", load);
        }
        const std::string sum = integer ? fmt::format("as_uint4(sum_{})", name_) : fmt::format("sum_{}", name_);
        if (integer) {
            return fmt::format("    const int4 {} = as_int4({}{});\n", name_, sum, added);
        }
        const graph::DataType type = writer_.tensor(node_.output).type;
        return type == graph::DataType::f32
                   ? fmt::format("    const float4 {} = {}{};\n", name_, sum, added)
                   : fmt::format("    const float4 {} = to_{}_4({}{});\n", name_, graph::name_of(type), sum, added);
    }

    KernelWriter& writer_;
    const graph::Node& node_;
    const std::vector<std::string>& at_;
    const std::string& name_;
    ContractionGeometry geometry_;
};

}  // namespace

std::optional<TiledText> tiled_contraction_text(KernelWriter& writer, const graph::Node& node,
                                                const std::vector<std::string>& coordinates, const std::string& name) {
    if (!graph::is_contraction(node.operation) || std::holds_alternative<graph::Matmul>(node.operation)) {
        return std::nullopt;
    }
    TiledContraction tiled(writer, node, coordinates, name);
    if (!tiled.has_constant_weights() || !tiled.fits_int()) {
        return std::nullopt;
    }
    if (tiled.is_depthwise()) {
        return TiledText{tiled.depthwise(), "depthwise"};
    }
    if (!tiled.has_one_group()) {
        return std::nullopt;
    }
    if (!tiled.is_integer()) {
        return TiledText{tiled.floats(), "mad"};
    }
    return TiledText{tiled.dots(), tiled.has_native_dot() ? "native_dot" : "dot"};
}

}  // namespace difftest::backends::opencl
