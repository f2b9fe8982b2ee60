#include "reference/graph/compressed_text.hpp"

#include <fmt/format.h>
#include <sodium.h>
#include <zstd.h>

#include <memory>
#include <new>
#include <stdexcept>
#include <vector>

namespace difftest::graph {
namespace {

constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;
/// The same bytes from every release keep case files stable. Higher levels differ between zstd 1.5.4 and 1.5.7; this
/// one gave the same frames for 700 tensors of all kinds and sizes up to 3 MiB.
constexpr int kCompressionLevel = 1;

struct FreeContext {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

std::vector<unsigned char> from_base64(std::string_view text) {
    std::vector<unsigned char> bytes(text.size() / 4 * 3 + 3);
    std::size_t size = 0;
    const char* end = nullptr;
    const int failed =
        sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &size, &end, kVariant);
    if (failed != 0 || end != text.data() + text.size()) {
        throw std::invalid_argument("not base64 text");
    }
    bytes.resize(size);
    return bytes;
}

}  // namespace

std::string compress_to_text(std::span<const std::byte> bytes) {
    const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
    if (!context) {
        throw std::bad_alloc();
    }
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kCompressionLevel);
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
    std::vector<unsigned char> frame(ZSTD_compressBound(bytes.size()));
    const std::size_t size = ZSTD_compress2(context.get(), frame.data(), frame.size(), bytes.data(), bytes.size());
    if (ZSTD_isError(size) != 0) {
        throw std::runtime_error(fmt::format("zstd cannot compress: {}", ZSTD_getErrorName(size)));
    }
    std::string text(sodium_base64_encoded_len(size, kVariant), '\0');
    sodium_bin2base64(text.data(), text.size(), frame.data(), size, kVariant);
    text.pop_back();  // the terminating zero that the library writes
    return text;
}

CompressedFrame frame_from_text(std::string_view text, std::size_t content_size) {
    CompressedFrame frame = from_base64(text);
    const unsigned long long promised = ZSTD_getFrameContentSize(frame.data(), frame.size());
    if (promised == ZSTD_CONTENTSIZE_ERROR) {
        throw std::invalid_argument("not a zstd frame");
    }
    if (promised == ZSTD_CONTENTSIZE_UNKNOWN) {
        throw std::invalid_argument("the zstd frame does not say how large its content is");
    }
    if (promised != content_size) {
        throw std::invalid_argument(
            fmt::format("the zstd frame holds {} bytes, the tensor {}", promised, content_size));
    }
    if (ZSTD_findFrameCompressedSize(frame.data(), frame.size()) != frame.size()) {
        throw std::invalid_argument("not exactly one whole zstd frame");
    }
    return frame;
}

void decompress(const CompressedFrame& frame, std::span<std::byte> bytes) {
    const std::size_t size = ZSTD_decompress(bytes.data(), bytes.size(), frame.data(), frame.size());
    if (ZSTD_isError(size) != 0 || size != bytes.size()) {
        throw std::invalid_argument("damaged zstd frame");
    }
}

}  // namespace difftest::graph
