#include "harness/cli/end_to_end_test.hpp"

#include <gmock/gmock.h>

#include <sstream>

#include <sys/mount.h>

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

/// Somebody else kills workers, as the kernel does when memory is short: no case is lost, and none is said to be clean
/// that was not judged.
TEST_F(MachineFault, KilledWorkersAreReplaced) {
    const std::string killer =
        "(for i in 1 2 3 4 5 6; do sleep 0.15; kill -KILL $(cat /proc/$$/task/*/children | xargs -n1 sh -c "
        "'grep -sl difftest-worker /proc/$0/comm /proc/$(cat /proc/$0/task/$0/children)/comm' | cut -d/ -f3) "
        "2>/dev/null; done) & ";
    const ProgramRun run = shell(killer + command("0..60", folder("out")) + "; code=$?; wait; exit $code");
    EXPECT_TRUE(run.exit_code == 0 || run.exit_code == 1 || run.exit_code == 4) << run.exit_code << run.errors;
    EXPECT_EQ(judged("out"), 60);
}

}  // namespace
}  // namespace difftest::harness::cli
