#include "backends/onednn/recording.hpp"

#include <nlohmann/json.hpp>

/// oneDNN 3.x does not give back which scales a primitive was created with.
namespace difftest::backends::onednn::api {

nlohmann::ordered_json parameters_of(const dnnl::primitive_desc_base& /*descriptor*/) {
    throw Unsupported("calls are recorded with oneDNN 2.x only");
}

nlohmann::ordered_json attributes_of(const dnnl::primitive_desc_base& /*descriptor*/) {
    throw Unsupported("calls are recorded with oneDNN 2.x only");
}

bool is_plain(const dnnl::memory::desc& layout) {
    const auto blocking = blocking_of(layout);
    return blocking && blocking->inner_blocks.empty() && blocking->offset == 0 &&
           blocking->extents == blocking->padded_extents;
}

}  // namespace difftest::backends::onednn::api
