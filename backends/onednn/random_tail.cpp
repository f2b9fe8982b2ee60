#include "backends/onednn/random_tail.hpp"

#include <fmt/format.h>

namespace difftest::backends::onednn {

using graph::BinaryAlgorithm;
using graph::DataType;
using graph::EltwiseAlgorithm;
using graph::Shape;
using graph::TensorId;

namespace {

class Tail {
public:
    Tail(graph::CaseBuilder& builder, Draw& draw, TensorId tensor, const TailLimits& limits)
        : builder_(builder),
          draw_(draw),
          flowing_(tensor),
          shape_(builder.graph().tensor(tensor).shape),
          limits_(limits) {}

    TensorId flowing() const { return flowing_; }

    void eltwise() {
        struct Function {
            EltwiseAlgorithm algorithm;
            float alpha;
            float beta;
        };
        const Function f = draw_.one_of<Function>({{EltwiseAlgorithm::relu, 0, 0},
                                                   {EltwiseAlgorithm::relu, 0.25F, 0},
                                                   {EltwiseAlgorithm::linear, 0.5F, 3},
                                                   {EltwiseAlgorithm::clip, -20, 100},
                                                   {EltwiseAlgorithm::abs, 0, 0},
                                                   {EltwiseAlgorithm::tanh, 0, 0},
                                                   {EltwiseAlgorithm::logistic, 0, 0}});
        flowing_ = builder_.node(name("e"), graph::Eltwise{f.algorithm, f.alpha, f.beta}, {flowing_}, DataType::f32);
    }

    void binary() {
        const auto algorithm = draw_.one_of({BinaryAlgorithm::add, BinaryAlgorithm::subtract, BinaryAlgorithm::multiply,
                                             BinaryAlgorithm::maximum, BinaryAlgorithm::minimum});
        const auto type = draw_.one_of({DataType::f32, DataType::f32, DataType::s8, DataType::u8, DataType::s32});
        const TensorId operand = builder_.constant(name("o"), draw_.values(type, operand_shape()));
        flowing_ = builder_.node(name("b"), graph::Binary{algorithm}, {flowing_, operand}, DataType::f32);
    }

    void requantize() {
        const Shape shape = draw_.chance(1, 2) ? Shape{} : per_channel();
        graph::TensorData multiplier(DataType::f32, shape);
        for (std::int64_t index = 0; index < multiplier.size(); ++index) {
            multiplier.set(index, static_cast<double>(static_cast<float>(draw_(1, 100)) / 1024.0F));
        }
        const TensorId factor = builder_.constant(name("m"), multiplier);
        flowing_ = builder_.node(name("q"), graph::Requantize{}, {flowing_, factor},
                                 draw_.one_of({DataType::s8, DataType::u8}));
    }

    void prelu() {
        const TensorId slope = builder_.constant(name("s"), draw_.values(DataType::f32, operand_shape()));
        flowing_ = builder_.node(name("p"), graph::Prelu{}, {flowing_, slope}, DataType::f32);
    }

    void sum() {
        const auto type = draw_.one_of({DataType::f32, DataType::s8, DataType::u8});
        const graph::Sum operation{draw_.one_of({1.0F, 0.5F}),
                                   limits_.sum_zero_points && draw_.chance(1, 3) ? draw_(-5, 5) : 0,
                                   graph::Reinterpretation::none};
        const TensorId previous = builder_.input(name("r"), draw_.values(type, shape_));
        flowing_ = builder_.node(name("a"), operation, {flowing_, previous}, DataType::f32);
    }

private:
    std::string name(const char* kind) { return fmt::format("{}{}", kind, count_++); }

    Shape per_channel() const {
        Shape shape(shape_.size(), 1);
        shape[shape_.size() > 1 ? 1 : 0] = shape_[shape_.size() > 1 ? 1 : 0];
        return shape;
    }

    Shape operand_shape() {
        Shape shape = shape_;
        switch (draw_(0, limits_.any_broadcast ? 3 : 1)) {
            case 0: return {1};
            case 1: return per_channel();
            case 2: return shape;
            default:
                for (std::int64_t& extent : shape) {
                    extent = draw_.chance(1, 2) ? 1 : extent;
                }
                return shape;
        }
    }

    graph::CaseBuilder& builder_;
    Draw& draw_;
    TensorId flowing_;
    Shape shape_;
    TailLimits limits_;
    int count_ = 0;
};

}  // namespace

TensorId random_tail(graph::CaseBuilder& builder, Draw& draw, TensorId tensor, const TailLimits& limits) {
    Tail tail(builder, draw, tensor, limits);
    for (std::int64_t left = draw(0, limits.longest); left > 0; --left) {
        switch (draw(0, 4)) {
            case 0: tail.eltwise(); break;
            case 1: limits.prelu ? tail.prelu() : tail.eltwise(); break;
            case 2: limits.sum ? tail.sum() : tail.binary(); break;
            case 3: tail.requantize(); break;
            default: tail.binary(); break;
        }
    }
    return tail.flowing();
}

}  // namespace difftest::backends::onednn
