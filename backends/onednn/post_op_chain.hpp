#pragma once

#include "backends/onednn/program.hpp"
#include "backends/onednn/step.hpp"

namespace difftest::backends::onednn {

/// Steps as post-ops of a primitive whose destination has `rank` dimensions.
class PostOpChain {
public:
    PostOpChain(Program& program, std::span<const Step> steps, std::size_t rank);

    const dnnl::post_ops& post_ops() const { return post_ops_; }

    /// Adds the operands to the primitive's arguments, in the layout that the library chose for them.
    void bind(Program& program, const dnnl::primitive_desc_base& descriptor, Arguments& arguments) const;

private:
    struct BoundOperand {
        int index;
        Program::Operand operand;
    };

    dnnl::post_ops post_ops_;
    std::vector<BoundOperand> operands_;
};

}  // namespace difftest::backends::onednn
