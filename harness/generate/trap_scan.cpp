#include "harness/generate/trap_table.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <variant>

// Which traps a case reaches. A detector asks for the stimulus only, in the values that the oracle computes.
namespace difftest::harness {
namespace {

using graph::BinaryAlgorithm;
using graph::DataType;
using graph::EltwiseAlgorithm;
using graph::Node;
using graph::TensorId;

constexpr double kExactIntegers = 0x1p24;
constexpr double kLargestS32 = 0x7FFFFFFF;

bool is_tie(double value) {
    return std::fabs(value) < kExactIntegers && value - std::floor(value) == 0.5;
}

bool is_power_of_two(double value) {
    int exponent = 0;
    return std::frexp(std::fabs(value), &exponent) == 0.5;
}

class TrapScan {
public:
    TrapScan(const graph::Case& value, const oracle::Evaluation& evaluation) : value_(value), evaluation_(evaluation) {}

    std::vector<int> traps() {
        for (const Node& node : value_.graph.nodes) {
            node_ = &node;
            scan_node();
            std::visit([this](const auto& op) { scan(op); }, node.operation);
        }
        scan_graph();
        scan_tensors();
        say_if(15, evaluation_.metrics.overflow_sensitive > 0);
        return {found_.begin(), found_.end()};
    }

private:
    void say_if(int trap, bool condition) {
        if (condition) {
            found_.insert(trap);
        }
    }

    TensorId at(std::string_view slot) const { return graph::input_at(*node_, slot); }
    const graph::Tensor& tensor(TensorId id) const { return value_.graph.tensor(id); }
    DataType output_type() const { return tensor(node_->output).type; }
    bool is_read_on() const { return !value_.graph.consumers_of(node_->output).empty(); }

    template <typename Test>
    bool any(TensorId id, Test test) const {
        if (id == graph::kAbsent) {
            return false;
        }
        const auto& points = evaluation_.of(id).points();
        return std::any_of(points.begin(), points.end(), test);
    }

    /// The node that computes the first input.
    const Node* before() const {
        const graph::NodeId producer = node_->inputs.empty() ? -1 : tensor(node_->inputs.front()).producer;
        return producer < 0 ? nullptr : &value_.graph.node(producer);
    }

    bool comes_from_quantization() const {
        const Node* producer = before();
        return producer != nullptr && graph::is_integer(tensor(producer->output).type) &&
               (std::holds_alternative<graph::Quantize>(producer->operation) ||
                std::holds_alternative<graph::FakeQuantize>(producer->operation) ||
                std::holds_alternative<graph::Requantize>(producer->operation) ||
                std::holds_alternative<graph::RequantizeFixedPoint>(producer->operation));
    }

    bool is_affine(const Node& node) const {
        const auto* binary = std::get_if<graph::Binary>(&node.operation);
        const auto* eltwise = std::get_if<graph::Eltwise>(&node.operation);
        const bool arithmetic = binary != nullptr && binary->algorithm <= BinaryAlgorithm::multiply &&
                                tensor(node.inputs[1]).role == graph::TensorRole::constant;
        return arithmetic || (eltwise != nullptr && eltwise->algorithm == EltwiseAlgorithm::linear);
    }

    void scan_node() {
        std::set<TensorId> read;
        for (const TensorId id : node_->inputs) {
            if (id == graph::kAbsent) {
                continue;
            }
            say_if(43, !read.insert(id).second || value_.graph.consumers_of(id).size() > 1);
            const graph::Tensor& operand = tensor(id);
            const bool parameter = id != node_->inputs.front();
            const graph::Shape& shape = operand.shape;
            say_if(26, parameter && operand.role == graph::TensorRole::constant && shape.size() >= 2 && shape[1] > 1 &&
                           std::count(shape.begin(), shape.end(), 1) + 1 == static_cast<std::ptrdiff_t>(shape.size()));
        }
        const Node* producer = before();
        say_if(49, producer != nullptr && is_affine(*node_) && is_affine(*producer));
        say_if(47, output_type() == DataType::f16 || output_type() == DataType::bf16);
        const bool to_integer =
            graph::is_integer(output_type()) && !graph::is_integer(tensor(node_->inputs.front()).type);
        say_if(37, to_integer && any(node_->inputs.front(), [](double x) { return std::fabs(x) > 0x1p31; }));
        say_if(38, to_integer && output_type() == DataType::s32);
        say_if(54, value_.graph.is_output(node_->output) && evaluation_.of(node_->output).size() == 1);
    }

