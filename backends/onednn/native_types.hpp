#pragma once

#include "backends/backend.hpp"
#include "reference/graph/data_type.hpp"

#include <oneapi/dnnl/dnnl.hpp>

#include <vector>

/// Which types a primitive is asked for: those of the graph first, because that is what is under test. What the library
/// does not implement in them is computed in f32, with reorders around it.
namespace difftest::backends::onednn {

struct TypePair {
    graph::DataType source;
    graph::DataType destination;
    friend bool operator==(const TypePair&, const TypePair&) = default;
};

/// The pair itself, then with f32 on the one, the other, and both sides; each once.
std::vector<TypePair> candidate_types(TypePair own);

/// Calls create(TypePair) with each candidate until one is implemented. Throws what the last one throws.
template <class Create>
auto first_implemented(const std::vector<TypePair>& candidates, const Create& create) {
    for (const TypePair& candidate : candidates) {
        const bool is_last = &candidate == &candidates.back();
        try {
            return create(candidate);
        } catch (const Unsupported&) {
            if (is_last) {
                throw;
            }
        } catch (const dnnl::error& failure) {
            const bool refused = failure.status == dnnl_unimplemented || failure.status == dnnl_invalid_arguments;
            if (is_last || !refused) {
                throw;
            }
        }
    }
    throw BackendError("no types to try");
}

}  // namespace difftest::backends::onednn
