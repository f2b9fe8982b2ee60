#include "harness/campaign/bench.hpp"

#include "harness/campaign/backend_session.hpp"
#include "harness/campaign/bench_cases.hpp"
#include "harness/campaign/evaluation_cache.hpp"
#include "harness/campaign/judged_run.hpp"
#include "harness/campaign/random_bench.hpp"
#include "harness/execute/captured_output.hpp"
#include "harness/execute/worker.hpp"
#include "reference/oracle/oracle.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <ctime>
#include <stdexcept>
#include <utility>

namespace difftest::harness {
namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr int kOneThread = 1;
constexpr std::int64_t kRepetitions = 3;
constexpr std::int64_t kEpilogueElements = 1 << 16;

nanoseconds since(steady_clock::time_point start) {
    return std::chrono::duration_cast<nanoseconds>(steady_clock::now() - start);
}

/// Of this process: the judge.
nanoseconds processor_time() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

/// Adds what a piece of work takes to `total`, and returns its result.
template <typename Work>
auto timed(nanoseconds& total, Work work) {
    const steady_clock::time_point start = steady_clock::now();
    auto result = work();
    total += since(start);
    return result;
}

backends::Plan first_plan(const graph::Case& value, const PlansOutcome& offered) {
    for (const backends::PlanOffer& offer : offered.offers) {
        if (const auto* plan = std::get_if<backends::Plan>(&offer)) {
            return *plan;
        }
    }
    throw std::runtime_error(fmt::format("{}: the backend offers no plan{}", value.name,
                                         offered.failure ? ": " + offered.failure->message : ""));
}

/// The highest rung of a backend that was just started.
Worker& top_rung(BackendSession& session) {
    Worker* worker = session.rung(session.description().isa).worker;
    if (worker == nullptr) {
        throw std::runtime_error(session.selection().name + ": its own ISA does not run here");
    }
    return *worker;
}

/// Both loops over the same cases, each in workers of its own that have seen none of them: a kernel that the library
/// keeps would make the second loop cheaper. They take turns, so that what else the machine does hits both.
class RoundOfCases {
public:
    RoundOfCases(const BenchRequest& request, BenchReport& report)
        : report_(report),
          bare_(request.backend, kOneThread),
          checked_(request.backend, kOneThread),
          cases_(request.cases) {}

    BenchRound run() {
        top_rung(bare_).describe();
        const nanoseconds worker_start = top_rung(checked_).resources().processor_time;
        for (std::int64_t index = 0; index < cases_; ++index) {
            const graph::Case value = small_convolution(index);
            run_bare(value);
            run_checked(value);
        }
        round_.checked_processor += top_rung(checked_).resources().processor_time - worker_start;
        return round_;
    }

private:
    void run_bare(const graph::Case& value) {
        LoadedCase loaded = top_rung(bare_).load(value);
        const auto result = loaded.run_bare(first_plan(value, loaded.plans()));
        if (const auto* failure = std::get_if<RunOutcome>(&result)) {
            throw std::runtime_error(fmt::format("{}: {}", value.name, failure->message));
        }
        const auto& bare = std::get<BareRun>(result);
        round_.bare += bare.create + bare.execute + bare.destroy;
        round_.bare_processor += bare.processor_time;
    }

    void run_checked(const graph::Case& value) {
        const nanoseconds judge_start = processor_time();
        const steady_clock::time_point start = steady_clock::now();
        LoadedCase loaded = timed(round_.load, [&] { return top_rung(checked_).load(value); });
        const backends::Plan plan = timed(round_.plan, [&] { return first_plan(value, loaded.plans()); });
        const RunOutcome outcome = timed(round_.run, [&] { return loaded.run(plan); });
        EvaluationCache evaluations(value);
        if (outcome.status == RunStatus::completed) {
            timed(round_.oracle, [&] { return &evaluations.under(outcome.contract); });
        }
        const JudgingContext context{value,
                                     checked_.selection().name,
                                     *checked_.selection().kind,
                                     checked_.description(),
                                     checked_.description().isa,
                                     evaluations,
                                     no_issues_};
        const RunEntry entry = timed(round_.compare, [&] { return judged_run(context, plan, outcome); });
        round_.checked += since(start);
        round_.checked_processor += processor_time() - judge_start;
        if (report_.rounds.empty()) {
            ++report_.verdicts[std::string(name_of(entry.judgement.verdict))];
        }
    }

