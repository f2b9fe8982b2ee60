#pragma once

#include "reference/graph/case.hpp"

#include <span>
#include <string_view>

namespace difftest::harness {

/// A row of the catalogue: a topology of the fusion tests of OpenVINO's GPU plugin, with the number that it has in
/// shared/reference/fusion_catalogue.md.
struct CatalogueRow {
    int number = 0;
    std::string_view name;   ///< test and variant, with an underscore for the point
    std::string_view chain;  ///< tokens, see catalogue_case; empty where the model has no form of it
    std::string_view why_not;
};

std::span<const CatalogueRow> catalogue();

/// The row as a case, always the same. The data are chosen so that what a chain must do can be seen: every quantization
/// clamps some of its values, with another range for each channel. Tokens, separated by spaces, continue the tensor so
/// far:
///
///   deconv conv conv_s8 conv_f32 conv_dw conv_zp conv_w39 matmul matmul_s8 fc data data_u8 data_s8    a head
///   deconv_bias conv_bias          with an s32 bias
///   again                          a second convolution of the (8-bit) tensor
///   scale shift                    times, plus an f32 for each channel
///   add mul add_u8                 a constant of the same shape, f32 or u8
///   add_row wrong_bias             a constant [1, C, 1, X]; one of [1, 1, Y, X] with as many elements as channels
///   mark add_marked mul_marked     remember the tensor, use it as second operand
///   relu leaky negative abs exp tanh logistic swish clamp softsign prelu sqrt
///   u8 f16                         convert
///   maxpool avgpool mean resample permute concat slices d2s s2d b2s s2b mvn lrn l2norm gather scatter
///   qLEVELS:TYPE[:pt][:LO:HI]      fake_quantize; pt: one input range for all channels; LO HI: its output range
///
/// Precondition: row.chain is not empty. Throws std::invalid_argument for a token that is none of these.
graph::Case catalogue_case(const CatalogueRow& row);

}  // namespace difftest::harness
