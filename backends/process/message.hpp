#pragma once

#include "reference/graph/tensor_data.hpp"

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The process protocol: what an engine of your own reads from stdin and writes to stdout. A message is one line of
/// JSON,
/// {"difftest_process": 1, "kind": "...", "text": "...", "tensors": [{"name", "type", "shape"}, ...]}, followed by the
/// raw bytes of its tensors, in that order, dense, row-major, little-endian.
namespace difftest::backends {

struct ProcessMessage {
    std::string kind;  ///< "run", "result", "unsupported", "error"
    std::string text;  ///< the case file of a run, the reason of a refusal
    std::vector<std::pair<std::string, graph::TensorData>> tensors;
};

/// Bytes that are no message; the text is one line.
class ProcessProtocolError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

struct ProcessLimits {
    std::size_t header_bytes = std::size_t{1} << 20;
    std::int64_t tensor_bytes = std::int64_t{1} << 30;  ///< of all tensors together
};

std::string encode(const ProcessMessage& message);

/// The message that `bytes` begins with; `used` is how many bytes it takes. Throws ProcessProtocolError for anything
/// else, too large a header or tensor included; allocates nothing before the sizes have been checked.
ProcessMessage decode(std::string_view bytes, std::size_t& used, const ProcessLimits& limits = {});

}  // namespace difftest::backends
