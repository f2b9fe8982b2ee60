#pragma once

#include "harness/report/tolerance_report.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

/// What is remembered of every night: a folder with one JSON file for each night and configuration, written once
/// through a rename and never changed. The state of a finding follows from the files alone, in the order of their
/// nights: nothing has to be locked, files of several machines are put together by copying, and a night that was wrong
/// is taken back by removing its file.
namespace difftest::harness {

/// One file.
struct Night {
    NightSummary summary;
    std::string configuration;
    std::map<std::string, std::int64_t> findings;  ///< failing runs, by identity
};

/// The nights of a configuration, ascending. A file that cannot be read is named in `warnings` and left out; a folder
/// that is not there holds none. Names of nights are compared as texts: 2026-11-26.
std::vector<Night> read_nights(const std::filesystem::path& folder, const std::string& configuration,
                               std::vector<std::string>& warnings);

/// Writes the night's file; the same night and configuration replace an earlier one. Throws InputError: a name that is
/// no file name, a folder that cannot be made.
void keep_night(const Night& night, const std::filesystem::path& folder);

/// What became of a finding up to the last night. A night in which it does not show counts as a pass of it
/// (lifecycle.hpp).
struct FindingHistory {
    FindingState state = FindingState::not_run;
    std::string since;      ///< the night in which it was first seen
    std::string last_seen;  ///< the last one
};

std::map<std::string, FindingHistory> histories(const std::vector<Night>& nights);

}  // namespace difftest::harness
