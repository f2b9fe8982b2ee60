#include "harness/reduce/passes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace difftest::harness {
namespace {

using graph::Case;

class ExecutionPass : public Pass {
public:
    std::string_view name() const override { return "execution"; }

    std::vector<Opportunity> opportunities(const Case& value, const PassContext& context) const override {
        std::vector<Opportunity> result;
        for (auto isa = context.isa_ladder.rbegin(); isa != context.isa_ladder.rend(); ++isa) {
            result.push_back({fmt::format("ISA {}", *isa), [&value, isa = *isa]() -> std::optional<Case> {
                                  Case changed = value;
                                  changed.execution.isas = {isa};
                                  return changed;
                              }});
        }
        for (const std::string& plan : context.plans) {
            result.push_back({fmt::format("plan {}", plan), [&value, plan]() -> std::optional<Case> {
                                  Case changed = value;
                                  changed.execution.plans = {plan};
                                  return changed;
                              }});
        }
        result.push_back({"one thread", [&value]() -> std::optional<Case> {
                              Case changed = value;
                              changed.execution.threads = 1;
                              return changed;
                          }});
        return result;
    }
};

}  // namespace

std::unique_ptr<Pass> make_execution_pass() {
    return std::make_unique<ExecutionPass>();
}

}  // namespace difftest::harness
