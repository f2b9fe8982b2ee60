#pragma once

#include "backends/onednn/program.hpp"
#include "backends/onednn/step.hpp"

#include <optional>

namespace difftest::backends::onednn {

/// Steps as post-ops of a primitive whose destination has the shape `output` and holds values of its type.
class PostOpChain {
public:
    PostOpChain(Program& program, std::span<const Step> steps, const graph::Tensor& output);

    const dnnl::post_ops& post_ops() const { return post_ops_; }
    dnnl::primitive_attr attributes() const;

    /// Adds the operands to the primitive's arguments, in the layout that the library chose for them.
    void bind(Program& program, const dnnl::primitive_desc_base& descriptor, Arguments& arguments) const;

    /// Where a sum is among the steps: an action, to stand before the primitive, that puts the previous values into the
    /// destination.
    void fill(Program& program, const dnnl::memory& destination) const;

private:
    struct BoundOperand {
        int argument;
        dnnl::memory memory;
        Phase phase;
    };

    void append(Program& program, const BinaryStep& step);
    void append(Program& program, const PreluStep& step);
    void append(Program& program, const SelectStep& step);
    void append(const SumStep& step);
    void append(Program& program, const DepthwiseStep& step);
    dnnl::memory::desc operand(Program& program, int argument, const OperandSource& source);

    graph::Tensor output_;
    std::size_t rank_;
    bool fuses_depthwise_;
    bool user_scratchpad_;
    dnnl::post_ops post_ops_;
    std::vector<BoundOperand> operands_;
    std::optional<SumStep> sum_;
};

}  // namespace difftest::backends::onednn
