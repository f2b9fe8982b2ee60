#include "backends/opencl/tap_loops.hpp"

#include <fmt/format.h>

namespace difftest::backends::opencl {

std::string tap_loops_begin(const ContractionGeometry& geometry, const std::vector<std::string>& coordinates) {
    std::string text;
    std::string tap = "0";
    for (std::size_t axis = 0; axis < geometry.axes.size(); ++axis) {
        text += fmt::format("        for (int k{0} = 0; k{0} < {1}; ++k{0}) {{\n", axis, geometry.axes[axis].kernel);
        text += position_text(geometry, axis, coordinates);
        tap = fmt::format("({} * {} + k{})", tap, geometry.axes[axis].kernel, axis);
    }
    return text + fmt::format("        {{ const int tap = {};\n", tap);
}

std::string tap_loops_end(const ContractionGeometry& geometry) {
    return "    " + std::string(geometry.axes.size() + 1, '}') + "\n";
}

}  // namespace difftest::backends::opencl
