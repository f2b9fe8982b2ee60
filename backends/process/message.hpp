#pragma once

#include "reference/graph/tensor_data.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The process protocol: what an engine of your own reads from stdin and writes to stdout. A message is one line of
/// JSON, the header,
/// {"difftest_process": 1, "kind": "...", "text": "...", "tensors": [{"name", "type", "shape"}, ...], ...},
/// followed by the raw bytes of its tensors, in that order, dense, row-major, little-endian. "text" and "tensors" may
/// be left out. Which kinds there are, and what else a header holds: backends/process/README.md.
namespace difftest::backends {

struct ProcessMessage {
    std::string kind;  ///< "describe", "plan", "run"; "engine", "supported", "unsupported", "result", "error"
    std::string text;  ///< the reason of a refusal or error
    std::vector<std::pair<std::string, graph::TensorData>> tensors;
    std::string members = "{}";  ///< the other members of the header, as a JSON object
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

/// A header that was read and checked; nothing was allocated for its tensors.
struct ProcessHeader {
    struct Tensor {
        std::string name;
        graph::DataType type = graph::DataType::f32;
        graph::Shape shape;
        std::int64_t bytes = 0;
    };
    std::string kind;
    std::string text;
    std::vector<Tensor> tensors;
    std::string members;
    std::int64_t tensor_bytes = 0;  ///< that follow the line
};

/// Of the line without its end. Throws ProcessProtocolError.
ProcessHeader parse_header(std::string_view line, const ProcessLimits& limits = {});

/// Precondition: `message.members` is a JSON object.
std::string encode(const ProcessMessage& message);

/// The message that `bytes` begins with; `used` is how many bytes it takes. Throws ProcessProtocolError for anything
/// else, too large a header or tensor included; allocates nothing before the sizes have been checked.
ProcessMessage decode(std::string_view bytes, std::size_t& used, const ProcessLimits& limits = {});

}  // namespace difftest::backends
