#pragma once

#include "reference/oracle/accumulate.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace difftest::oracle {

/// Which elements of two operands are paired in the sums of a convolution, deconvolution, inner product or matmul.
///
/// All of them are sums in the geometry of a convolution. A product of matrices is one with a kernel of one element,
/// for each of its batch entries (slabs): the inner dimension K are the input channels, the rows of `a` the positions,
/// the columns of `b` the output channels. So the operands are brought into the order in which sum_terms reads them:
/// x as [..., channels, positions] and w as [..., output channels, taps].
struct Contraction {
    struct Slab {
        std::int64_t x;  ///< where its operands begin
        std::int64_t w;
    };

    Accumulation shape;  ///< of one slab
    std::vector<Slab> slabs{{0, 0}};
    bool matrix = false;                      ///< the result has the output channels innermost
    bool x_transposed = false;                ///< the tensor holds x as [..., positions, channels]
    bool w_transposed = false;                ///< the tensor holds w as [..., taps, output channels]
    std::int64_t elements_per_parameter = 1;  ///< neighbouring channels of x that share a zero point

    std::int64_t x_channel(std::int64_t i) const {
        return i / shape.input_size() % shape.input_channels() / elements_per_parameter;
    }
    std::int64_t w_channel(std::int64_t i) const { return i / shape.taps() % shape.output_channels(); }
    std::int64_t result_channel(std::int64_t i) const {
        return (matrix ? i : i / shape.output_size()) % shape.output_channels();
    }

    /// The tensor's element that stands at index i of x or of w.
    std::int64_t x_source(std::int64_t i) const {
        return x_transposed ? transposed(i, shape.input_channels(), shape.input_size()) : i;
    }
    std::int64_t w_source(std::int64_t i) const {
        return w_transposed ? transposed(i, shape.output_channels(), shape.taps()) : i;
    }

    /// Calls visit(index) for every element of the result that an output channel of a slab makes.
    template <class Visit>
    void for_each_result(std::int64_t slab, std::int64_t channel, const Visit& visit) const {
        for (std::int64_t n = 0; n < shape.batch; ++n) {
            for (std::int64_t p = 0; p < shape.output_size(); ++p) {
                visit(matrix ? (slab * shape.output_size() + p) * shape.output_channels() + channel
                             : (n * shape.output_channels() + channel) * shape.output_size() + p);
            }
        }
    }

    /// Calls visit(index, channel) for every element of the result, in its order, with its output channel.
    template <class Visit>
    void for_each_result(const Visit& visit) const {
        const std::int64_t outer = matrix ? static_cast<std::int64_t>(slabs.size()) * shape.output_size() : shape.batch;
        const std::int64_t inner = matrix ? 1 : shape.output_size();
        std::int64_t index = 0;
        for (std::int64_t i = 0; i < outer; ++i) {
            for (std::int64_t channel = 0; channel < shape.output_channels(); ++channel) {
                for (std::int64_t j = 0; j < inner; ++j, ++index) {
                    visit(index, channel);
                }
            }
        }
    }

private:
    static std::int64_t transposed(std::int64_t i, std::int64_t rows, std::int64_t columns) {
        const std::int64_t slab = i / (rows * columns);
        return (slab * columns + i % columns) * rows + i / columns % rows;
    }
};

/// The contraction of a node of one of the four operations.
Contraction contraction_of(const Context& context, graph::NodeId id);

/// The sums of term(x, w) for every element of the result, in its order.
template <class Sum, class X, class W, class Term>
std::vector<Sum> sum_terms(const Contraction& contraction, std::span<const X> x, std::span<const W> w,
                           const Term& term) {
    const Accumulation& shape = contraction.shape;
    if (!contraction.matrix) {
        return sum_terms<Sum>(shape, x, w, term);
    }
    const auto columns = static_cast<std::size_t>(shape.output_channels());
    const auto rows = static_cast<std::size_t>(shape.output_size());
    std::vector<Sum> result(contraction.slabs.size() * rows * columns);
    for (std::size_t s = 0; s < contraction.slabs.size(); ++s) {
        const std::vector<Sum> slab = sum_terms<Sum>(shape, x.subspan(static_cast<std::size_t>(contraction.slabs[s].x)),
                                                     w.subspan(static_cast<std::size_t>(contraction.slabs[s].w)), term);
        for (std::size_t row = 0; row < rows; ++row) {
            for (std::size_t column = 0; column < columns; ++column) {
                result[(s * rows + row) * columns + column] = slab[column * rows + row];
            }
        }
    }
    return result;
}

}  // namespace difftest::oracle
