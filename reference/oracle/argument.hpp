#pragma once

#include "reference/oracle/context.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace difftest::oracle {

/// An input of an elementwise operation: its sets, read with numpy broadcast.
struct Argument {
    const AllowedTensor* tensor = nullptr;
    const RealView* real_view = nullptr;  ///< not null when an f32 operation reads an s32 tensor
    std::vector<std::int64_t> strides;

    bool is_point(std::int64_t offset) const {
        return tensor->is_point(offset) && (real_view == nullptr || !real_view->contains(offset));
    }
    AllowedSet at(std::int64_t offset) const;
    /// Appends the parts (parts_of) of an element; false when it is unconstrained or may be NaN.
    bool append_parts_at(std::int64_t offset, std::vector<Interval>& parts) const;
};

/// The argument for a tensor that is broadcast to `shape`.
Argument argument_for(const Context& context, graph::TensorId id, const graph::Shape& shape);

/// Walks all elements of a shape in row-major order and keeps the offset of every argument.
template <std::size_t N>
class BroadcastCursor {
public:
    BroadcastCursor(const graph::Shape& shape, const std::array<Argument, N>& arguments)
        : shape_(shape), coordinates_(shape.size(), 0) {
        for (std::size_t n = 0; n < N; ++n) {
            strides_[n] = arguments[n].strides;
        }
    }

    std::int64_t offset(std::size_t argument) const { return offsets_[argument]; }
    const std::array<std::int64_t, N>& offsets() const { return offsets_; }

    void next() { next_row(shape_.size()); }

    /// To the next index of the first `dimensions` dimensions; the others are left as they are.
    void next_row(std::size_t dimensions) {
        for (std::size_t d = dimensions; d > 0; --d) {
            ++coordinates_[d - 1];
            for (std::size_t n = 0; n < N; ++n) {
                offsets_[n] += strides_[n][d - 1];
            }
            if (coordinates_[d - 1] < shape_[d - 1]) {
                return;
            }
            for (std::size_t n = 0; n < N; ++n) {
                offsets_[n] -= strides_[n][d - 1] * shape_[d - 1];
            }
            coordinates_[d - 1] = 0;
        }
    }

private:
    const graph::Shape& shape_;
    std::vector<std::int64_t> coordinates_;
    std::array<std::vector<std::int64_t>, N> strides_;
    std::array<std::int64_t, N> offsets_{};
};

/// The innermost dimensions over which every argument advances by a constant step.
template <std::size_t N>
struct Rows {
    std::size_t outer = 0;    ///< dimensions before them
    std::int64_t length = 1;  ///< elements of one row
    std::array<std::int64_t, N> steps{};

    Rows(const graph::Shape& shape, const std::array<Argument, N>& arguments) : outer(shape.size()) {
        for (; outer > 0; --outer) {
            const std::size_t d = outer - 1;
            for (std::size_t n = 0; n < N && shape[d] != 1; ++n) {
                if (length != 1 && arguments[n].strides[d] != steps[n] * length) {
                    return;
                }
            }
            for (std::size_t n = 0; n < N && length == 1; ++n) {
                steps[n] = arguments[n].strides[d];
            }
            length *= shape[d];
        }
    }
};

}  // namespace difftest::oracle
