#pragma once

#include "harness/report/tolerance_report.hpp"

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

/// What is remembered of every night: a folder with one JSON file for each night, configuration and campaign's folder,
/// written through a rename. Shards that report at the same time write files of their own, and a night is what its
/// files say together; the report of the merged shards takes the place of theirs. The state of a finding follows from
/// the files alone, in the order of their nights: nothing has to be locked, files of several machines are put together
/// by copying, and a night that was wrong is taken back by removing its files.
namespace difftest::harness {

/// One file; or all files of one night and configuration, put together.
struct Night {
    NightSummary summary;
    std::string configuration;
    std::string origin;                 ///< of the campaign's folder: CampaignFolder::origin
    std::set<std::string> merged_from;  ///< the origins of the shards that it was merged from
    std::set<std::string> libraries;
    std::map<std::string, std::int64_t> findings;  ///< failing runs, by identity
    /// The rest is not known of files of older builds: `is_detailed` is false.
    bool is_detailed = true;
    std::map<std::string, std::int64_t> known_issues;  ///< runs
    std::set<std::string> implementations;             ///< "onednn convolution jit:avx2", that values were judged of
    std::set<std::string> faults;                      ///< of the dictionary, that would have been caught
    std::set<std::string> rungs_not_run;               ///< "onednn AVX512_CORE_AMX"
    std::set<std::string> machines;                    ///< processor, system, compiler
};

/// The nights of a configuration, ascending, each put together from its files. A file that cannot be read is named in
/// `warnings` and left out; a folder that is not there holds none. Names of nights are compared as texts: 2026-11-26.
std::vector<Night> read_nights(const std::filesystem::path& folder, const std::string& configuration,
                               std::vector<std::string>& warnings);

/// Writes the night's file; the same night, configuration and origin replace an earlier one. Throws InputError: a name
/// that is no file name, a folder that cannot be made.
void keep_night(const Night& night, const std::filesystem::path& folder);

/// What became of a finding up to the last night. A night in which it does not show counts as a pass of it
/// (lifecycle.hpp).
struct FindingHistory {
    FindingState state = FindingState::not_run;
    std::string since;          ///< the night in which it was first seen
    std::string since_library;  ///< the libraries of that night
    std::string last_seen;      ///< the last one
    std::string last_library;
};

std::map<std::string, FindingHistory> histories(const std::vector<Night>& nights);

}  // namespace difftest::harness
