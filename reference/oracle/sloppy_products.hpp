#pragma once

#include "reference/oracle/integer_operands.hpp"

/// X1 and X2, what oneDNN documents of kernels without VNNI. They are no freedoms: what such a kernel computes is
/// emulated where it is known, and not judged where it is not.
namespace difftest::oracle {

/// X2 alone: the weights of a convolution or deconvolution of s8 data are stored as RNE(w / 2), and the result is
/// doubled. Together with everything else of such a kernel, which is exact, that is the same as 2 * RNE(w / 2) in the
/// place of w: 1 becomes 0, 3 and 5 become 4. (Halved weights cannot saturate: 2 * 255 * 64 = 32640.)
bool emulates_halved_weights(const Context& context, graph::NodeId id);
std::int32_t doubled_half(std::int32_t weight);

/// X1: products are added in pairs, which saturate in s16. Which products meet depends on the layout that the library
/// has chosen. An element is exact in any pairing when neither the sum of its two largest products exceeds 32767 nor
/// that of its two smallest -32768; all others are outside the contract. With s8 data one operand is made u8 by 128
/// ("adds 128 to one of the s8 inputs", dev_guide_int8_computations): the data, or for one column of weights either.
/// Where X2 is granted with X1, or for another operation, it is not known whether the kernel halves: elements with odd
/// weights are outside, too.
void exclude_sloppy_elements(const IntegerOperands& operands, AllowedTensor& result);

}  // namespace difftest::oracle
