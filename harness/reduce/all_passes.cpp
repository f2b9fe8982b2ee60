#include "harness/reduce/passes.hpp"

namespace difftest::harness {

std::vector<std::unique_ptr<Pass>> all_passes() {
    std::vector<std::unique_ptr<Pass>> passes;
    passes.push_back(make_execution_pass());  // one thread leaves fewer ways through a library
    passes.push_back(make_crop_pass());
    passes.push_back(make_node_pass());
    passes.push_back(make_axis_pass());
    passes.push_back(make_rank_pass());
    passes.push_back(make_operand_pass());
    passes.push_back(make_attribute_pass());
    passes.push_back(make_type_pass());
    passes.push_back(make_value_pass());
    passes.push_back(make_name_pass());
    return passes;
}

}  // namespace difftest::harness
