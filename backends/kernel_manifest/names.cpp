#include "backends/kernel_manifest/names.hpp"

#include "reference/graph/graph.hpp"
#include "reference/graph/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>

namespace difftest::backends::kernel_manifest {
namespace {

[[noreturn]] void refuse(const std::string& text, std::string_view why) {
    throw ExpressionError(fmt::format("{}: {}", graph::in_quotes(text), why));
}

/// Takes "[3]" off the end.
std::optional<std::size_t> take_index(std::string& text, const std::string& whole) {
    if (text.empty() || text.back() != ']') {
        return std::nullopt;
    }
    const std::size_t open = text.rfind('[');
    std::size_t index = 0;
    const char* const last = text.data() + text.size() - 1;
    if (open == std::string::npos || std::from_chars(text.data() + open + 1, last, index).ptr != last ||
        open + 2 > text.size() - 1) {
        refuse(whole, "no index between [ and ]");
    }
    text.resize(open);
    return index;
}

std::vector<std::string> parts_of(const std::string& text, const std::string& whole) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin != std::string::npos;) {
        const std::size_t end = text.find('.', begin);
        parts.push_back(text.substr(begin, end - begin));
        begin = end == std::string::npos ? end : end + 1;
    }
    for (const std::string& part : parts) {
        if (!is_identifier(part)) {
            refuse(whole, "no name (such as F, output.shape[1], deconv.groups or deconv.data.shape[1])");
        }
    }
    return parts;
}

/// Of a tensor: what stands behind "STEP.SLOT." or "output.".
NameKind kind_of(const std::string& property, const std::string& whole) {
    if (property == "shape") {
        return NameKind::extent;
    }
    if (property == "rank") {
        return NameKind::rank;
    }
    if (property == "size") {
        return NameKind::size;
    }
    if (property == "present") {
        return NameKind::slot_present;
    }
    refuse(whole, "a tensor has shape[i], rank, size and present");
}

}  // namespace

bool is_identifier(std::string_view text) {
    return !text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) == 0 &&
           std::all_of(text.begin(), text.end(),
                       [](unsigned char letter) { return std::isalnum(letter) != 0 || letter == '_'; });
}

std::string text_of(const Reference& reference) {
    return reference.step.empty() ? reference.member : fmt::format("{}.{}", reference.step, reference.member);
}

Reference parse_reference(const std::string& text) {
    const std::vector<std::string> parts = parts_of(text, text);
    if (parts.size() == 1 && parts[0] == kOutput) {
        return {"", parts[0]};
    }
    if (parts.size() != 2) {
        refuse(text, "must be STEP.SLOT, STEP.ATTRIBUTE or output");
    }
    return {parts[0], parts[1]};
}

ParsedName parse_name(const std::string& text) {
    ParsedName name;
    std::string rest = text;
    name.index = take_index(rest, text);
    const std::vector<std::string> parts = parts_of(rest, text);
    const bool of_output = parts[0] == kOutput;
    if (parts.size() == 1) {
        name.of = {"", parts[0]};
    } else if (parts.size() == 2 && of_output) {
        name.of = {"", parts[0]};
        name.kind = kind_of(parts[1], text);
    } else if (parts.size() == 2) {
        name.of = {parts[0], parts[1]};
        name.kind = parts[1] == "present" ? NameKind::step_present : NameKind::attribute;
    } else if (parts.size() == 3) {
        name.of = {parts[0], parts[1]};
        name.kind = kind_of(parts[2], text);
    } else {
        refuse(text, "too many dots");
    }
    const bool may_have_index = name.kind == NameKind::extent || name.kind == NameKind::attribute;
    if (name.index && !may_have_index) {
        refuse(text, "takes no index");
    }
    if (name.kind == NameKind::extent && !name.index) {
        refuse(text, "which extent? (such as shape[1])");
    }
    return name;
}

std::string complaint_about_tensor(const Manifest& manifest, const Reference& tensor) {
    if (tensor.step.empty()) {
        return tensor.member == kOutput ? "" : fmt::format("there is no tensor '{}'", tensor.member);
    }
    const StepPattern* const step = manifest.step(tensor.step);
    if (step == nullptr) {
        return fmt::format("the pattern has no step '{}'", tensor.step);
    }
    const bool is_binary = std::holds_alternative<graph::Binary>(step->operation);
    if (tensor.member == kOutput || (tensor.member == kOther && is_binary && step != manifest.pattern.data()) ||
        graph::slot_index(step->operation, tensor.member)) {
        return "";
    }
    return fmt::format("step '{}' ({}) has no tensor '{}'", tensor.step, graph::name_of(step->operation),
                       tensor.member);
}

std::string complaint_about(const Manifest& manifest, const ParsedName& name) {
    switch (name.kind) {
        case NameKind::dimension:
            return manifest.dimensions.count(name.of.member) != 0
                       ? ""
                       : fmt::format("there is no dimension '{}'", name.of.member);
        case NameKind::step_present:
            return manifest.step(name.of.step) != nullptr ? ""
                                                          : fmt::format("the pattern has no step '{}'", name.of.step);
        case NameKind::attribute: break;
        default: return complaint_about_tensor(manifest, name.of);
    }
    const StepPattern* const step = manifest.step(name.of.step);
    if (step == nullptr) {
        return fmt::format("the pattern has no step '{}'", name.of.step);
    }
    const auto attributes = attributes_of(step->operation);
    const auto attribute = attributes.find(name.of.member);
    if (attribute == attributes.end()) {
        return fmt::format("step '{}' ({}) has no attribute '{}'", name.of.step, graph::name_of(step->operation),
                           name.of.member);
    }
    const bool is_list = std::holds_alternative<std::vector<std::int64_t>>(attribute->second);
    if (is_list != name.index.has_value()) {
        return fmt::format("{} {}", text_of(name.of), is_list ? "is a list, and needs an index" : "is no list");
    }
    if (std::holds_alternative<std::string>(attribute->second) || std::holds_alternative<float>(attribute->second)) {
        return fmt::format("{} is no whole number", text_of(name.of));
    }
    return "";
}

}  // namespace difftest::backends::kernel_manifest
