#pragma once

#include "backends/onednn/program.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

/// What a program asks of the library, written down so that somebody else can ask the same: the source of reproducers.
namespace difftest::backends::onednn {

/// One JSON document (harness/export/recording.hpp reads it): the buffers with the values that they hold now, the
/// memory objects that show them, and the primitives in the order of their execution.
std::string recording_of(const Program& program);

namespace api {

/// The numbers of a primitive that are no memory: "strides", "padding_left", "algorithm", "alpha", ... as far as it has
/// them. Throws Unsupported for a kind of primitive whose description the library does not give back.
nlohmann::ordered_json parameters_of(const dnnl::primitive_desc_base& descriptor);

/// The attributes: "post_ops", "scales", "zero_points".
nlohmann::ordered_json attributes_of(const dnnl::primitive_desc_base& descriptor);

/// Whether dimensions, type and strides say everything about the layout.
bool is_plain(const dnnl::memory::desc& layout);

}  // namespace api

}  // namespace difftest::backends::onednn
