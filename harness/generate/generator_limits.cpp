#include "harness/generate/generator_limits.hpp"

#include <initializer_list>
#include <utility>

namespace difftest::harness {
namespace {

using Weights = std::array<std::int64_t, kStepCount>;

Weights weights_of(std::initializer_list<std::pair<Step, std::int64_t>> list) {
    Weights weights{};
    for (const auto& [step, weight] : list) {
        weights[static_cast<std::size_t>(step)] = weight;
    }
    return weights;
}

}  // namespace

Weights default_first_weights() {
    return weights_of({{Step::convolution, 26},  {Step::deconvolution, 22}, {Step::matmul, 8},
                       {Step::inner_product, 7}, {Step::pooling, 5},        {Step::resampling, 4},
                       {Step::reduction, 4},     {Step::concat, 3},         {Step::permute, 1},
                       {Step::reshape, 1},       {Step::slice, 1},          {Step::reorder, 3},
                       {Step::binary, 3},        {Step::eltwise, 2},        {Step::relu, 1},
                       {Step::function, 1},      {Step::prelu, 2},          {Step::sum, 2},
                       {Step::select, 1},        {Step::compare, 1},        {Step::quantize, 2},
                       {Step::dequantize, 1},    {Step::fake_quantize, 2},  {Step::requantize, 1},
                       {Step::convert, 1},       {Step::fixed_point, 1},    {Step::shift_round, 1},
                       {Step::half, 1},          {Step::softmax, 2}});
}

Weights default_weights() {
    return weights_of(
        {{Step::convolution, 2}, {Step::deconvolution, 2}, {Step::matmul, 1},     {Step::inner_product, 1},
         {Step::pooling, 1},     {Step::resampling, 1},    {Step::reduction, 1},  {Step::concat, 1},
         {Step::permute, 1},     {Step::reshape, 1},       {Step::slice, 1},      {Step::reorder, 1},
         {Step::scale, 12},      {Step::add, 9},           {Step::binary, 6},     {Step::compare, 1},
         {Step::eltwise, 6},     {Step::relu, 6},          {Step::clip, 5},       {Step::function, 4},
         {Step::prelu, 3},       {Step::sum, 3},           {Step::select, 1},     {Step::fake_quantize, 9},
         {Step::quantize, 6},    {Step::dequantize, 1},    {Step::requantize, 3}, {Step::fixed_point, 1},
         {Step::shift_round, 1}, {Step::convert, 4},       {Step::half, 1},       {Step::join, 3},
         {Step::branch, 1},      {Step::softmax, 1}});
}

}  // namespace difftest::harness
