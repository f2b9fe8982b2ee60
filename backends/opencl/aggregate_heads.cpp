#include "backends/opencl/heads.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

// Pooling and reduction: the largest, the smallest, the sum or the average of some elements. Integers are summed
// exactly, and the average divides the sum's f32 value once.

namespace difftest::backends::opencl {
namespace {

enum class Aggregate : std::uint8_t { largest, smallest, sum, average };

/// What the loops over the elements keep: a sum, or the best element so far.
class Accumulator {
public:
    Accumulator(KernelWriter& writer, const graph::Node& node, Aggregate kind, std::string name)
        : writer_(writer),
          output_(writer.tensor(node.output)),
          data_(node.inputs[0]),
          kind_(kind),
          name_(std::move(name)),
          integer_(graph::is_integer(writer.tensor(data_).type)) {}

    std::string declarations() const {
        if (sums()) {
            return fmt::format("    {} sum_{} = 0;\n    int count_{} = 0;\n", integer_ ? "long" : "float", name_,
                               name_);
        }
        return fmt::format("    {} sum_{} = 0;\n    int count_{} = 0;\n", integer_ ? "int" : "float", name_, name_);
    }

    std::string take(const std::vector<std::string>& at) const {
        const std::string x = writer_.load(data_, offset_text(writer_.own_map(data_), at));
        if (sums()) {
            return fmt::format("        sum_{0} += {1};\n        ++count_{0};\n", name_, x);
        }
        const char better = kind_ == Aggregate::largest ? '>' : '<';
        return fmt::format(
            "        const {0} x = {1};\n"
            "        sum_{2} = count_{2} == 0 || x {3} sum_{2} || x != x ? x : sum_{2};\n"
            "        ++count_{2};\n",
            integer_ ? "int" : "float", x, name_, better);
    }

    /// `count`: the divisor of an average.
    std::string result(const std::string& count) const {
        const std::string sum = fmt::format("sum_{}", name_);
        if (kind_ == Aggregate::average) {
            return stored_real(output_, name_, fmt::format("quotient_1(convert_float({}), {})", sum, count));
        }
        if (graph::is_integer(output_.type)) {
            return fmt::format("    const int {} = convert_int_sat({});\n", name_, sum);
        }
        return integer_ ? fmt::format("    const float {} = convert_float({});\n", name_, sum)
                        : stored_real(output_, name_, sum);
    }

private:
    bool sums() const { return kind_ == Aggregate::sum || kind_ == Aggregate::average; }

    KernelWriter& writer_;
    const graph::Tensor& output_;
    graph::TensorId data_;
    Aggregate kind_;
    std::string name_;
    bool integer_;
};

Aggregate kind_of(graph::ReductionAlgorithm algorithm) {
    switch (algorithm) {
        case graph::ReductionAlgorithm::sum: return Aggregate::sum;
        case graph::ReductionAlgorithm::mean: return Aggregate::average;
        case graph::ReductionAlgorithm::maximum: return Aggregate::largest;
        default: return Aggregate::smallest;
    }
}

}  // namespace

std::string pooling_text(KernelWriter& writer, const graph::Node& node, const std::vector<std::string>& coordinates,
                         const std::string& name) {
    const auto& op = std::get<graph::Pooling>(node.operation);
    const graph::Shape& data = writer.tensor(node.inputs[0]).shape;
    const bool maximum = op.algorithm == graph::PoolingAlgorithm::maximum;
    const Accumulator accumulator(writer, node, maximum ? Aggregate::largest : Aggregate::average, name);
    std::string text = accumulator.declarations();
    std::vector<std::string> at{coordinates[0], coordinates[1]};
    double kernel_size = 1;
    for (std::size_t d = 0; d < op.kernel.size(); ++d) {
        // A kernel that is mostly padding is not walked through: only elements of the data are.
        kernel_size *= static_cast<double>(op.kernel[d]);
        text += fmt::format("    const int s{0} = {1} * {2} - {3};\n", d, coordinates[d + 2], op.strides[d],
                            op.pads_begin[d]);
        text += fmt::format("    const int f{0} = s{0} < 0 ? (-s{0} + {1} - 1) / {1} : 0;\n", d, op.dilations[d]);
        at.push_back(fmt::format("i{}", d));
    }
    for (std::size_t d = 0; d < op.kernel.size(); ++d) {
        text += fmt::format(
            "    for (int k{0} = f{0}, i{0} = s{0} + f{0} * {1}; k{0} < {2} && i{0} < {3}; "
            "++k{0}, i{0} += {1}) {{\n",
            d, op.dilations[d], op.kernel[d], data[d + 2]);
    }
    text += accumulator.take(at) + "    " + std::string(op.kernel.size(), '}') + "\n";
    const bool all = op.algorithm == graph::PoolingAlgorithm::average_include_padding;
    return text + accumulator.result(all ? literal(static_cast<float>(kernel_size))
                                         : fmt::format("convert_float(count_{})", name));
}

std::string reduction_text(KernelWriter& writer, const graph::Node& node, const std::vector<std::string>& coordinates,
                           const std::string& name) {
    const auto& op = std::get<graph::Reduction>(node.operation);
    const graph::Shape& data = writer.tensor(node.inputs[0]).shape;
    const Accumulator accumulator(writer, node, kind_of(op.algorithm), name);
    std::string text = accumulator.declarations();
    std::vector<std::string> at = coordinates;
    for (const std::int64_t axis : op.axes) {
        const auto d = static_cast<std::size_t>(axis);
        text += fmt::format("    for (int r{0} = 0; r{0} < {1}; ++r{0}) {{\n", axis, data[d]);
        at[d] = fmt::format("r{}", axis);
    }
    text += accumulator.take(at) + "    " + std::string(op.axes.size(), '}') + "\n";
    return text + accumulator.result(fmt::format("convert_float(count_{})", name));
}

}  // namespace difftest::backends::opencl