    BenchReport& report_;
    BackendSession bare_;
    BackendSession checked_;
    std::int64_t cases_;
    const std::vector<KnownIssue> no_issues_;
    BenchRound round_;
};

/// Runs small convolutions, all checks of the execution on, in one worker that must not be started again.
std::vector<BenchHolding> endure(Worker& worker, std::int64_t cases) {
    constexpr std::int64_t kSamples = 10;
    std::vector<BenchHolding> holdings;
    const std::int64_t starts = worker.starts();
    for (std::int64_t index = 0; index < cases; ++index) {
        const graph::Case value = small_convolution(index % kSmallConvolutions);
        LoadedCase loaded = worker.load(value);
        const RunOutcome outcome = loaded.run(first_plan(value, loaded.plans()));
        if (outcome.status != RunStatus::completed || worker.starts() != starts) {
            throw std::runtime_error(fmt::format("{}, number {}: {}", value.name, index, outcome.message));
        }
        if ((index + 1) % std::max<std::int64_t>(1, cases / kSamples) == 0) {
            const WorkerResources held = worker.resources();
            holdings.push_back({index + 1, held.descriptors, held.threads, held.resident_bytes});
        }
    }
    return holdings;
}

/// As the library's: the fastest of several, so that what else the machine does counts on neither side.
nanoseconds fastest_evaluation(const graph::Case& value, const contract::Contract& contract) {
    nanoseconds fastest = nanoseconds::max();
    for (std::int64_t turn = 0; turn < kRepetitions; ++turn) {
        nanoseconds took{0};
        timed(took, [&] { return oracle::evaluate(value, contract); });
        fastest = std::min(fastest, took);
    }
    return fastest;
}

/// What the worker measures by itself, since nothing but a worker loads its library.
std::vector<BenchDevicePlan> device_plans(const BackendSelection& backend) {
    std::vector<std::string> arguments = backend.arguments;
    arguments.insert(arguments.begin(), "--benchmark");
    const CapturedOutput output = captured_output(backend.program, arguments, std::chrono::minutes(10));
    const nlohmann::json document = nlohmann::json::parse(output.text, nullptr, false);
    if (!output.problem.empty() || !document.is_object() || !document.contains("plans")) {
        throw std::runtime_error(fmt::format("{} --benchmark: {}", backend.program.filename().string(),
                                             output.problem.empty() ? "no answer" : output.problem));
    }
    std::vector<BenchDevicePlan> plans;
    for (const nlohmann::json& plan : document["plans"]) {
        plans.push_back({plan.value("plan", ""), plan.value("build_ms", 0.0), plan.value("first_execution_ms", 0.0),
                         plan.value("launch_us", 0.0), plan.value("execute_us", 0.0), plan.value("run_us", 0.0),
                         plan.value("launch_processor_us", 0.0), plan.value("run_processor_us", 0.0)});
    }
    return plans;
}

bool is_reference(const std::string& implementation) {
    return implementation.starts_with("ref");
}

/// The library's reference implementation where it can be asked for and is there, else what the library chooses.
BenchShape measured_shape(Worker& worker, SpeedCase speed) {
    BenchShape shape;
    shape.name = speed.value.name;
    shape.multiplications = speed.multiplications;
    contract::Contract contract;
    for (const std::vector<std::string>& plans : {std::vector<std::string>{"fused@ref", "split@ref"}, {}}) {
        speed.value.execution.plans = plans;
        LoadedCase loaded = worker.load(speed.value);
        for (const backends::PlanOffer& offer : loaded.plans().offers) {
            const auto* plan = std::get_if<backends::Plan>(&offer);
            if (plan == nullptr || !shape.implementation.empty()) {
                continue;
            }
            const auto result = loaded.run_bare(*plan, kRepetitions);
            const auto* run = std::get_if<BareRun>(&result);
            const std::string implementation =
                run == nullptr || run->partitions.empty() ? "" : run->partitions.front().implementation;
            if (run != nullptr && (plans.empty() || is_reference(implementation))) {
                shape.library = run->best_execute;
                shape.implementation = implementation;
                shape.is_reference = is_reference(implementation);
                contract = plan->contract;
            }
        }
    }
    if (shape.implementation.empty()) {
        throw std::runtime_error(speed.value.name + ": the backend offers no plan");
    }
    shape.oracle = fastest_evaluation(speed.value, contract);
    return shape;
}

}  // namespace

BenchReport run_bench(const BenchRequest& request) {
    BenchReport report;
    if (request.backend.kind->measures_itself) {
        report.device_plans = device_plans(request.backend);
    }
    if (request.random_cases > 0) {
        report.random = measure_random_cases(request.backend, request.configuration, request.random_cases);
    }
    BackendSession session(request.backend, kOneThread);
    report.backend = request.backend.name;
    report.library = session.description().library;
    report.isa = session.description().isa;
    report.runtime = session.description().runtime;
    report.cases = request.cases;
    for (std::int64_t round = 0; round < request.rounds; ++round) {
        report.rounds.push_back(RoundOfCases(request, report).run());
    }
    report.endurance = endure(top_rung(session), request.endurance);
    if (request.with_shapes) {
        for (const SpeedCase& speed : speed_cases()) {
            report.shapes.push_back(measured_shape(top_rung(session), speed));
        }
    }
    const graph::Case epilogue = epilogue_case(kEpilogueElements);
    report.epilogue_elements = kEpilogueElements;
    report.epilogue = fastest_evaluation(epilogue, session.description().contract);
    return report;
}

}  // namespace difftest::harness
