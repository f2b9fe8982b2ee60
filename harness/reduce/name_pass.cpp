#include "harness/reduce/canonical_names.hpp"
#include "harness/reduce/passes.hpp"

namespace difftest::harness {
namespace {

class NamePass : public Pass {
public:
    std::string_view name() const override { return "names"; }

    std::vector<Opportunity> opportunities(const graph::Case& value, const PassContext& /*context*/) const override {
        std::vector<Opportunity> result;
        result.push_back({"plain names", [&value]() -> std::optional<graph::Case> {
                              return with_canonical_node_names(with_canonical_tensor_names(value));
                          }});
        result.push_back({"plain names of tensors",
                          [&value]() -> std::optional<graph::Case> { return with_canonical_tensor_names(value); }});
        return result;
    }
};

}  // namespace

std::unique_ptr<Pass> make_name_pass() {
    return std::make_unique<NamePass>();
}

}  // namespace difftest::harness
