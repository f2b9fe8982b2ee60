#include "harness/cli/end_to_end_test.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <map>
#include <optional>
#include <sstream>
#include <thread>

#include <sys/mount.h>
#include <sys/types.h>
#include <unistd.h>

/// What a machine does to a campaign: no room, no right to write, no descriptors, no shared memory, signals, a clock
/// that goes back, workers that are killed. Nothing that was judged is lost, the message says what happened, and no
/// exit code is 0 that should not be.
namespace difftest::harness::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr const char* kConfiguration = R"({"format": "difftest-configuration", "version": 1, "name": "test", "seed": 3,
    "backends": ["faulty:none"], "generator": {"most_channels": 3, "most_spatial": 4, "longest_chain": 3, "deep_part": 0}})";

class MachineFault : public testing::Test {
protected:
    void SetUp() override {
        if (!is_built("difftest-worker-faulty")) {
            GTEST_SKIP() << "difftest-worker-faulty was not built";
        }
        configuration_ = file_of_test("configuration.json", kConfiguration);
        for (const char* name : {"out", "whole"}) {
            std::filesystem::remove_all(folder(name));
        }
    }

    std::filesystem::path folder(const std::string& name) const { return configuration_.parent_path() / name; }

    /// The campaign as a command of a shell, which may be put behind something.
    std::string command(const std::string& indices, const std::filesystem::path& out) const {
        return program("difftest") + " fuzz --config " + configuration_.string() + " --json --indices " + indices +
               " --out " + out.string();
    }

    static ProgramRun shell(const std::string& line,
                            std::vector<std::pair<std::string, std::string>> environment = {}) {
        environment.emplace_back("DIFFTEST_CORPORA", corpora());
        return run_program({"/bin/sh", "-c", line}, environment);
    }

    static std::string content(const std::filesystem::path& file) {
        std::ostringstream text;
        text << std::ifstream(file).rdbuf();
        return text.str();
    }

    std::int64_t judged(const std::string& name) const {
        std::ifstream stream(folder(name) / "journal.jsonl");
        std::int64_t lines = 0;
        for (std::string line; std::getline(stream, line); ++lines) {
            EXPECT_TRUE(json::accept(line)) << "every line is whole";
        }
        return lines;
    }

    /// The same command again ends with the answer of a campaign that nothing happened to.
    void expect_nothing_lost(const std::string& indices) const {
        const ProgramRun resumed = shell(command(indices, folder("out")));
        const ProgramRun whole = shell(command(indices, folder("whole")));
        EXPECT_EQ(resumed.output, whole.output) << resumed.errors;
        EXPECT_EQ(resumed.exit_code, whole.exit_code);
    }

    std::filesystem::path configuration_;
};

TEST_F(MachineFault, ASignalEndsWhatWasBegunAndKeepsIt) {
    for (const std::string signal : {"INT", "TERM"}) {
        std::filesystem::remove_all(folder("out"));
        const ProgramRun run = shell("timeout --signal=" + signal + " 1 " + command("0..1000000", folder("out")));
        EXPECT_THAT(run.errors, HasSubstr("interrupted by SIG" + signal + "; the same command goes on"));
        // timeout itself answers 124 when it had to send the signal.
        EXPECT_EQ(run.exit_code, 124);
        EXPECT_GT(judged("out"), 0);
        EXPECT_EQ(json::parse(run.output).at("summary").at("cases"), judged("out")) << "what it says is what it kept";
    }
}

TEST_F(MachineFault, AnInterruptedCampaignIsNotClean) {
    const ProgramRun run =
        shell("exec timeout --preserve-status --signal=TERM 1 " + command("0..1000000", folder("out")));
    EXPECT_EQ(run.exit_code, 4) << run.errors;
}

