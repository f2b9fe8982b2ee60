#pragma once

#include <chrono>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace difftest::harness {

/// A kind of backend that the harness can start: its worker is the program difftest-worker-NAME beside `difftest`.
struct BackendKind {
    std::string_view name;                        ///< "onednn"
    std::string_view argument;                    ///< what may follow "NAME:"; empty when nothing may
    std::string_view flag;                        ///< the worker's flag for that argument
    std::vector<std::string_view> isa_variables;  ///< environment variables by which the library caps its ISA
    bool by_default = false;                      ///< runs when no --backend is given
    std::string_view missing;                     ///< what to do when the worker program is not there
    bool argument_is_optional = false;            ///< "NAME" alone means what the worker does without its flag
    /// The library reserves address space and maps memory in amounts that say nothing about what it uses, as the
    /// drivers of GPUs do: its worker has no limits on either.
    bool maps_freely = false;
    /// How long a worker may take to answer where nobody chose another limit; 0 = as usual. A compiler that makes
    /// kernels needs more on a busy machine.
    std::chrono::milliseconds answer_limit{0};
    bool measures_itself = false;  ///< its worker has a flag --benchmark: a JSON document on bare and checked launches
};

std::span<const BackendKind> backend_kinds();

/// One backend to run: a kind and its argument.
struct BackendSelection {
    std::string name;  ///< as given: "onednn", "faulty:clamp_dropped_mid_chain"
    const BackendKind* kind = nullptr;
    std::filesystem::path program;
    std::vector<std::string> arguments;  ///< of the worker program
    std::string anywhere{};              ///< the name with absolute paths, where it has paths; else empty
};

/// Whether the kind's worker program is there.
bool is_available(const BackendKind& kind);

/// Whether "NAME" alone selects a backend that may be right.
bool needs_no_argument(const BackendKind& kind);

/// In the place of a backend's name: every backend here that needs no argument.
constexpr std::string_view kEveryBackend = "all";

/// From `--backend NAME[:ARGUMENT]`. Throws InputError: unknown name, missing or superfluous argument, worker not
/// built.
BackendSelection select_backend(std::string_view text);

/// The backends of `--backend`, each once, or all that are here and run by default when there is none. Throws
/// InputError.
std::vector<BackendSelection> select_backends(const std::vector<std::string>& requested);

}  // namespace difftest::harness
