#pragma once

#include "backends/backend.hpp"
#include "backends/xnnpack/operator_plan.hpp"

#include <memory>
#include <optional>
#include <string>

namespace difftest::backends::xnnpack {

/// As which type the library sees 8-bit data. Either can hold both: 128 is added to or taken from elements and zero
/// points alike, which leaves every product as it is.
enum class ByteType : std::uint8_t { qs8, qu8 };

/// An operator that the library has created, on buffers of the judge.
class LibraryOperator {
public:
    LibraryOperator() = default;
    LibraryOperator(const LibraryOperator&) = delete;
    LibraryOperator& operator=(const LibraryOperator&) = delete;
    virtual ~LibraryOperator() = default;

    virtual void run() = 0;
    virtual std::string name() const = 0;  ///< "convolution2d_nhwc_qu8"
    virtual bool wrote_behind() const { return false; }
};

/// What creation takes beside the graph.
struct OperatorOptions {
    std::optional<ByteType> byte_type;  ///< of contractions; nothing: the one that fits best
    bool separate_clamp = false;        ///< the clamp behind a contraction is an operator of its own
};

/// Throws Unsupported in the library's or our words, BackendError for its other failures.
std::unique_ptr<LibraryOperator> make_operator(const graph::Case& value, const PlannedOperator& planned,
                                               const OperatorOptions& options, const Buffers& buffers);

std::unique_ptr<LibraryOperator> make_contraction(const graph::Case& value, const PlannedOperator& planned,
                                                  const OperatorOptions& options, const Buffers& buffers);
std::unique_ptr<LibraryOperator> make_maximum_pooling(const graph::Case& value, const PlannedOperator& planned,
                                                      const Buffers& buffers);
std::unique_ptr<LibraryOperator> make_pointwise(const graph::Case& value, const PlannedOperator& planned,
                                                const Buffers& buffers);

}  // namespace difftest::backends::xnnpack
