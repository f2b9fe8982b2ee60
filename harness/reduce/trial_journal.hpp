#pragma once

#include "harness/reduce/trial.hpp"

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>

namespace difftest::harness {

/// What identifies a case for the reducer: a hash of its text without its name and annotations.
std::string key_of(const graph::Case& value);

/// Everything that was tried so far: a cache, and a file with one line for each trial, written before the next begins.
/// A reduction that starts again with the same journal takes the same way without running anything again, up to where
/// the journal ends.
class TrialJournal {
public:
    /// In memory only.
    TrialJournal() = default;

    /// Reads what is there; a last line that was cut short is dropped. `subject` says what is reduced, with what.
    /// Throws std::runtime_error naming the file (and line) when it belongs to another subject, is corrupt before its
    /// last line, or cannot be written.
    TrialJournal(const std::filesystem::path& file, const std::string& subject);

    /// What was seen of a case with that key. Nothing, too, where a file that somebody else wrote names an element that
    /// the case has not.
    std::optional<Observation> find(const std::string& key, const graph::Case& value) const;
    void record(const std::string& key, const Observation& observation);

private:
    std::map<std::string, Observation> known_;
    std::filesystem::path file_;
    std::ofstream stream_;
};

}  // namespace difftest::harness
