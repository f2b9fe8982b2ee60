#include "backends/worker/protocol/graph_codec.hpp"

#include "backends/worker/protocol/packing.hpp"

#include <string>
#include <string_view>

namespace difftest::backends::protocol {

std::string encode_case(const graph::Case& value) {
    Packer packer;
    packer.put(value.name);
    packer.put(value.graph);
    packer.put(value.execution);
    return packer.take();
}

graph::Case decode_case(std::span<const std::byte> bytes) {
    try {
        Unpacker unpacker({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
        graph::Case value;
        unpacker.get(value.name);
        unpacker.get(value.graph);
        unpacker.get(value.execution);
        unpacker.finish();
        value.data.resize(value.graph.tensors.size());
        return value;
    } catch (const PackingError& error) {
        throw CodecError(std::string("a case in the arena cannot be decoded: ") + error.what());
    }
}

}  // namespace difftest::backends::protocol
