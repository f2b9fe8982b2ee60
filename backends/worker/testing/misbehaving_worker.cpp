#include "backends/worker/serve.hpp"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cfenv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

/// A backend that adds two f32 tensors, correctly, unless the graph's node is named "bad": then it does what the
/// program's argument says. Judges are tested with it.
namespace difftest::backends {
namespace {

constexpr int kSocket = 3;

bool is_bad(const graph::Graph& graph) {
    return graph.find_node("bad").has_value();
}

/// Where an addition takes place.
struct Addition {
    std::span<std::byte> a;
    std::span<std::byte> b;
    std::span<std::byte> result;
    int executions = 0;  ///< of this executable, this one included
};

void add(const Addition& addition, std::size_t first_byte = 0) {
    for (std::size_t at = first_byte; at < addition.result.size(); at += sizeof(float)) {
        float a = 0;
        float b = 0;
        std::memcpy(&a, addition.a.data() + at, sizeof a);
        std::memcpy(&b, addition.b.data() + at, sizeof b);
        const float sum = a + b;
        std::memcpy(addition.result.data() + at, &sum, sizeof sum);
    }
}

}  // namespace

// Not in the anonymous namespace: these names must be seen in a crash's frames.
__attribute__((noinline)) void misbehave_by_segfault() {
    // Through a volatile, so that the compiler does not know that there is nothing.
    volatile std::uintptr_t nowhere = 16;
    *reinterpret_cast<int*>(nowhere) = 1;
}

__attribute__((noinline)) void misbehave_by_spinning() {
    volatile bool forever = true;
    while (forever) {
    }
}

__attribute__((noinline)) int misbehave_by_recursion(int depth) {
    volatile char room[4096];
    room[0] = static_cast<char>(depth);
    volatile bool forever = true;
    return forever ? misbehave_by_recursion(depth + 1) + room[0] : 0;
}

/// Machine code without unwind information, as a just-in-time compiler leaves it.
__attribute__((noinline)) void misbehave_in_generated_code() {
    // xor eax, eax; mov [rax], eax; ret
    constexpr std::array<unsigned char, 5> kCode{0x31, 0xC0, 0x89, 0x00, 0xC3};
    void* const page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    std::memcpy(page, kCode.data(), kCode.size());
    ::mprotect(page, 4096, PROT_READ | PROT_EXEC);
    reinterpret_cast<void (*)()>(page)();
    ::munmap(page, 4096);
}

namespace {

void allocate_without_end() {
    std::vector<std::vector<char>> taken;
    while (true) {
        taken.emplace_back(std::size_t{16} << 20, 'x');
    }
}

void write_much_to_stderr() {
    const std::string line = std::string(1023, '#') + "\n";
    for (int count = 0; count < 1024; ++count) {
        std::fputs(line.c_str(), stderr);
    }
    std::fputs("the last words", stderr);
}

/// What a damaged heap does: whoever comes next dies of it.
bool is_poisoned = false;
/// Damage that shows only in values.
bool is_distorted = false;

/// A byte behind a block, where the heap keeps nothing: it works as long as nobody looks.
void write_behind_a_block() {
    constexpr std::size_t kBytes = 100;  // blocks have 8 more than a multiple of 16
    auto* const block = static_cast<unsigned char*>(std::malloc(kBytes));
    volatile unsigned char* volatile behind = block + kBytes;
    *behind = 1;
    std::free(block);
}

/// Breaks the heap so that it is noticed only later, by the next case that allocates much.
void corrupt_heap() {
    char* const block = static_cast<char*>(std::malloc(24));
    char* volatile beyond = block + 24;
    std::memset(beyond, 0x41, 64);
}

void leave_a_child() {
    if (::fork() == 0) {
        // The child goes back into serve() like its parent.
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

void use_a_child() {
    const pid_t child = ::fork();
    if (child == 0) {
        ::_exit(0);
    }
    ::waitpid(child, nullptr, 0);
}

void leave_a_lasting_child() {
    if (::fork() == 0) {
        while (true) {
            ::pause();
        }
    }
}

#if defined(__x86_64__)
/// As MMX code does that forgets emms.
void use_mmx_registers() {
    asm volatile("movd %0, %%mm0" : : "r"(1) : "mm0");
}

void lower_x87_precision() {
    const std::uint16_t single_precision = 0x007F;
    asm volatile("fldcw %0" : : "m"(single_precision));
}

void flush_to_zero() {
    _mm_setcsr(_mm_getcsr() | 0x8000U);
}
#else
void use_mmx_registers() {}
void lower_x87_precision() {}
void flush_to_zero() {}
#endif

void answer_garbage() {
    constexpr std::string_view kGarbage = "I am a library and I print to any descriptor\n";
    [[maybe_unused]] const ssize_t sent = ::send(kSocket, kGarbage.data(), kGarbage.size(), 0);
}

using Behaviour = std::function<void(const Addition&)>;

const std::map<std::string, Behaviour>& behaviours() {
    static const std::map<std::string, Behaviour> kBehaviours{
        {"correct", [](const Addition& addition) { add(addition); }},
        {"segfault", [](const Addition&) { misbehave_by_segfault(); }},
        {"segfault_in_thread", [](const Addition&) { std::thread(misbehave_by_segfault).join(); }},
        {"segfault_in_generated_code", [](const Addition&) { misbehave_in_generated_code(); }},
        {"chatter", [](const Addition& addition) { write_much_to_stderr(), add(addition); }},
        {"chatter_and_abort", [](const Addition&) { write_much_to_stderr(), std::abort(); }},
        {"poison", [](const Addition& addition) { is_poisoned = true, add(addition); }},
        {"distort", [](const Addition& addition) { is_distorted = true, add(addition); }},
        {"stop", [](const Addition&) { ::raise(SIGSTOP); }},
        {"abort", [](const Addition&) { std::abort(); }},
        {"spin", [](const Addition&) { misbehave_by_spinning(); }},
        {"sleep", [](const Addition&) { std::this_thread::sleep_for(std::chrono::hours(1)); }},
        {"recurse", [](const Addition&) { misbehave_by_recursion(0); }},
        {"allocate", [](const Addition&) { allocate_without_end(); }},
        {"exit", [](const Addition&) { std::exit(0); }},
        {"throw", [](const Addition&) { throw std::logic_error("a bug in the backend"); }},
        {"refuse", [](const Addition&) { throw Unsupported("no such kernel"); }},
        {"fail", [](const Addition&) { throw BackendError("runtime error 3"); }},
        {"close", [](const Addition& addition) { add(addition), ::close(kSocket), misbehave_by_spinning(); }},
        {"garbage", [](const Addition&) { answer_garbage(); }},
        {"fork", [](const Addition& addition) { leave_a_child(), add(addition); }},
        {"fork_and_wait", [](const Addition& addition) { use_a_child(), add(addition); }},
        {"daemon", [](const Addition& addition) { leave_a_lasting_child(), add(addition); }},
        {"heap", [](const Addition& addition) { corrupt_heap(), add(addition); }},
        {"heap_slack", [](const Addition& addition) { write_behind_a_block(), add(addition); }},
        {"read_beyond",
         [](const Addition& addition) {
             add(addition);
             addition.result[0] = const_cast<volatile std::byte&>(addition.a.data()[addition.a.size()]);
         }},
        {"write_beyond",
         [](const Addition& addition) {
             add(addition);
             // Only where the pages go on: at the other end a guard would turn it into a segfault.
             if ((reinterpret_cast<std::uintptr_t>(addition.result.data() + addition.result.size()) % 4096) != 0) {
                 addition.result.data()[addition.result.size()] = std::byte{0};
             }
         }},
        {"write_beyond_always",
         [](const Addition& addition) {
             add(addition);
             addition.result.data()[addition.result.size()] = std::byte{0};
         }},
        {"write_before",
         [](const Addition& addition) {
             add(addition);
             if ((reinterpret_cast<std::uintptr_t>(addition.result.data()) % 4096) != 0) {
                 *(addition.result.data() - 1) = std::byte{0};
             }
         }},
        {"skip_first", [](const Addition& addition) { add(addition, sizeof(float)); }},
        {"flip_constant",
         [](const Addition& addition) {
             add(addition);
             addition.b[0] ^= std::byte{1};
         }},
        {"rounding_mode", [](const Addition& addition) { add(addition), std::fesetround(FE_UPWARD); }},
        {"mmx", [](const Addition& addition) { add(addition), use_mmx_registers(); }},
        {"x87_precision", [](const Addition& addition) { add(addition), lower_x87_precision(); }},
        {"flush_to_zero", [](const Addition& addition) { add(addition), flush_to_zero(); }},
        {"wrong_value",
         [](const Addition& addition) {
             add(addition);
             addition.result[2] ^= std::byte{1};
         }},
        {"two_kernels",
         [](const Addition& addition) {
             add(addition);
             addition.result[2] ^= std::byte{1};
         }},
        {"vary",
         [](const Addition& addition) {
             add(addition);
             addition.result[0] = static_cast<std::byte>(addition.executions);
         }},
        {"vary_when_fresh",
         [](const Addition& addition) {
             add(addition);
             static const Addition* const first = &addition;
             addition.result[0] ^= &addition == first ? std::byte{0} : std::byte{1};
         }},
    };
    return kBehaviours;
}

class MisbehavingExecutable : public Executable {
public:
    MisbehavingExecutable(std::string implementation, Addition addition, bool bad, Behaviour behaviour,
                          std::vector<std::string> damage)
        : implementation_(std::move(implementation)),
          addition_(addition),
          bad_(bad),
          behaviour_(std::move(behaviour)),
          damage_(std::move(damage)) {}

    std::vector<PartitionReport> partitions() const override { return {{{"add"}, implementation_}}; }
    contract::Contract contract() const override { return {}; }
    std::vector<std::string> damage() const override { return damage_; }
    void execute() override {
        ++addition_.executions;
        behaviour_(addition_);
        if (is_distorted && !bad_) {
            addition_.result[2] ^= std::byte{1};
        }
    }

private:
    std::string implementation_;
    Addition addition_;
    bool bad_;
    Behaviour behaviour_;
    std::vector<std::string> damage_;
};

class MisbehavingBackend : public Backend {
public:
    explicit MisbehavingBackend(std::string behaviour) : behaviour_(std::move(behaviour)) {}

    Description describe() override {
        Description description;
        description.name = "misbehaving";
        description.isa = "scalar";
        return description;
    }

    std::vector<PlanOffer> plans(const graph::Case& value) override {
        if (is_bad(value.graph) && behaviour_ == "segfault_in_plans") {
            misbehave_by_segfault();
        }
        if (has_two_kernels()) {
            return {Plan{"first", {{{value.graph.nodes.at(0).name}, "addition"}}, {"scalar"}, {}},
                    Plan{"second", {{{value.graph.nodes.at(0).name}, "addition"}}, {"scalar"}, {}}};
        }
        return {Plan{"fused", {{{value.graph.nodes.at(0).name}, "addition"}}, {"scalar"}, {}},
                Refusal{"split", "an addition cannot be split"}};
    }

    std::unique_ptr<Executable> prepare(const graph::Case& value, const Plan& plan, const Buffers& buffers) override {
        const bool bad = is_bad(value.graph);
        if (!bad && is_poisoned) {
            std::abort();
        }
        if (bad && behaviour_ == "segfault_in_prepare") {
            misbehave_by_segfault();
        }
        if (bad && behaviour_ == "fail_in_prepare") {
            throw BackendError("runtime error 4");
        }
        // Uses the heap, so that a broken one shows.
        std::vector<std::vector<char>> blocks(64);
        for (std::size_t index = 0; index < blocks.size(); ++index) {
            blocks[index].resize(16 * (index + 1));
        }
        const graph::Node& node = value.graph.nodes.at(0);
        const auto buffer = [&](graph::TensorId id) { return buffers.tensors.at(static_cast<std::size_t>(id)); };
        const auto behaviour = behaviours().find(bad ? behaviour_ : "correct");
        const bool damages = bad && behaviour_ == "damage_of_its_own_memory";
        return std::make_unique<MisbehavingExecutable>(
            has_two_kernels() ? "kernel:" + plan.name : "misbehaving:scalar",
            Addition{buffer(node.inputs.at(0)), buffer(node.inputs.at(1)), buffer(node.output)}, bad,
            behaviour == behaviours().end() ? behaviours().at("correct") : behaviour->second,
            damages ? std::vector<std::string>{"3 lanes of padding are not zero"} : std::vector<std::string>{});
    }

private:
    /// A kernel for each plan, and both are wrong.
    bool has_two_kernels() const { return behaviour_ == "two_kernels"; }

    std::string behaviour_;
};

std::unique_ptr<Backend> make_backend(const std::string& behaviour) {
    if (behaviour == "unavailable") {
        throw std::runtime_error("libfoo.so.2: cannot open shared object file");
    }
    if (behaviour == "flush_to_zero_at_start") {
        flush_to_zero();
    }
    if (behaviour == "segfault_at_start") {
        misbehave_by_segfault();
    }
    return std::make_unique<MisbehavingBackend>(behaviour);
}

}  // namespace
}  // namespace difftest::backends

int main(int argc, char** argv) {
    const std::string behaviour = argc > 1 ? argv[1] : "correct";
    return difftest::backends::serve([&] { return difftest::backends::make_backend(behaviour); }, argc, argv);
}