/// Before, between and after: whenever the signal comes, the same command ends with the same answer.
TEST_F(MachineFault, ASignalInAnyPhaseLosesNothing) {
    for (const std::string after : {"0.02", "0.1", "0.2", "0.4"}) {
        for (const std::string signal : {"INT", "TERM", "KILL"}) {
            shell("timeout --signal=" + signal + " " + after + " " + command("0..40", folder("out")));
        }
    }
    expect_nothing_lost("0..40");
}

TEST_F(MachineFault, AFolderThatCannotBeWrittenIsOneLine) {
    const ProgramRun nowhere = shell(command("0..4", "/proc/difftest"));
    EXPECT_EQ(nowhere.exit_code, 2);
    EXPECT_THAT(nowhere.errors, HasSubstr("--out /proc/difftest"));
    const std::filesystem::path mounted = folder("mounted");
    std::filesystem::create_directories(mounted);
    if (::mount("tmpfs", mounted.c_str(), "tmpfs", 0, "size=4m") != 0) {
        GTEST_SKIP() << "no file system can be mounted here";
    }
    EXPECT_EQ(shell(command("0..10", mounted / "out")).exit_code, 0);
    EXPECT_EQ(::mount("tmpfs", mounted.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, "size=4m"), 0);
    const ProgramRun readonly = shell(command("0..20", mounted / "out"));
    EXPECT_EQ(readonly.exit_code, 2) << readonly.errors;
    EXPECT_THAT(readonly.errors, HasSubstr("Read-only file system"));
    EXPECT_EQ(std::count(readonly.errors.begin(), readonly.errors.end(), '\n'), 1) << readonly.errors;
    std::filesystem::copy(mounted / "out", folder("out"), std::filesystem::copy_options::recursive);
    EXPECT_EQ(::umount(mounted.c_str()), 0);
    expect_nothing_lost("0..20");
}

/// Full while cases are judged, and full when all are and the report is written.
TEST_F(MachineFault, AFullDiskSaysSoAndLosesNothing) {
    const std::filesystem::path mounted = folder("mounted");
    std::filesystem::create_directories(mounted);
    for (const std::string size : {"60k", "100k", "200k"}) {
        std::filesystem::remove_all(folder("out"));
        std::filesystem::remove_all(folder("whole"));
        if (::mount("tmpfs", mounted.c_str(), "tmpfs", 0, ("size=" + size).c_str()) != 0) {
            GTEST_SKIP() << "no file system can be mounted here";
        }
        const ProgramRun run = shell(command("0..120", mounted / "out"));
        EXPECT_EQ(run.exit_code, 4) << size << run.errors;
        EXPECT_THAT(run.errors, HasSubstr("No space left on device")) << size;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(mounted)) {
            EXPECT_NE(entry.path().extension(), ".part") << entry.path();
        }
        std::filesystem::copy(mounted / "out", folder("out"), std::filesystem::copy_options::recursive);
        EXPECT_EQ(::umount(mounted.c_str()), 0);
        expect_nothing_lost("0..120");
    }
}

TEST_F(MachineFault, TooFewDescriptorsAreAnErrorOfTheHarness) {
    EXPECT_EQ(shell(command("0..4", folder("out"))).exit_code, 0);
    for (const std::string limit : {"5", "7", "9", "11"}) {
        const ProgramRun run = shell("ulimit -n " + limit + "; " + command("0..20", folder("out")));
        EXPECT_TRUE(run.exit_code == 4 || run.exit_code == 2 || run.exit_code == 127) << limit << ": " << run.exit_code;
        EXPECT_NE(run.errors, "") << limit;
    }
    expect_nothing_lost("0..20");
}

/// The arena is a memfd: it needs no /dev/shm.
TEST_F(MachineFault, WithoutSharedMemoryFilesEverythingWorks) {
    const std::string hidden =
        "unshare --mount sh -c 'mount -t tmpfs -o ro,size=4k none /dev/shm && " + command("0..10", folder("out")) + "'";
    const ProgramRun run = shell(hidden);
    if (run.errors.find("ermission") != std::string::npos || run.errors.find("not permitted") != std::string::npos) {
        GTEST_SKIP() << "no file system can be mounted here";
    }
    EXPECT_EQ(run.exit_code, 0) << run.errors;
    expect_nothing_lost("0..10");
}

