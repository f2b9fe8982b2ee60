#include "backends/onednn/native_types.hpp"

#include <algorithm>

namespace difftest::backends::onednn {

std::vector<TypePair> candidate_types(TypePair own) {
    constexpr graph::DataType kReal = graph::DataType::f32;
    std::vector<TypePair> result;
    for (const TypePair& candidate :
         {own, TypePair{own.source, kReal}, TypePair{kReal, own.destination}, TypePair{kReal, kReal}}) {
        if (std::find(result.begin(), result.end(), candidate) == result.end()) {
            result.push_back(candidate);
        }
    }
    return result;
}

}  // namespace difftest::backends::onednn
