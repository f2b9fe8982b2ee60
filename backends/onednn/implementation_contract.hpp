#pragma once

#include "reference/contract/contract.hpp"
#include "reference/graph/graph.hpp"

#include <string_view>

namespace difftest::backends::onednn {

/// Whether integer dot products of the implementation go through the int16 intermediates of VPMADDUBSW, judged by its
/// name: a suffix such as ":avx2" or ":avx512_core" without VNNI. Names with "gemm" follow the machine's effective ISA,
/// reference implementations are exact. oneDNN 3.7 leaves some AVX2 deconvolutions unnamed: they follow the machine,
/// too.
bool uses_int16_pairs(std::string_view implementation, std::string_view effective_isa);

/// The freedoms that the implementation of a node takes beyond the library's contract level: F8c for reference kernels,
/// which call the C library, in graphs with a function for which that matters. Of contractions: F9 for
/// deconvolutions and AVX2-VNNI kernels that compensate in f32 (measured), X1 and X2 for kernels without VNNI
/// (documented: developer guide, int8 computations; which of the two, measured).
void grant_freedoms(contract::Contract& contract, const graph::Graph& graph, const graph::Node& node,
                    std::string_view implementation, std::string_view effective_isa);

/// Which contractions of a plan halve the weights of s8 data. A contract holds for all nodes of a plan, so that X2,
/// which the oracle emulates, is wrong for those that do not: where both kinds meet, X1 beside it makes the oracle
/// leave out what either may differ in.
class HalvedWeights {
public:
    void add(const graph::Graph& graph, const graph::Node& node, std::string_view implementation,
             std::string_view effective_isa);
    bool differ() const { return halved_ && whole_; }

private:
    bool halved_ = false;
    bool whole_ = false;
};

}  // namespace difftest::backends::onednn