TEST_F(MachineFault, AClockThatGoesBackChangesNothing) {
    const std::string clock = DIFFTEST_BINARY_DIR "/tests/workers/backward_clock.so";
    if (::access(clock.c_str(), R_OK) != 0) {
        GTEST_SKIP() << "a build with sanitizers";
    }
    const ProgramRun run = shell(command("0..10", folder("out")), {{"LD_PRELOAD", clock}});
    EXPECT_EQ(run.exit_code, 0) << run.errors;
    shell(command("0..20", folder("out")), {{"LD_PRELOAD", clock}});
    expect_nothing_lost("0..20");
    const ProgramRun report = shell(program("difftest") + " report " + folder("out").string(), {{"LD_PRELOAD", clock}});
    EXPECT_EQ(report.exit_code, 0) << report.errors;
}

/// What runs below a process: the workers are children of difftest, which is a child of this test.
struct RunningProcess {
    pid_t id = 0;
    pid_t parent = 0;
    char state = ' ';
    std::string name;
    double age = 0;  ///< in seconds
};

std::optional<RunningProcess> running_process(const std::filesystem::path& folder) {
    const std::string directory = folder.filename();
    std::stringstream text;
    text << std::ifstream(folder / "stat").rdbuf();
    const std::string line = text.str();
    const std::size_t name_begin = line.find('(');
    const std::size_t name_end = line.rfind(')');
    if (directory.find_first_not_of("0123456789") != std::string::npos || name_end == std::string::npos) {
        return std::nullopt;
    }
    RunningProcess process;
    process.id = std::stoi(directory);
    process.name = line.substr(name_begin + 1, name_end - name_begin - 1);
    std::istringstream rest(line.substr(name_end + 1));
    rest >> process.state >> process.parent;
    constexpr int kBetweenParentAndStart = 17;  // proc(5): fields 5 to 21
    std::string skipped;
    for (int i = 0; i < kBetweenParentAndStart; ++i) {
        rest >> skipped;
    }
    double started = 0;
    rest >> started;
    double up = 0;
    std::ifstream("/proc/uptime") >> up;
    process.age = up - started / static_cast<double>(::sysconf(_SC_CLK_TCK));
    return process;
}

/// Kills the workers below this process that are so old; how many were.
int kill_workers_below_this_process(double age) {
    std::map<pid_t, pid_t> parents;
    std::vector<RunningProcess> workers;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        if (const auto process = running_process(entry.path())) {
            parents[process->id] = process->parent;
            if (process->name.starts_with("difftest-worke") && process->state != 'Z' && process->age > age) {
                workers.push_back(*process);
            }
        }
    }
    return static_cast<int>(std::count_if(workers.begin(), workers.end(), [&parents](const RunningProcess& worker) {
        return parents[worker.parent] == ::getpid() && ::kill(worker.id, SIGKILL) == 0;
    }));
}

/// Somebody else kills workers, as the kernel does when memory is short: no case is lost, and each kill is told as a
/// crash that was not seen again.
TEST_F(MachineFault, KilledWorkersAreReplacedAndTold) {
    std::atomic<bool> over = false;
    std::atomic<int> kills = 0;
    // A worker that is killed while it starts is an error of the harness: that is another test.
    std::thread killer([&over, &kills] {
        while (!over) {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            kills += kill_workers_below_this_process(0.3);
        }
    });
    const std::vector<std::string> words{
        program("difftest"), "fuzz",      "--config", configuration_.string(), "--json", "--indices", "0..800", "--out",
        folder("out"),       "--corpora", corpora()};
    const ProgramRun run = run_program(words);
    over = true;
    killer.join();
    ASSERT_GT(kills, 0) << "the campaign was over before a worker was old enough";
    EXPECT_EQ(run.exit_code, 1) << run.errors;
    EXPECT_EQ(judged("out"), 800);
    const json summary = json::parse(run.output);
    std::int64_t told = 0;
    for (const json& cluster : summary.at("clusters")) {
        EXPECT_THAT(cluster.at("reason").get<std::string>(), HasSubstr("killed by SIGKILL")) << cluster;
        told += cluster.at("runs").get<std::int64_t>();
    }
    EXPECT_LE(told, kills);
    EXPECT_GE(told, kills - 1) << "a worker that is no longer needed may be killed, too";
}

