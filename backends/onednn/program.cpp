#include "backends/onednn/program.hpp"

#include "backends/onednn/blocked_layouts.hpp"
#include "backends/onednn/library_types.hpp"
#include "backends/onednn/zero_padding.hpp"

#include <fmt/format.h>
#include <oneapi/dnnl/dnnl_debug.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace difftest::backends::onednn {

namespace {

constexpr std::align_val_t kCacheLine{64};
constexpr std::size_t kFenceBytes = 64;
/// As an s8 it is 127, as an f32 3.4e38: it shows in whatever is computed from it.
constexpr unsigned char kPoison = 0x7F;

bool is_operand_type(graph::DataType type) {
    return type != graph::DataType::f16;
}

/// destination[i] = f32(source[broadcast(i)]); an s32 is rounded to the nearest f32.
void copy_as_f32(std::span<const std::byte> source, const graph::Tensor& tensor, std::span<std::byte> destination,
                 const graph::Shape& shape) {
    const std::vector<std::int64_t> strides = graph::broadcast_strides(tensor.shape, shape);
    const std::int64_t count = graph::element_count(shape).value();
    for (std::int64_t index = 0; index < count; ++index) {
        const std::vector<std::int64_t> coordinates = graph::coordinates_of(index, shape);
        std::int64_t offset = 0;
        for (std::size_t dimension = 0; dimension < shape.size(); ++dimension) {
            offset += coordinates[dimension] * strides[dimension];
        }
        const auto value = static_cast<float>(graph::load_element(source, tensor.type, offset));
        graph::store_element(destination, graph::DataType::f32, index, static_cast<double>(value));
    }
}

}  // namespace

Program::Program(dnnl::engine engine, const graph::Graph& graph, const Buffers& buffers, CreationOptions options,
                 Mode mode)
    : engine_(std::move(engine)),
      stream_(engine_),
      graph_(graph),
      buffers_(buffers),
      options_(std::move(options)),
      mode_(mode),
      chooser_(options_.implementation) {}

dnnl::primitive_desc Program::choose(const std::function<api::Candidates(Layouts)>& create) {
    if (mode_ == Mode::survey) {
        surveyed_.push_back(implementations_of(create(Layouts::own)));
    }
    if (options_.layout || options_.plain_weights) {
        try {
            asked_.clear();
            const dnnl::primitive_desc descriptor = chooser_.choose([&create] { return create(Layouts::asked); });
            taken_.insert(asked_.begin(), asked_.end());
            return descriptor;
        } catch (const Unsupported&) {
        } catch (const dnnl::error& failure) {
            if (failure.status != dnnl_unimplemented && failure.status != dnnl_invalid_arguments) {
                throw;
            }
        }
    }
    return chooser_.choose([&create] { return create(Layouts::own); });
}

dnnl::memory::desc Program::activation_layout(Layouts which, const dnnl::memory::desc& own,
                                              const graph::Tensor& tensor) {
    return activation_layout(which, own, dimensions(tensor.shape), tensor.type);
}

dnnl::memory::desc Program::activation_layout(Layouts which, const dnnl::memory::desc& own,
                                              const dnnl::memory::dims& extents, graph::DataType type) {
    if (which == Layouts::own || !options_.layout) {
        return own;
    }
    const dnnl::memory::desc asked = memory_layout(*options_.layout, extents, type);
    if (asked != own) {
        asked_.insert(Deviation::layout);
    }
    return asked;
}

dnnl::memory::desc Program::weights_layout(Layouts which, const dnnl::memory::desc& own,
                                           const dnnl::memory::desc& plain) {
    if (which == Layouts::own || !options_.plain_weights || plain == own) {
        return own;
    }
    asked_.insert(Deviation::plain_weights);
    return plain;
}

void Program::check_options() const {
    chooser_.check();
    const auto require = [this](bool asked, Deviation deviation, const char* what) {
        if (asked && !taken_.contains(deviation)) {
            const auto reason = declined_.find(deviation);
            throw Unsupported(std::string("no primitive of this plan ") + what +
                              (reason == declined_.end() ? "" : ": " + reason->second));
        }
    };
    require(options_.layout.has_value(), Deviation::layout, "has an implementation for this layout");
    require(options_.plain_weights, Deviation::plain_weights, "has an implementation for row-major weights");
    require(options_.in_place, Deviation::in_place, "can write where it reads");
    require(options_.user_scratchpad, Deviation::user_scratchpad, "needs a scratchpad");
    require(options_.scaled_reorder, Deviation::scaled_reorder, "is a reorder with scales");
    require(options_.bias, Deviation::bias, "has an addition that can be its bias");
    require(options_.narrow_bias, Deviation::narrow_bias, "has an s32 bias that fits into 8 bits");
    require(options_.parameters != Parameters::usual, Deviation::parameters,
            "has parameters that the library takes there");
}

