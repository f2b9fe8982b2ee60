#include "harness/reduce/crop.hpp"
#include "harness/reduce/passes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace difftest::harness {
namespace {

class CropPass : public Pass {
public:
    std::string_view name() const override { return "crop"; }

    std::vector<Opportunity> opportunities(const graph::Case& value, const PassContext& context) const override {
        std::vector<Opportunity> result;
        if (value.graph.outputs.size() != 1) {
            return result;
        }
        const graph::Shape& shape = value.graph.tensor(value.graph.outputs[0]).shape;
        const std::vector<std::int64_t> element =
            context.element ? context.element->coordinates : std::vector<std::int64_t>(shape.size(), 0);
        const Region all = whole(shape);
        Region one = all;
        for (std::size_t axis = 0; axis < one.size(); ++axis) {
            one[axis] = {element[axis], element[axis] + 1};
        }
        offer(result, value, one, "the output: only the failing element");
        for (std::size_t axis = 0; axis < all.size(); ++axis) {
            for (const AxisRange range : smaller_ranges(shape[axis], element[axis])) {
                Region region = all;
                region[axis] = range;
                offer(result, value, region,
                      fmt::format("the output: axis {}, only {}..{}", axis, range.begin, range.end - 1));
            }
        }
        offer(result, value, all, "what no output element needs");
        return result;
    }

private:
    static void offer(std::vector<Opportunity>& list, const graph::Case& value, const Region& region,
                      std::string what) {
        list.push_back({std::move(what), [&value, region] { return crop(value, region); }});
    }

    /// Ranges that hold the element, the smallest first.
    static std::vector<AxisRange> smaller_ranges(std::int64_t size, std::int64_t element) {
        std::vector<AxisRange> ranges;
        for (std::int64_t length = 1; length < size; length *= 2) {
            const std::int64_t begin = std::clamp<std::int64_t>(element - length / 2, 0, size - length);
            ranges.push_back({begin, begin + length});
        }
        if (size > 1) {
            ranges.push_back({0, std::max<std::int64_t>(element + 1, 1)});
            ranges.push_back({element, size});
            ranges.push_back({0, size - 1});
            ranges.push_back({1, size});
        }
        std::erase_if(ranges, [size](AxisRange range) { return range.size() == size; });
        return ranges;
    }
};

}  // namespace

std::unique_ptr<Pass> make_crop_pass() {
    return std::make_unique<CropPass>();
}

}  // namespace difftest::harness
