#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace difftest::graph {

/// Bytes as the base64 text (RFC 4648, padded) of one zstd frame that carries its content size and a checksum.
std::string compress_to_text(std::span<const std::byte> bytes);

/// A zstd frame whose header has been checked.
using CompressedFrame = std::vector<unsigned char>;

/// Decodes the base64 text of one zstd frame whose header promises exactly `content_size` bytes; allocates no more than
/// the text is long. Throws std::invalid_argument saying what is wrong.
CompressedFrame frame_from_text(std::string_view text, std::size_t content_size);

/// Decompresses a frame, which must fill `bytes` exactly; never writes beyond them. Throws std::invalid_argument.
void decompress(const CompressedFrame& frame, std::span<std::byte> bytes);

}  // namespace difftest::graph
