#include "harness/reduce/case_edit.hpp"
#include "harness/reduce/passes.hpp"

#include <fmt/format.h>

#include <cmath>

namespace difftest::harness {
namespace {

using graph::Case;
using graph::DataType;
using graph::TensorId;

class TypePass : public Pass {
public:
    std::string_view name() const override { return "types"; }

    std::vector<Opportunity> opportunities(const Case& value, const PassContext& /*context*/) const override {
        std::vector<Opportunity> result;
        for (std::size_t i = 0; i < value.graph.tensors.size(); ++i) {
            const graph::Tensor& tensor = value.graph.tensors[i];
            if (const auto plainer = plainer_than(tensor.type)) {
                result.push_back({fmt::format("{} as {}", tensor.name, graph::name_of(*plainer)),
                                  [&value, id = static_cast<TensorId>(i), type = *plainer] {
                                      return with_type(value, id, type, [type](double number) {
                                          return std::optional(type == DataType::u8 ? std::fabs(number) : number);
                                      });
                                  }});
            }
        }
        return result;
    }

private:
    static std::optional<DataType> plainer_than(DataType type) {
        switch (type) {
            case DataType::s8: return DataType::u8;
            case DataType::f16:
            case DataType::bf16: return DataType::f32;
            default: return std::nullopt;
        }
    }
};

}  // namespace

std::unique_ptr<Pass> make_type_pass() {
    return std::make_unique<TypePass>();
}

}  // namespace difftest::harness