    void scan_graph() {
        // Two primitives of one kind in one process: what one leaves behind the other may pick up.
        std::set<std::string_view> operations;
        for (const Node& node : value_.graph.nodes) {
            say_if(50, !operations.insert(graph::name_of(node.operation)).second);
        }
    }

    void scan_tensors() {
        for (std::size_t id = 0; id < value_.graph.tensors.size(); ++id) {
            const graph::Tensor& each = value_.graph.tensors[id];
            const auto tensor_id = static_cast<TensorId>(id);
            if (each.type == DataType::s8) {
                say_if(18, each.role != graph::TensorRole::intermediate &&
                               any(tensor_id, [](double x) { return x == -128; }));
                say_if(51, each.role != graph::TensorRole::intermediate &&
                               any(tensor_id, [](double x) { return x == -128; }) &&
                               any(tensor_id, [](double x) { return x == 127; }));
            }
            if (each.type == DataType::f32 && each.role == graph::TensorRole::constant) {
                say_if(33, any(tensor_id, [](double x) { return std::nearbyint(x * 1e6) != x * 1e6; }));
            }
            if (each.type == DataType::f32 && each.role == graph::TensorRole::intermediate) {
                say_if(39, any(tensor_id, [](double x) { return !std::isfinite(x); }));
                say_if(41, any(tensor_id, [](double x) { return x != 0 && std::fabs(x) < 0x1p-126; }));
            }
        }
    }

    template <typename Op>
    void scan(const Op& /*op*/) {}

    void scan(const graph::Convolution& op) { scan_window(op, false); }

    void scan(const graph::Deconvolution& op) {
        scan_window(op, true);
        const graph::Shape& weights = tensor(at("weights")).shape;
        for (std::size_t d = 0; d < op.strides.size(); ++d) {
            const std::int64_t reach = (weights[d + 2] - 1) * op.dilations[d];
            say_if(22, op.output_padding[d] > 0 || op.dilations[d] > 1 || op.strides[d] > weights[d + 2] ||
                           op.pads_begin[d] > reach || op.pads_end[d] > reach);
            say_if(21, op.strides[d] > 1 && at("data_zero_point") != graph::kAbsent);
        }
    }

    template <typename Op>
    void scan_window(const Op& op, bool transposed) {
        const graph::Shape& weights = tensor(at("weights")).shape;
        const bool zero_point = any(at("data_zero_point"), [](double x) { return x != 0; });
        const bool padded = std::any_of(op.pads_begin.begin(), op.pads_begin.end(), [](auto p) { return p > 0; });
        say_if(24, std::any_of(op.dilations.begin(), op.dilations.end(), [](auto d) { return d > 1; }));
        say_if(19, transposed && zero_point);
        say_if(20, zero_point && padded);
        say_if(23, op.groups > 1 && weights[1] != weights[0] / op.groups);
        say_if(52, zero_point && op.groups > 1 && weights[1] == 1);
        say_if(25, weights[0] % 4 != 0 || tensor(at("data")).shape[1] % 4 != 0 || weights[0] == 1);
        scan_sum("weights");
    }

    void scan(const graph::Matmul& /*op*/) { scan_sum("b"); }
    void scan(const graph::InnerProduct& /*op*/) { scan_sum("weights"); }

    void scan_sum(std::string_view second) {
        const DataType type = tensor(node_->inputs.front()).type;
        say_if(11,
               graph::is_integer(type) && any(node_->output, [](double x) { return std::fabs(x) > kExactIntegers; }));
        say_if(12,
               graph::is_integer(type) && any(at("bias"), [](double x) { return std::fabs(x) > kExactIntegers / 2; }));
        const bool integers = graph::is_integer(type) && node_->inputs[2] != graph::kAbsent;
        say_if(13, integers && any(at("bias"), [](double x) { return std::fabs(x) > kLargestS32 - 0x1p24; }));
        say_if(14, integers && any(at("bias"), [](double x) { return std::fabs(x) >= kLargestS32; }));
        say_if(15, second == "weights" && integers && some_order_may_overflow());
        say_if(16, type == DataType::u8 && any(at(second), [](double x) { return std::fabs(x) > 64; }));
        say_if(17, type == DataType::s8 && any(at(second), [](double x) { return std::fmod(x, 2) != 0; }));
        const auto extreme = [](double x) { return x == 0 || x == 255 || x == -128 || x == 127; };
        say_if(8, any(node_->inputs[3], extreme));
    }

