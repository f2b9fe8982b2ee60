#pragma once

#include "harness/generate/case_grower.hpp"

#include <cstdint>
#include <string>

namespace difftest::harness {

/// A fake_quantize whose input range follows the values of its data, such that some of them are clamped.
struct CatalogueQuantization {
    std::int64_t levels = 256;
    graph::DataType type = graph::DataType::u8;
    bool per_channel = true;
    float low = 0;  ///< of the output range
    float high = 255;
};

/// Takes the tokens of the catalogue (catalogue.hpp), each with fixed attributes.
class CatalogueSteps {
public:
    explicit CatalogueSteps(CaseGrower& grower) : grower_(grower) {}

    /// False for an unknown token.
    bool take(const std::string& token);

    void fake_quantize(const CatalogueQuantization& quantization);

private:
    bool take_head(const std::string& token);
    bool take_operand(const std::string& token);
    bool take_function(const std::string& token);
    bool take_window(const std::string& token);
    bool take_movement(const std::string& token);
    bool take_composite(const std::string& token);

    graph::TensorId current() const { return *grower_.current(); }
    graph::Shape shape() const { return grower_.shape(current()); }
    std::int64_t channels() const { return shape()[1]; }
    graph::TensorData whole_numbers(graph::DataType type, const graph::Shape& shape, std::int64_t low,
                                    std::int64_t high);
    graph::TensorData eighths(const graph::Shape& shape, double magnitude);

    /// One f32 for each channel, near the magnitude, of either sign when asked for.
    graph::TensorId per_channel(double magnitude, bool either_sign);

    void weigh(graph::Operation operation, graph::DataType data_type, const graph::Shape& weights, bool with_bias);
    void binary(graph::BinaryAlgorithm algorithm, graph::TensorId other);
    void eltwise(graph::EltwiseAlgorithm algorithm, float alpha = 0, float beta = 0);
    void reshape(const graph::Shape& to);
    void permute(const std::vector<std::int64_t>& order);
    void slice_and_join(const std::vector<std::pair<std::int64_t, std::int64_t>>& parts, bool quantizes);

    CaseGrower& grower_;
    graph::TensorId marked_ = graph::kAbsent;
};

}  // namespace difftest::harness
