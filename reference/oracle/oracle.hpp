#pragma once

#include "reference/contract/contract.hpp"
#include "reference/graph/case.hpp"
#include "reference/oracle/allowed_set.hpp"
#include "reference/oracle/allowed_tensor.hpp"
#include "reference/oracle/rules.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

/// The scalar reference: what every element of every tensor of a case may be.
namespace difftest::oracle {

struct Metrics {
    std::int64_t elements = 0;            ///< of the graph's outputs
    std::int64_t singletons = 0;          ///< elements whose set is one value
    std::int64_t largest_set = 1;         ///< most integers in the set of an integer output element
    std::int64_t unconstrained = 0;       ///< elements outside the contract
    std::int64_t widened = 0;             ///< elements whose set was replaced by a hull because it had too many parts
    std::int64_t branch_ambiguous = 0;    ///< comparisons and selections that the set does not decide
    std::int64_t overflow_sensitive = 0;  ///< accumulators that some order of summation overflows
    std::vector<std::string> notes;       ///< one line for each reason for which elements are unconstrained
};

/// The allowed sets of all tensors of a case, indexed as Graph::tensors.
struct Evaluation {
    std::vector<AllowedTensor> tensors;
    Metrics metrics;

    const AllowedTensor& of(graph::TensorId id) const { return tensors[static_cast<std::size_t>(id)]; }
};

/// Values of intermediates that a backend really produced and read again, by tensor.
using Observations = std::map<graph::TensorId, graph::TensorData>;

/// Evaluates a case under a contract. `rules` switches single rules off (reference/faults); by default all hold.
/// Precondition: graph::validate_case(value) found nothing.
Evaluation evaluate(const graph::Case& value, const contract::Contract& contract, const Rules& rules = {});

/// The same where a backend has written intermediates to memory and read them from there (semantics, section 3.5,
/// resynchronisation). The set of an observed tensor is that of a result of the graph: nothing is fused across it. What
/// is computed from it is computed from the observed values, be they allowed or not, so that each set says what one
/// step may do and an error is found where it was made. Intermediates that were not observed stay sets.
/// Precondition: the observations have the types and shapes of the graph's tensors.
Evaluation evaluate_resynchronised(const graph::Case& value, const contract::Contract& contract,
                                   const Observations& observed);

}  // namespace difftest::oracle
