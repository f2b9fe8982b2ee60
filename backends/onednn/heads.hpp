#pragma once

#include "backends/onednn/step.hpp"
#include "reference/graph/case.hpp"

/// What a node becomes when a partition begins with it, and what such a primitive can absorb.
namespace difftest::backends::onednn {

enum class HeadKind : std::uint8_t {
    contraction,  ///< convolution, deconvolution, inner product, matmul
    pooling,
    resampling,
    reduction,
    softmax,
    pointwise,  ///< steps on an f32 value: eltwise and binary primitives, or a reorder
    prelu,
    sum,
    select,
    concatenation,
    movement  ///< permute, reshape, slice, reorder: a reorder between two views of memory
};

HeadKind head_kind(const graph::Node& node);

/// Whether a partition that begins with such a node may hold more nodes.
bool absorbs_consumers(HeadKind head);

/// Whether the library documents the post-op for the primitive. Sources: the developer guide's tables of attributes;
/// eltwise primitives take binary post-ops only, which is why a chain may become more than one of them.
bool takes_post_op(HeadKind head, const Step& step);

/// Whether a softmax can do all of the steps and store `output`: nothing for f32, one factor for all elements for 8
/// bits. The developer guide restricts the scale of a softmax to 8-bit results (2.6.3 forgets it elsewhere), and a
/// result of 16 bits also holds the exponentials on the way.
bool softmax_takes(const graph::Graph& graph, const Steps& steps, graph::DataType output);

/// What must happen to the primitive's f32 value before the steps of later nodes see the head's result: an average
/// whose type is an integer is rounded. Nothing for pointwise heads, whose steps are their own lowering.
Steps steps_after_head(const graph::Graph& graph, const graph::Node& head);

/// The sums of a chain whose result has the type `output`, as the library can do them: a post-op where the previous
/// values fit into the destination's memory, an addition where that is all there is. Nothing when a sum is neither,
/// or when there are two.
std::optional<Steps> with_possible_sums(const graph::Graph& graph, Steps steps, graph::DataType output);

}  // namespace difftest::backends::onednn