void Program::Release::operator()(std::byte* memory) const {
    ::operator delete[](memory, kCacheLine);
}

std::span<std::byte> Program::allocate(std::size_t bytes) {
    auto* memory = static_cast<std::byte*>(::operator new[](std::max<std::size_t>(bytes, 1), kCacheLine));
    owned_.emplace_back(memory);
    std::memset(memory, 0, bytes);
    return {memory, bytes};
}

std::span<std::byte> Program::values_of(graph::TensorId tensor) {
    std::span<std::byte>& values = buffers_.tensors.at(static_cast<std::size_t>(tensor));
    if (values.empty()) {
        const graph::Tensor& description = graph_.tensor(tensor);
        const auto count = static_cast<std::size_t>(graph::element_count(description.shape).value());
        values = allocate(count * graph::size_of(description.type));
    }
    return values;
}

Phase Program::phase_of(graph::TensorId tensor) const {
    return graph_.tensor(tensor).role == graph::TensorRole::constant ? Phase::prepare : Phase::execute;
}

dnnl::memory Program::plain_memory(graph::TensorId tensor, const dnnl::memory::dims& dimensions) {
    return {plain_layout(dimensions, graph_.tensor(tensor).type), engine_, values_of(tensor).data()};
}

dnnl::memory Program::view(graph::TensorId tensor, const dnnl::memory::desc& layout, std::int64_t first) {
    const std::size_t offset = static_cast<std::size_t>(first) * graph::size_of(graph_.tensor(tensor).type);
    return {layout, engine_, values_of(tensor).subspan(offset).data()};
}

dnnl::memory Program::new_memory(const dnnl::memory::desc& layout, Phase phase) {
    dnnl::memory memory(layout, engine_, allocate(layout.get_size()).data());
    if (has_padding(layout)) {
        padded_.push_back({memory, phase, ""});
    }
    return memory;
}

dnnl::memory Program::as_layout(Phase phase, const dnnl::memory& source, const dnnl::memory::desc& wanted) {
    if (source.get_desc() == wanted) {
        return source;
    }
    dnnl::memory copy = new_memory(wanted, phase);
    add_copy(phase, source, copy);
    return copy;
}

std::string Program::add_copy(Phase phase, const dnnl::memory& from, const dnnl::memory& to) {
    const dnnl::reorder::primitive_desc descriptor(engine_, from.get_desc(), engine_, to.get_desc());
    add(phase, descriptor, {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}});
    return descriptor.impl_info_str();
}

void Program::add_store(const dnnl::memory& written, const dnnl::memory& wanted) {
    if (written.get_data_handle() == wanted.get_data_handle()) {
        return;
    }
    add_copy(Phase::execute, written, wanted);
}

Program::Operand Program::operand(const OperandSource& source, std::size_t rank) {
    if (const auto* literal = std::get_if<graph::TensorData>(&source)) {
        const std::span<std::byte> values = allocate(literal->bytes().size());
        std::memcpy(values.data(), literal->bytes().data(), values.size());
        const dnnl::memory::desc layout = plain_layout(dimensions(literal->shape(), rank), literal->type());
        return {dnnl::memory(layout, engine_, values.data()), literal->type(), Phase::prepare};
    }
    const graph::TensorId tensor = std::get<graph::TensorId>(source);
    const graph::Tensor& description = graph_.tensor(tensor);
    if (is_operand_type(description.type)) {
        return {plain_memory(tensor, dimensions(description.shape, rank)), description.type, phase_of(tensor)};
    }
    return {repeated_as_f32(tensor, description.shape, rank), graph::DataType::f32, phase_of(tensor)};
}

dnnl::memory Program::repeated_as_f32(graph::TensorId tensor, const graph::Shape& shape, std::size_t rank) {
    dnnl::memory copy = new_memory(plain_layout(dimensions(shape, rank), graph::DataType::f32), phase_of(tensor));
    const std::span<std::byte> source = values_of(tensor);
    const std::span<std::byte> destination(static_cast<std::byte*>(copy.get_data_handle()), copy.get_desc().get_size());
    const auto copy_values = [this, tensor, source, destination, shape](dnnl::stream& stream) {
        stream.wait();
        copy_as_f32(source, graph_.tensor(tensor), destination, shape);
    };
    actions_.push_back({phase_of(tensor), copy_values});
    return copy;
}