    /// The bias and the products of one sign may come first: the metric of the oracle asks for the products alone.
    bool some_order_may_overflow() const {
        const std::vector<double>& bias = evaluation_.of(at("bias")).points();
        const std::vector<double>& weights = evaluation_.of(at("weights")).points();
        const std::vector<double>& data = evaluation_.of(node_->inputs.front()).points();
        const auto larger = [](double a, double b) { return std::max(a, std::fabs(b)); };
        const double largest = std::accumulate(data.begin(), data.end(), 0.0, larger);
        const std::size_t taps = bias.empty() ? 0 : weights.size() / bias.size();
        for (std::size_t channel = 0; channel < bias.size(); ++channel) {
            double sum = std::fabs(bias[channel]);
            for (std::size_t tap = 0; tap < taps; ++tap) {
                sum += std::fabs(weights[channel * taps + tap]) * largest;
            }
            if (sum > kLargestS32) {
                return true;
            }
        }
        return false;
    }

    void scan(const graph::FakeQuantize& op) {
        const TensorId data = node_->inputs.front();
        const double low = evaluation_.of(at("input_low")).point(0);
        const double high = evaluation_.of(at("input_high")).point(0);
        const double out_low = evaluation_.of(at("output_low")).point(0);
        const double out_high = evaluation_.of(at("output_high")).point(0);
        const DataType type = output_type();
        const bool byte = type == DataType::u8 || type == DataType::s8;
        const bool beyond = any(data, [&](double x) { return x < std::min(low, high) || x > std::max(low, high); });
        say_if(1, byte && op.levels == 256 && is_read_on() && beyond);
        say_if(2, byte && is_read_on());
        say_if(3, byte && op.levels == 256 &&
                      (out_low != static_cast<double>(graph::lowest_of(type)) ||
                       out_high != static_cast<double>(graph::highest_of(type))));
        say_if(4, op.levels != 256);
        say_if(5, low >= high || any(data, [low](double x) { return x == low; }));
        const double steps = static_cast<double>(op.levels - 1) / (high - low);
        say_if(6, any(data, [&](double x) { return x > low && x < high && is_tie((x - low) * steps); }));
        say_if(53, comes_from_quantization());
    }

    void scan(const graph::Quantize& /*op*/) {
        scan_rounding(at("scale"), true);
        say_if(9, any(at("scale"), [](double x) { return !is_power_of_two(x); }));
    }

    void scan(const graph::Requantize& /*op*/) {
        scan_rounding(at("multiplier"), false);
        say_if(36, any(at("multiplier"), [](double x) { return x > 1; }));
    }

    void scan_rounding(TensorId factor, bool divides) {
        const double scale = evaluation_.of(factor).point(0);
        const bool power = is_power_of_two(scale);
        say_if(2, is_read_on());
        say_if(6,
               power && any(node_->inputs.front(), [&](double x) { return is_tie(divides ? x / scale : x * scale); }));
        say_if(7, power && any(at("zero_point"), [](double x) { return std::fmod(x, 2) != 0; }));
        say_if(8, any(at("zero_point"), [](double x) { return x == 0 || x == 255 || x == -128 || x == 127; }));
        say_if(34, any(factor, [](double x) { return x == 1 || x < 0x1p-20 || x > 0x1p20; }));
        say_if(53, comes_from_quantization());
    }

    void scan(const graph::Convert& op) {
        const bool rounds = graph::is_integer(output_type()) && !graph::is_integer(tensor(node_->inputs.front()).type);
        say_if(6, rounds && any(node_->inputs.front(), is_tie));
        say_if(31, op.overflow == graph::Overflow::wrap);
    }

    void scan(const graph::RequantizeFixedPoint& /*op*/) {
        found_.insert(35);
        say_if(36, any(at("shift"), [](double x) { return x > 0; }));
        say_if(53, comes_from_quantization());
    }

    void scan(const graph::ShiftRound& /*op*/) {
        say_if(32, any(node_->inputs.front(), [](double x) { return x < 0; }));
    }

    void scan(const graph::Sum& /*op*/) { found_.insert(28); }
    void scan(const graph::Select& /*op*/) { found_.insert(45); }