/// The journal of a reduction holds what was tried: the same command ends with the same minimal case.
TEST_F(MachineFault, ASignalInAReductionLosesNothing) {
    const auto reduce = [this](const std::string& name) {
        return program("difftest") + " reduce " + corpora() + "/named/deconv_quant_u8_minimal.json --backend " +
               "faulty:clamp_dropped_mid_chain --out " + folder(name).string();
    };
    for (const std::string after : {"0.03", "0.08", "0.15", "0.3"}) {
        for (const std::string signal : {"INT", "TERM", "KILL"}) {
            const ProgramRun run =
                shell("exec timeout --preserve-status --signal=" + signal + " " + after + " " + reduce("out"));
            EXPECT_TRUE(run.exit_code == 1 || run.exit_code > 128) << run.exit_code << run.errors;
        }
    }
    EXPECT_EQ(shell(reduce("out")).exit_code, 1);
    EXPECT_EQ(shell(reduce("whole")).exit_code, 1);
    EXPECT_EQ(content(folder("out") / "minimal.json"), content(folder("whole") / "minimal.json"));
    EXPECT_NE(content(folder("out") / "minimal.json"), "");
}

/// A report is written beside its place and then moved there: what is there is whole.
TEST_F(MachineFault, ASignalInAReportLeavesWholeDocuments) {
    EXPECT_EQ(shell(command("0..40", folder("out"))).exit_code, 0);
    const std::string report = program("difftest") + " report " + folder("out").string();
    int documents = 0;
    for (const std::string after : {"0.005", "0.01", "0.015", "0.02", "0.03", "0.04", "0.06", "0.1", "0.2"}) {
        std::filesystem::remove_all(folder("out") / "report");
        shell("exec timeout --preserve-status --signal=KILL " + after + " " + report);
        for (const char* name : {"tolerance.json", "report.sarif"}) {
            const std::filesystem::path file = folder("out") / "report" / name;
            documents += std::filesystem::exists(file) ? 1 : 0;
            EXPECT_TRUE(!std::filesystem::exists(file) || json::accept(content(file))) << file << " after " << after;
        }
        const std::filesystem::path page = folder("out") / "report" / "report.html";
        EXPECT_TRUE(!std::filesystem::exists(page) || content(page).find("</html>") != std::string::npos) << after;
    }
    EXPECT_EQ(shell(report).exit_code, 0);
    EXPECT_TRUE(json::accept(content(folder("out") / "report" / "tolerance.json")));
}

/// A run that a signal ends is not clean, and its answer is whole or not there.
TEST_F(MachineFault, ASignalInARunIsNoAnswer) {
    const std::string line =
        program("difftest") + " run deconv_quant_u8_minimal --backend faulty:none --plan all --json";
    for (const std::string after : {"0.002", "0.005", "0.01", "0.02", "0.04", "0.08", "1"}) {
        for (const std::string signal : {"INT", "TERM"}) {
            const ProgramRun run =
                shell("exec timeout --preserve-status --signal=" + signal + " " + after + " " + line);
            EXPECT_TRUE(run.exit_code == 0 || run.exit_code == 128 + (signal == "INT" ? SIGINT : SIGTERM))
                << run.exit_code;
            EXPECT_EQ(run.exit_code == 0, json::accept(run.output)) << run.output;
        }
    }
}

}  // namespace
}  // namespace difftest::harness::cli