void Program::add(Phase phase, const dnnl::primitive_desc_base& descriptor, Arguments arguments) {
    if (mode_ == Mode::survey) {
        return;
    }
    add_scratchpad(descriptor, arguments);
    note_writer(descriptor, arguments);
    if (before_creation_) {
        calls_.emplace_back(phase, Call{descriptor, arguments});
        before_creation_();
    }
    const dnnl::primitive primitive(descriptor.get());
    actions_.push_back({phase, [primitive, arguments = std::move(arguments)](dnnl::stream& stream) {
                            primitive.execute(stream, arguments);
                        }});
}

std::vector<Program::Call> Program::calls() const {
    std::vector<Call> result;
    for (const Phase phase : {Phase::prepare, Phase::execute}) {
        for (const auto& [when, call] : calls_) {
            if (when == phase) {
                result.push_back(call);
            }
        }
    }
    return result;
}

std::string Program::tensor_at(const void* address) const {
    for (std::size_t id = 0; id < buffers_.tensors.size(); ++id) {
        if (!buffers_.tensors[id].empty() && buffers_.tensors[id].data() == address) {
            return graph_.tensors[id].name;
        }
    }
    return "";
}

void Program::add_scratchpad(const dnnl::primitive_desc_base& descriptor, Arguments& arguments) {
    const std::size_t bytes = options_.user_scratchpad ? descriptor.scratchpad_desc().get_size() : 0;
    if (bytes == 0) {
        return;
    }
    const std::span<std::byte> memory = allocate(bytes + kFenceBytes);
    arguments[DNNL_ARG_SCRATCHPAD] = dnnl::memory(descriptor.scratchpad_desc(), engine_, memory.data());
    scratchpads_.push_back({memory.first(bytes), memory.subspan(bytes), descriptor.impl_info_str()});
    took(Deviation::user_scratchpad);
}

void Program::note_writer(const dnnl::primitive_desc_base& descriptor, const Arguments& arguments) {
    const auto destination = arguments.find(DNNL_ARG_DST);
    for (Padded& padded : padded_) {
        if (destination != arguments.end() &&
            destination->second.get_data_handle() == padded.memory.get_data_handle()) {
            const auto kind = dnnl::convert_to_c(descriptor.get_kind());
            padded.writer = fmt::format("{} {}", dnnl_prim_kind2str(kind), descriptor.impl_info_str());
        }
    }
}

void Program::poison(Phase phase) {
    for (const Padded& padded : padded_) {
        if (padded.phase == phase) {
            std::memset(padded.memory.get_data_handle(), kPoison, padded.memory.get_desc().get_size());
        }
    }
    for (const Scratchpad& scratchpad : scratchpads_) {
        std::memset(scratchpad.bytes.data(), kPoison, scratchpad.bytes.size());
        std::memset(scratchpad.fence.data(), kPoison, scratchpad.fence.size());
    }
}

void Program::inspect(Phase phase) {
    for (const Padded& padded : padded_) {
        const bool is_written = padded.phase == phase && !padded.writer.empty();
        const std::int64_t dirty = is_written ? dirty_padding_lanes(padded.memory) : 0;
        if (dirty > 0) {
            report(fmt::format("{} lanes of padding behind {} are not zero", dirty, padded.writer));
        }
    }
    for (const Scratchpad& scratchpad : scratchpads_) {
        const auto changed = [](std::byte byte) { return byte != std::byte{kPoison}; };
        if (std::any_of(scratchpad.fence.begin(), scratchpad.fence.end(), changed)) {
            report(fmt::format("bytes behind the scratchpad of {}", scratchpad.implementation));
        }
    }
}

void Program::report(std::string damage) {
    if (std::find(damage_.begin(), damage_.end(), damage) == damage_.end()) {
        damage_.push_back(std::move(damage));
    }
}

void Program::run(Phase phase) {
    poison(phase);
    for (const Action& action : actions_) {
        if (action.phase == phase) {
            action.act(stream_);
        }
    }
    stream_.wait();
    inspect(phase);
}

}  // namespace difftest::backends::onednn
