#pragma once

#include "backends/backend.hpp"
#include "backends/onednn/implementation_chooser.hpp"
#include "backends/onednn/step.hpp"

#include <oneapi/dnnl/dnnl.hpp>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>

namespace difftest::backends::onednn {

using Arguments = std::unordered_map<int, dnnl::memory>;

/// When an action runs: once, because it depends on constants only, or at every execution.
enum class Phase : std::uint8_t { prepare, execute };

/// Which layouts a primitive is described with.
enum class Layouts : std::uint8_t { asked, own };

/// A part of the CreationOptions that a primitive may be able to take or not.
enum class Deviation : std::uint8_t {
    layout,
    plain_weights,
    in_place,
    user_scratchpad,
    scaled_reorder,
    bias,
    narrow_bias,
    parameters
};

/// A survey only lists the implementations that the library offers: nothing is compiled, and nothing can be run.
enum class Mode : std::uint8_t { run, survey };

/// The library calls that run a plan, in order, and the memory that they need beyond the judge's.
///
/// Between primitives every tensor is dense and row-major in its declared type. Where a primitive wants another layout
/// or type, a reorder of the library stands before or after it; only what the library cannot read (f16 operands, a
/// first operand that must be repeated) is converted by a loop of our own.
class Program {
public:
    Program(dnnl::engine engine, const graph::Graph& graph, const Buffers& buffers, CreationOptions options,
            Mode mode = Mode::run);

    const CreationOptions& options() const { return options_; }

    /// The descriptor of the implementation that the options ask for. `create` describes the primitive with the layouts
    /// that it is told to take (activation_layout, weights_layout); the asked ones come first, and the primitive's own
    /// only where the library has nothing for those.
    dnnl::primitive_desc choose(const std::function<api::Candidates(Layouts)>& create);

    /// The layout of a source or destination: as the options ask for it, or `own`.
    dnnl::memory::desc activation_layout(Layouts which, const dnnl::memory::desc& own, const graph::Tensor& tensor);
    dnnl::memory::desc activation_layout(Layouts which, const dnnl::memory::desc& own,
                                         const dnnl::memory::dims& extents, graph::DataType type);

    /// The layout of weights: `plain` where the options ask for it, or `own`.
    dnnl::memory::desc weights_layout(Layouts which, const dnnl::memory::desc& own, const dnnl::memory::desc& plain);

    /// A primitive has taken what the options ask for.
    void took(Deviation deviation) { taken_.insert(deviation); }

    /// A primitive could not take what the options ask for; the first reason is kept for check_options.
    void declined(Deviation deviation, const std::string& reason) { declined_.emplace(deviation, reason); }

    /// The implementations of each primitive so far, when Mode::survey is on.
    const std::vector<std::vector<std::string>>& surveyed() const { return surveyed_; }

    /// Throws Unsupported when no primitive could take what the options ask for.
    void check_options() const;

    const dnnl::engine& engine() const { return engine_; }
    const graph::Graph& graph() const { return graph_; }

    /// The judge's buffer of a tensor, or memory of our own for an intermediate that is materialized.
    std::span<std::byte> values_of(graph::TensorId tensor);

    /// Constants are read in the preparation, everything else at each execution.
    Phase phase_of(graph::TensorId tensor) const;

    /// Zero-filled, aligned to a cache line, as long-lived as the program.
    std::span<std::byte> allocate(std::size_t bytes);

    /// The tensor's row-major values as library memory of the given dimensions.
    dnnl::memory plain_memory(graph::TensorId tensor, const dnnl::memory::dims& dimensions);

    /// The tensor's values from element `first` on, seen through another layout, such as a permuted or strided one, or
    /// as another type of the same size. `first` counts elements of the tensor.
    dnnl::memory view(graph::TensorId tensor, const dnnl::memory::desc& layout, std::int64_t first = 0);

    /// To be written in that phase.
    dnnl::memory new_memory(const dnnl::memory::desc& layout, Phase phase = Phase::execute);

    /// `source`, or a copy in the wanted layout and type that a library reorder fills in the phase.
    dnnl::memory as_layout(Phase phase, const dnnl::memory& source, const dnnl::memory::desc& wanted);

    /// A library reorder in the phase, even where the layouts are the same; the name of its implementation.
    std::string add_copy(Phase phase, const dnnl::memory& from, const dnnl::memory& to);

    /// A reorder at each execution from what a primitive wrote to where it belongs; nothing when they are the same.
    void add_store(const dnnl::memory& written, const dnnl::memory& wanted);

    /// A row-major memory of the operand, of rank `rank`, in a type that the library reads.
    struct Operand {
        dnnl::memory memory;
        graph::DataType type;
        Phase phase;
    };
    Operand operand(const OperandSource& source, std::size_t rank);

    /// The tensor as f32, repeated to `shape` by the numpy rule, filled by our own loop.
    dnnl::memory repeated_as_f32(graph::TensorId tensor, const graph::Shape& shape, std::size_t rank);

    void add(Phase phase, const dnnl::primitive_desc_base& descriptor, Arguments arguments);

    /// A primitive as it was added.
    struct Call {
        dnnl::primitive_desc_base descriptor;
        Arguments arguments;
    };

    /// From now on primitives that are added can be looked at afterwards: `calls`, those of the preparation first.
    /// `before_creation` is called when there is one more, and the library has not been asked for it yet.
    void keep_calls(std::function<void()> before_creation) { before_creation_ = std::move(before_creation); }
    std::vector<Call> calls() const;

    /// The name of the tensor whose values begin there; empty when none do.
    std::string tensor_at(const void* address) const;

    /// Runs the actions of a phase and waits. What they are to write holds garbage before, and is checked afterwards.
    /// Throws dnnl::error.
    void run(Phase phase);

    /// What the library did to memory that it must leave alone or zero, in words; empty when nothing.
    const std::vector<std::string>& damage() const { return damage_; }

private:
    struct Action {
        Phase phase;
        std::function<void(dnnl::stream&)> act;
    };
    struct Padded {
        dnnl::memory memory;
        Phase phase;
        std::string writer;  ///< the primitive that writes it last
    };
    void note_writer(const dnnl::primitive_desc_base& descriptor, const Arguments& arguments);
    struct Scratchpad {
        std::span<std::byte> bytes;  ///< the library's part
        std::span<std::byte> fence;  ///< behind it
        std::string implementation;
    };
    void add_scratchpad(const dnnl::primitive_desc_base& descriptor, Arguments& arguments);
    void poison(Phase phase);
    void inspect(Phase phase);
    void report(std::string damage);

    struct Release {
        void operator()(std::byte* memory) const;
    };

    dnnl::engine engine_;
    dnnl::stream stream_;
    const graph::Graph& graph_;
    Buffers buffers_;
    CreationOptions options_;
    Mode mode_;
    ImplementationChooser chooser_;
    std::vector<std::vector<std::string>> surveyed_;
    std::set<Deviation> asked_;  ///< by the description that is being tried
    std::set<Deviation> taken_;
    std::map<Deviation, std::string> declined_;
    std::vector<Padded> padded_;
    std::vector<Scratchpad> scratchpads_;
    std::vector<std::string> damage_;
    std::vector<std::unique_ptr<std::byte, Release>> owned_;
    std::vector<Action> actions_;
    std::function<void()> before_creation_;
    std::vector<std::pair<Phase, Call>> calls_;
};

}  // namespace difftest::backends::onednn