    void scan(const graph::Prelu& /*op*/) {
        say_if(45, any(at("slope"), [](double x) { return x < 0 || x > 1; }));
        say_if(46, graph::is_integer(tensor(node_->inputs.front()).type));
    }

    void scan(const graph::Binary& op) {
        say_if(45, op.algorithm >= BinaryAlgorithm::greater_equal);
        const TensorId factor = node_->inputs[1];
        const bool constant = tensor(factor).role == graph::TensorRole::constant;
        if (op.algorithm == BinaryAlgorithm::multiply && constant) {
            say_if(34, any(factor, [](double x) { return x == 1 || std::fabs(x) < 0x1p-20 || std::fabs(x) > 0x1p20; }));
            const Node* producer = before();
            const auto* binary = producer == nullptr ? nullptr : std::get_if<graph::Binary>(&producer->operation);
            say_if(10, binary != nullptr && binary->algorithm == BinaryAlgorithm::multiply);
            say_if(29, any(factor, [](double x) { return x < 0; }) && is_bounded_behind());
        }
        for (const TensorId id : node_->inputs) {
            const graph::Shape& shape = tensor(id).shape;
            const auto sizes = std::count_if(shape.begin(), shape.end(), [](auto size) { return size != 1; });
            const bool channel = sizes == 1 && shape.size() >= 2 && shape[1] != 1;
            say_if(44, sizes > 0 && !channel && shape != tensor(node_->output).shape);
        }
    }

    bool is_bounded_behind() const {
        const std::vector<graph::NodeId> readers = value_.graph.consumers_of(node_->output);
        return std::any_of(readers.begin(), readers.end(), [this](graph::NodeId id) {
            const auto* eltwise = std::get_if<graph::Eltwise>(&value_.graph.node(id).operation);
            return eltwise != nullptr &&
                   (eltwise->algorithm == EltwiseAlgorithm::relu || eltwise->algorithm == EltwiseAlgorithm::clip ||
                    eltwise->algorithm == EltwiseAlgorithm::clip_v2);
        });
    }

    void scan(const graph::Eltwise& op) {
        say_if(27, !algorithms_.insert(op.algorithm).second);
        const bool clips = op.algorithm == EltwiseAlgorithm::clip || op.algorithm == EltwiseAlgorithm::clip_v2;
        say_if(30, clips && (op.alpha != std::nearbyint(op.alpha) || op.beta != std::nearbyint(op.beta)));
        say_if(29, op.algorithm == EltwiseAlgorithm::linear && op.alpha < 0 && is_bounded_behind());
        say_if(40, (op.algorithm == EltwiseAlgorithm::pow && op.beta < 0) ||
                       (op.algorithm == EltwiseAlgorithm::abs &&
                        any(node_->inputs.front(), [](double x) { return x == 0; })));
        say_if(43, op.algorithm == EltwiseAlgorithm::abs || op.algorithm == EltwiseAlgorithm::square ||
                       (op.algorithm >= EltwiseAlgorithm::gelu_tanh && op.algorithm <= EltwiseAlgorithm::mish &&
                        op.algorithm != EltwiseAlgorithm::hardsigmoid));
        say_if(46, op.algorithm == EltwiseAlgorithm::relu && op.alpha != 0 &&
                       graph::is_integer(tensor(node_->inputs.front()).type));
        const bool transcendental =
            (op.algorithm >= EltwiseAlgorithm::exp && op.algorithm <= EltwiseAlgorithm::swish) ||
            op.algorithm == EltwiseAlgorithm::mish || op.algorithm == EltwiseAlgorithm::soft_relu;
        say_if(42, transcendental &&
                       any(node_->inputs.front(), [](double x) { return std::fabs(x) > 6 || std::fabs(x) < 1e-6; }));
        say_if(48,
               op.algorithm == EltwiseAlgorithm::linear && op.beta != 0 && any(node_->inputs.front(), [&op](double x) {
                   const double product = static_cast<double>(op.alpha) * x;
                   return std::fabs(product + static_cast<double>(op.beta)) < std::fabs(product) / 8;
               }));
    }

    const graph::Case& value_;
    const oracle::Evaluation& evaluation_;
    const Node* node_ = nullptr;
    std::set<int> found_;
    std::set<EltwiseAlgorithm> algorithms_;
};

}  // namespace

std::vector<int> traps_of(const graph::Case& value, const oracle::Evaluation& evaluation) {
    return TrapScan(value, evaluation).traps();
}

}  // namespace difftest::harness
