#include "harness/workbench/float_model.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace difftest::harness {

std::string ModelNode::place() const {
    return fmt::format("node {} ({})", name, type);
}

std::int64_t ModelNode::integer(const std::string& attribute, std::int64_t otherwise) const {
    const auto found = attributes.find(attribute);
    const auto* value = found == attributes.end() ? nullptr : std::get_if<std::int64_t>(&found->second);
    return value == nullptr ? otherwise : *value;
}

float ModelNode::number(const std::string& attribute, float otherwise) const {
    const auto found = attributes.find(attribute);
    const auto* value = found == attributes.end() ? nullptr : std::get_if<float>(&found->second);
    return value == nullptr ? otherwise : *value;
}

std::vector<std::int64_t> ModelNode::integers(const std::string& attribute,
                                              const std::vector<std::int64_t>& otherwise) const {
    const auto found = attributes.find(attribute);
    const auto* value = found == attributes.end() ? nullptr : std::get_if<std::vector<std::int64_t>>(&found->second);
    return value == nullptr ? otherwise : *value;
}

bool FloatModel::is_output(const std::string& tensor) const {
    return std::find(outputs.begin(), outputs.end(), tensor) != outputs.end();
}

std::vector<const ModelNode*> FloatModel::consumers_of(const std::string& tensor) const {
    std::vector<const ModelNode*> consumers;
    for (const ModelNode& node : nodes) {
        if (std::find(node.inputs.begin(), node.inputs.end(), tensor) != node.inputs.end()) {
            consumers.push_back(&node);
        }
    }
    return consumers;
}

const ModelNode* FloatModel::producer_of(const std::string& tensor) const {
    const auto found =
        std::find_if(nodes.begin(), nodes.end(), [&](const ModelNode& node) { return node.output == tensor; });
    return found == nodes.end() ? nullptr : &*found;
}

}  // namespace difftest::harness
